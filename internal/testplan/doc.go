// SPDX-License-Identifier: MIT

// Package testplan says which tests run in the guest, and in which order: the
// built-in fence tests first, always all of them, then those of an installed IGT
// that a map from paths to tests chooses for a series ([Choose]). The map chooses
// among the shipped lists; what is on the list of skips never runs.
//
// It refuses an IGT directory without test binaries, because a plan that is
// quietly empty would look like a pass.
package testplan
