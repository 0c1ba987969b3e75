// SPDX-License-Identifier: MIT

// Package igt turns what test binaries said into a [Case] each.
//
// The built-in tests and IGT speak one language, so one type holds both. The
// package is pure, and everything it reads was written by a guest that may run
// a hostile kernel: names come from the plan, never from the guest, results
// are checked against the words a guest may use, and output is cut. It has no
// errors: an event that makes no sense is dropped, and what is missing then is
// a case that is incomplete or was not run.
package igt
