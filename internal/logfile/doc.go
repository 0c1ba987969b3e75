// SPDX-License-Identifier: MIT

// Package logfile reads console logs as they lie around: plain, or packed by
// gzip, bzip2, xz or zstd.
//
// [Reader] looks at the first bytes and never at a file's name, so standard input
// and files without an ending work, too. It reads as a stream: what it unpacks is
// never held as a whole, and a packed file that asks for more than MaxWindow bytes
// of memory is refused. A damaged or cut file gives what was read so far and then
// an [UnpackError].
package logfile
