// SPDX-License-Identifier: MIT

// Package fencetest holds the built-in fence tests: small programs that drive
// vkms, vgem, virtio-gpu, sw_sync, sync objects and dma-buf, and in a guest with
// more devices QEMU's other displays, IIO and USB gadgets, through the paths on
// which a dma-fence can deadlock, so that lockdep sees their locks. They
// judge little by themselves: what the kernel says while they run is the
// result that counts.
//
// They speak IGT's command line and output conventions (--list-subtests,
// --run-subtest, "Subtest x: SUCCESS (0.1s)", exit 0, 77, 98), so that they
// and real IGT tests go through one path. Each binary of the plan is a name
// here, not a file.
//
// A test that finds no device or no such feature is skipped with its reason;
// an answer of the kernel that breaks its documented interface fails. Every
// wait has an end, except where the kernel itself does not come back from a
// call: that is the hang which the agent watches for.
//
// Everything here needs Linux, root and debugfs, and changes the state of the
// machine (modes, caches, watermarks): it is meant for a throw-away guest.
package fencetest
