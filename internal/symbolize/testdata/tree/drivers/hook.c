/* SPDX-License-Identifier: MIT */
void hook(void)
{
	__asm__ volatile("nop");
}
