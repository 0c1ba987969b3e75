/* SPDX-License-Identifier: MIT */
#include "../include/shared.h"

static inline __attribute__((always_inline)) void inner(void)
{
	hook(); /* inner */
}

static inline __attribute__((always_inline)) void middle(void)
{
	inner(); /* middle */
}

/* in both objects, with the same code and other lines */
static __attribute__((noinline, used)) void twice(void)
{
	hook(); /* twice */
	__asm__ volatile("nop");
}

__attribute__((section(".init.text"))) void early(void)
{
	hook(); /* early */
	__asm__ volatile("nop");
}

void outer(void)
{
	middle(); /* outer */
	twice();
	shared();
	early();
}
