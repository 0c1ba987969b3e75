// SPDX-License-Identifier: MIT

// Package symbolize turns "function+0x4c/0x11f" of a kernel log into file and
// line, with the functions that the compiler put inline.
//
// It reads ELF and DWARF by package debug/elf and debug/dwarf alone. A function
// is found by name and size, where the size is the distance to the next symbol,
// as kallsyms counts it. Several functions that fit and disagree are no answer:
// a wrong line costs a reader more than none. A kernel that was built without
// debug information is answered from objects that were compiled again with it,
// and only for functions whose code is that of the kernel to the byte, but for
// the places that the linker fills in.
//
// ELF files that a stranger's build wrote are read in a process of their own in
// the sandbox, see [Worker]; what that process says is a stranger's word, too,
// and is checked. The same reader works in this process for a file that the
// caller trusts, see [ReadImage].
//
// A file that is no ELF, is broken or is larger than the limits is an error. A
// frame that cannot be told is no error: it has no places.
package symbolize
