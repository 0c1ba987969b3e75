/* SPDX-License-Identifier: MIT */
void hook(void);

/* in both objects, with the same code and the same lines */
static __attribute__((noinline, used)) void shared(void)
{
	hook(); /* shared */
	__asm__ volatile("nop");
}
