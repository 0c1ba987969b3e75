// SPDX-License-Identifier: MIT

// Package guest is the agent: what fencebot is when it runs as PID 1 in the
// virtual machine. It mounts what the tests need, reads the plan from the
// virtio-serial port, runs its jobs one after the other, and reports each on
// that port.
//
// IsAgent asks for three things at once (PID 1, the word fencebot.agent=1 on
// the kernel command line, the port), because in a container the daemon is
// PID 1, too. Main never returns: a PID 1 that ends is a kernel panic, which
// would look like a bug in the kernel under test. When the agent itself cannot
// go on it says so with an event of kind Failed and reboots, which ends the
// guest, since QEMU runs with -no-reboot.
//
// A job that does not end is killed; one that cannot be killed is left behind
// and the next job starts. What a job prints is cut into bounded lines, and
// dropped beyond a limit.
package guest
