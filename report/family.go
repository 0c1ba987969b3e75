// SPDX-License-Identifier: MIT

package report

import (
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// Families of findings that no console log names.
const (
	FamilyBuild  lockdep.Family = "build-error"  // the compiler refused a prefix of the series
	FamilyHang   lockdep.Family = "test-hang"    // a test did not end even when killed
	FamilySilent lockdep.Family = "guest-silent" // console and agent fell silent
)

// exhausted reports whether a splat means that lockdep gave up: it says nothing
// about the kernel and ends all checking, so it is no finding. An error of its
// breadth-first search (print_bfs_bug in kernel/locking/lockdep.c) is a WARNING
// like any other, told only by its text.
func exhausted(s lockdep.Splat) bool {
	return s.Family == lockdep.LockdepLimit || strings.Contains(s.Raw, "lockdep bfs error")
}

// A group is what families have in common when one bug shows up as several.
type group int

const (
	other   group = iota
	stalls        // something waits and does not come back
	sleeps        // something sleeps where it must not: repeats until the task ends
	crashes       // memory is wrong or the kernel says BUG
	locking       // lockdep's own reports: the first one turns it off
)

func groupOf(f lockdep.Family) group {
	switch f {
	case lockdep.HungTask, lockdep.SoftLockup, lockdep.HardLockup, lockdep.RCUStall, lockdep.WorkqueueLockup,
		FamilyHang, FamilySilent:
		return stalls
	case lockdep.AtomicSleep, lockdep.SchedulingAtomic, lockdep.PreemptID:
		return sleeps
	case lockdep.KASAN, lockdep.KMSAN, lockdep.KFENCE, lockdep.Refcount, lockdep.KernelBug, lockdep.ListCorruption,
		lockdep.GeneralProtection, lockdep.PageFault, lockdep.NullDereference, lockdep.BadPage, lockdep.DivideError,
		lockdep.DoubleFault, lockdep.ODebug, lockdep.Panic:
		return crashes
	case lockdep.WorkqueueLeak:
		return locking
	}
	if f.Lockdep() {
		return locking
	}
	return other
}

// follows reports whether a report is a consequence, or a second view, of an
// earlier new one in the same boot.
//
// It leans to the other side where two bugs are possible: a lockdep report
// after a sleep in atomic context is its own finding, because the guest goes
// on after the latter with lockdep alive.
func follows(root, s lockdep.Splat) bool {
	test := root.Subtest == s.Subtest || s.Subtest == "" // between two tests: what the last one left behind
	if test && root.Function != "" && root.Function == s.Function {
		return true // one place seen by two checks
	}
	was, is := groupOf(root.Family), groupOf(s.Family)
	switch is {
	case stalls:
		// A task that waits for ever holds its locks into the tests that come after.
		return test || was == stalls || was == locking || was == crashes
	case sleeps:
		return test || root.Task != "" && root.Task == s.Task
	case crashes:
		// A guest with a task that hangs for ever may reset long after its test.
		return test && (was == crashes || s.Family == lockdep.Panic) || s.Family == lockdep.Panic && was == stalls
	}
	return false
}
