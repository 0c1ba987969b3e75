// SPDX-License-Identifier: MIT

// Package qemu boots a kernel in QEMU, has the agent in it run a plan of
// tests, and says how the boot ended.
//
// [Run] is one boot: it starts QEMU, waits for the agent, sends it the plan,
// keeps the kernel's console in a file and the agent's events in memory, and
// holds all of it against limits. [RunAll] is a whole plan: it boots again
// after every report that made lockdep turn itself off, every panic and every
// hang, and goes on with the next test. [Probe] tells whether KVM works by
// using it. [MakeRootImage] and [MakeIGTImage] make the disks.
//
// The guest runs a stranger's kernel. It gets no network, no directory and no
// writable file of the host: images and kernel are handed to QEMU as open
// descriptors, console and agent are socket pairs, and QEMU itself runs in
// its seccomp sandbox and, when fencebot is root, under a uid of its own.
// Whatever the guest writes is bounded here, and an event counts only where it
// fits the plan: names come from the plan, a job ends once and only after it
// started, and nobody's word is taken for how long it took. A guest can fake
// its own results; it can do no more.
//
// A kernel that panics, hangs or does not boot is an [Outcome]. An error means
// that we are broken (QEMU is missing, refuses its arguments or was killed, a
// file cannot be written) or that the context ended. QEMU never outlives the
// call, nor the process that made it, however that ends.
package qemu
