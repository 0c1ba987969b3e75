// SPDX-License-Identifier: MIT

// Package mailfile reads the mails of a series from where people have them: an
// mbox file, one mail in a file, a maildir, a directory of git format-patch
// files, or standard input.
//
// It never writes, follows no symbolic links inside a directory, and reads at
// most what [mail.Limits] allow. Its errors say what is wrong with the path and
// what to do instead; all of them are the caller's to mend, none is ours.
package mailfile
