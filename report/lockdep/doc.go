// SPDX-License-Identifier: MIT

// Package lockdep finds the reports of a kernel in its console log: lockdep
// splats above all, and every other failure that the kernel itself names
// (KASAN, oops, hung task, panic, ...).
//
// [Scan] reads a log of any size line by line and yields one [Splat] per report:
// its [Family], the lock classes and the edges between them, the locks held, the
// stack trace, the function to blame and a [Splat.Signature] that is equal for the
// same bug in another boot or another build.
//
// The package refuses to guess: a line is the start of a report only if it begins,
// after the log prefix, with the very words of the kernel. "INFO: lockdep is turned
// off" and a failing test are no reports. It does not say whose fault a report is.
//
// A log is written by strangers. Lines and reports are cut at the limits of
// [Options], control bytes and broken UTF-8 are replaced, and a damaged report is
// still yielded, with Corrupted set. The only error is that of the reader; it is
// yielded last, after the reports read so far.
package lockdep
