/* SPDX-License-Identifier: MIT */
/* What spatch must be told of the kernel's macros, beside its own standard.h. */
#define scoped_guard YACFE_ITERATOR
#define scoped_cond_guard YACFE_ITERATOR
