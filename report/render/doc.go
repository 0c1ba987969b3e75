// SPDX-License-Identifier: MIT

// Package render writes a report for its readers: [JSON] for programs and for
// running the check again, [Text] for a terminal, [HTML] for a browser, and
// [Mail] as a reply on the list.
//
// It is pure: it writes to what it is given, opens no file and sends nothing.
//
// Most of a report was written by strangers: subjects and addresses by the
// author of a series, console logs by a kernel that may be hostile. Their
// control characters, terminal sequences and text-direction marks are made
// visible, their length is limited, and none of their bytes reaches a header
// or a page unescaped. All output is UTF-8.
//
// An error is one of the writer, or in [ReadJSON] of a file that is no report
// ([ErrNotReport]).
package render
