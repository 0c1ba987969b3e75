// SPDX-License-Identifier: MIT

// Package kernelbuild makes a bootable kernel from a source tree that may hold a
// stranger's patches.
//
// [Build] lays the Kconfig fragments of a [Flavour] over allnoconfig, checks that
// every symbol of them stuck, and makes vmlinux, which QEMU boots by PVH: no bzImage
// and no compressor. It runs in a sandbox where the source is always /src and
// the output always /build, so that a moved or copied output directory changes
// no command line and compiles nothing again. Time, user, host and version of
// the build are fixed.
//
// A series builds in a throw-away copy of the base's output directory, see
// [CopyLayer]; only a Trusted request may write to the compiler cache.
//
// Outcomes: a kernel that does not compile is a [Result] with OK false and at
// least one Diagnostic of kind Error. A symbol that did not stick is a
// [*ConfigError]. A full disk, a killed compiler or another lack of ours is a
// [*ResourceError], and never the author's fault. All else is an error of the
// sandbox or of the host.
//
// Nothing that a build wrote is trusted: files are opened without following
// links and read up to a limit, and the log is cut at a limit.
package kernelbuild
