// SPDX-License-Identifier: MIT

// Package testplan says which tests run in the guest, and in which order: the
// built-in fence tests first, then those of an installed IGT that are on the
// shipped list and not on the list of skips.
//
// It refuses an IGT directory without test binaries, because a plan that is
// quietly empty would look like a pass.
package testplan
