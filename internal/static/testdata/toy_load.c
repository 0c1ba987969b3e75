// SPDX-License-Identifier: MIT

void toy_hw_load(struct toy *toy)
{
	toy_write(toy, 1);
}
