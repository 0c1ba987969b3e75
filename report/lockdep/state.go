// SPDX-License-Identifier: MIT

package lockdep

import (
	"bytes"
	"fmt"
)

// A State says whether lockdep was watching when the log ended. It turns itself off
// at its first report (debug_locks_off() in lib/debug_locks.c), and so do an oops and
// much else: silence after that proves nothing. A log that says nothing about lockdep
// leaves it alive.
type State struct {
	Alive  bool   `json:"alive"`
	Reason string `json:"reason"` // what turned it off, and in which line of the log; empty when alive
}

// A watch follows the state of lockdep through a log. The zero value is that of a log
// that has said nothing yet.
type watch struct {
	reason  string // why it is off; empty while it is on
	boot    int    // line of "Linux version", from which on the boot is known
	started int    // line of "Lock dependency validator"
	gap     bool   // lines of this boot are missing
}

// A stateText is a line that says something about lockdep, by its beginning.
type stateText struct {
	words  string
	reason string // why lockdep is off from here on, without the line number
}

// Lines by which lockdep, or who turns it off, says so: print_lockdep_off(),
// debug_show_held_locks() and print_bfs_bug() in kernel/locking/lockdep.c,
// add_taint() in kernel/panic.c, include/linux/debug_locks.h, kernel/locking/rwsem.c,
// lib/locking-selftest.c. The text of a WARN() stands alone above "WARNING: ".
var stateTexts = []stateText{
	{"INFO: lockdep is turned off", "was off already"},
	{"Disabling lock debugging due to kernel taint", "was turned off because the kernel is tainted"},
	{"turning off the locking correctness validator", "turned itself off"},
	{"DEBUG_LOCKS_WARN_ON(", "turned itself off: a check in the locking code failed"},
	{"DEBUG_RWSEMS_WARN_ON(", "was turned off: a check in the locking code failed"},
	{"lockdep bfs error:", "turned itself off: the search in its graph failed"},
	{"hm#1, depth: ", "turned itself off: its hash of held locks is wrong"},
	{"hm#2, depth: ", "turned itself off: its hash of held locks is wrong"},
	{"Possible false positive due to lockdep disabling via debug_locks = 0", "was off already"},
}

// stateHeads are the beginnings of the other lines that note reads.
var stateHeads = []string{
	"Linux version ", "Lock dependency validator: ", "** ", "pid_max: ", "rcu_scheduler_active = ", "BUG: ", "CPU: ", "Pid: ",
}

// note reads a line of the kernel for what it says about lockdep.
func (w *watch) note(l logLine) {
	s := l.text
	switch {
	case bytes.HasPrefix(s, []byte("Linux version ")):
		*w = watch{boot: l.number}
		return
	case bytes.HasPrefix(s, []byte("Lock dependency validator: ")):
		w.started = l.number
		return
	case bytes.HasPrefix(s, []byte("** ")) && bytes.Contains(s, []byte("printk messages dropped")):
		w.gap = true
		return
	case bytes.HasPrefix(s, []byte("pid_max: default: ")):
		// pidhash_init() comes after lockdep_init() in start_kernel(), at a lower level.
		if w.boot > 0 && w.started == 0 && !w.gap {
			w.off(fmt.Sprintf("is not in this kernel: the boot in lines %d to %d does not start it", w.boot, l.number))
		}
		return
	case bytes.HasPrefix(s, []byte("rcu_scheduler_active = ")):
		w.locks(s, l.number)
		return
	case bytes.HasPrefix(s, []byte("CPU: ")), bytes.HasPrefix(s, []byte("Pid: ")):
		w.taint(s, l.number)
		return
	case bytes.HasPrefix(s, []byte("BUG: ")) && bytes.Contains(s, []byte(" - debugging disabled!")):
		w.off(fmt.Sprintf("failed its own tests at boot (line %d)", l.number))
		return
	}
	for _, t := range stateTexts {
		if bytes.HasPrefix(s, []byte(t.words)) {
			w.off(fmt.Sprintf("%s (line %d)", t.reason, l.number))
			return
		}
	}
}

// locks reads "rcu_scheduler_active = 2, debug_locks = 1". Once it is 0 it stays so
// until the next boot: a 1 proves that the log lacks the beginning of a boot.
func (w *watch) locks(s []byte, number int) {
	_, value, ok := bytes.Cut(s, []byte("debug_locks = "))
	switch {
	case !ok || len(value) == 0:
	case value[0] == '1':
		w.reason = ""
	case value[0] == '0':
		w.off(fmt.Sprintf("was off already (line %d)", number))
	}
}

// taint reads "CPU: 0 PID: 1 Comm: a Tainted: G      D W  6.12.0 #1", the heading of a
// stack. The flags of an oops, of a foreign module and of force on modules are only
// set together with LOCKDEP_NOW_UNRELIABLE.
func (w *watch) taint(s []byte, number int) {
	_, flags, ok := bytes.Cut(s, []byte(" Tainted: "))
	if !ok {
		return
	}
	for _, c := range flags {
		switch {
		case c == 'D' || c == 'P' || c == 'F' || c == 'R':
			w.off(fmt.Sprintf("was turned off before: the kernel is tainted (%c in line %d)", c, number))
			return
		case c != ' ' && (c < 'A' || c > 'Z'):
			return // the release
		}
	}
}

// report notes a report that begins with message.
func (w *watch) report(f Family, message []byte, number int) {
	if turnsOff(f, message) {
		w.off(fmt.Sprintf("was turned off by the report in line %d (%s)", number, f))
	}
}

// off keeps the first reason.
func (w *watch) off(reason string) {
	if w.reason == "" {
		w.reason = "lockdep " + reason
	}
}

// state is the result at the end of the log.
func (w *watch) state() State {
	return State{Alive: w.reason == "", Reason: w.reason}
}

// turnsOff says that lockdep is off after a report, from the calls of
// debug_locks_off() and of add_taint(..., LOCKDEP_NOW_UNRELIABLE) in Linux 6.12.
// A WARNING, a stall, a hung task, sleeping in atomic context and suspicious RCU
// usage leave it on.
func turnsOff(f Family, message []byte) bool {
	switch f {
	case CircularDependency, RecursiveLocking, InconsistentState, IRQInversion, IRQSafeUnsafe, InvalidWaitContext,
		NestedNotTaken, BadUnlockBalance, HeldLockFreed, LockHeldAtUser, LocksStillHeld, NonStaticKey, LockdepLimit:
		return true // print_*_bug() in kernel/locking/lockdep.c
	case LockdepInternal: // those of WARN_ON_ONCE() leave it on; DEBUG_LOCKS_WARN_ON() is in stateTexts
		return !bytes.Contains(message, []byte("kernel/locking/"))
	case SpinlockDebug: // spin_bug() turns it off, spin_dump() alone does not
		return !bytes.Contains(message, []byte("lockup"))
	case KASAN, KMSAN: // end_report() and kmsan_report() taint with TAINT_BAD_PAGE
		return true
	case BadPage: // bad_page() and print_bad_pte() taint; check_mm() does not
		return bytes.Contains(message, []byte("Bad page"))
	case KernelBug, GeneralProtection, PageFault, NullDereference, DivideError, DoubleFault, continuation, Panic:
		return true // oops_enter() and panic() in kernel/panic.c
	}
	return false
}
