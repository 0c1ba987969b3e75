// SPDX-License-Identifier: MIT

// Command corpus runs fencebot on the patch series beside it, whose bugs are
// known, and counts how often the answer is the truth.
//
//	go run ./corpus --fencebot ./fencebot --tree TREE [CASE...]
//
// A case is a directory with series.mbox, expect.json and, rarely, base.mbox: see
// README.md. Each is a real check, with builds and boots, which takes a minute or
// more. CASE is the beginning of a name; without any, all cases run.
//
// The program knows nothing of fencebot but its command line, its exit codes and
// its JSON, which is what its users have. It changes nothing but the state
// directory of the fencebot that it calls.
//
// For each case it prints what was wanted and what came, then one table. The exit
// code is 0 when every answer was right, 1 when one was wrong, 2 on bad usage and
// 3 when a case could not be run or read.
package main
