// SPDX-License-Identifier: MIT

// Package patch turns mails into patch series and applies a series to a tree.
//
// Reading: [ParseSubject] knows the subject grammar, [FromMessage] splits a mail
// the way git am does, [Assemble] sorts mails into series by version, count and
// threading, [Describe] says what was understood. Applying: [ParseDiff] and
// [Diff.Apply] do what git apply does, on file contents that the caller hands in.
//
// It is pure: no network, no clock, no git process, no files. It never guesses
// at a broken patch: a mail that is cut off, wrapped or incomplete is a
// [*DamageError] or an [*IncompleteError] of [Series.Validate]; a series that
// does not fit its base is a [*ConflictError]. All of them are news for the
// author. Any other error is the caller's or ours.
package patch
