// SPDX-License-Identifier: MIT

// Package coverage finds the calls that annotate the path to a fence's signal
// and tells which of them the tests reached.
//
// [Sites] reads the patched tree, [Match] holds it against what the guest
// counted. The guest names callers by symbol and offset, as the kernel does,
// so a call is known by its function: calls of one function share their
// counts, and a static function that the compiler inlined counts for the one
// that has taken it in. Where that leaves several to choose from the answer is
// that it cannot be told, and never a guess.
//
// C is read without a preprocessor: both branches of an #if count, and a call
// that only a macro makes is not seen. A file that is larger than 4 MiB is
// left out. An error is that of git; strange source is none, and costs at most
// a wrong function name.
package coverage
