// SPDX-License-Identifier: MIT

// Package mail turns the bytes of a mail, or of an mbox file, into [Message]
// values: transport line ends, MIME, transfer encodings, character sets and
// format=flowed are undone here, so that later stages see text.
//
// It is pure: no network, no clock, no files. It does not know what a patch is,
// and it keeps nothing of HTML parts and of attachments that are no patches.
//
// It fails with [ErrNotMail] for bytes that are no mail and with a [*LimitError]
// for input that is larger than [Limits] allow. A mail that can be read only in
// part is not an error: [Message.Damage] says what is wrong with it, and whoever
// needs the whole mail must look there.
package mail
