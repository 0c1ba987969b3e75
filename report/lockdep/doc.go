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
// A log may come from a serial console, dmesg, journalctl, syslog, /dev/kmsg or
// pstore; what they put before a message is taken off, and lines of tasks and
// processors that print at the same time are told apart by their caller ids. Without
// those, a report that another one cuts is still yielded, as corrupted.
//
// lockdep stops at its first report, so a log without reports proves something only
// while it is on: [NewLog] and [Log.State] say when it went off and why.
//
// The package refuses to guess: a line is the start of a report only if it begins,
// after the log prefix, with the very words of the kernel, and, where the kernel
// stamps its lines, a quote by a program is not believed without a stack. "INFO:
// lockdep is turned off" and a failing test are no reports. It does not say whose
// fault a report is.
//
// A log is written by strangers. Lines and reports are cut at the limits of
// [Options], control bytes and broken UTF-8 are replaced, and a damaged report is
// still yielded, with Corrupted set. Time is linear in the size of the log, memory is
// bounded. The only error is that of the reader; it is yielded last, after the
// reports read so far.
package lockdep
