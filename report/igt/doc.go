// SPDX-License-Identifier: MIT

// Package igt turns what test binaries said into a [Case] each, and reads and
// writes the results of IGT's own runner.
//
// The built-in tests and IGT speak one language, so one type holds both. What a
// guest says ([FromEvents], [AddLog]) has no errors: names come from the plan,
// never from the guest, results are checked against the words a guest may use,
// output is cut, and an event that makes no sense is dropped; what is missing
// then is a case that is incomplete or was not run.
//
// A result folder of igt_runner ([ReadFolder]) or its results.json
// ([ReadResults]) becomes [Results], which [WriteResults] writes in the same
// format. The rules are those of runner/resultgen.c in IGT GPU Tools. A folder
// is a stranger's: only regular files inside it are read, each up to a limit,
// and every byte comes out as valid UTF-8. A folder that is none of the
// runner's is [ErrNoFolder]; whatever is missing inside a folder that is one
// makes tests incomplete or not run, never a pass.
package igt
