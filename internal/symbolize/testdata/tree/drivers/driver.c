/* SPDX-License-Identifier: MIT */
#include "../include/shared.h"

static __attribute__((noinline, used)) void twice(void)
{
	hook(); /* the other twice */
	__asm__ volatile("nop");
}

void probe(void)
{
#ifdef CHANGED
	__asm__ volatile("nop");
#endif
	hook(); /* probe */
	__asm__ volatile("nop");
#ifndef CHANGED
	__asm__ volatile("nop");
#endif
	twice();
	shared();
}
