// SPDX-License-Identifier: MIT

package lockdep_test

import (
	"fmt"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

// inconsistent is a report about one lock: the usage that was, with its stack, and
// the one that is now.
func inconsistent(was, now string) string {
	return fmt.Sprintf(`WARNING: inconsistent lock state
6.12.117+ #19 Not tainted
inconsistent {%s} -> {%s} usage.
a/1 [HC0[0]:SC0[0]:HE1:SE1] takes:
ff00000000000001 (&x->lock#4){?.+.}-{2:2}, at: now+0x5/0x9
{%s} state was registered at:
`+stack("lock_acquire", "_raw_spin_lock", "past")+`irq event stamp: 12
hardirqs last  enabled at (11): [<ffffffff81051918>] noise+0x82/0x2ca

other info that might help us debug this:
 Possible unsafe locking scenario:

       CPU0
       ----
  lock(&x->lock#4);
  <Interrupt>
    lock(&x->lock#4);

 *** DEADLOCK ***

no locks held by a/1.

stack backtrace:
CPU: 0 UID: 0 PID: 1 Comm: a Not tainted 6.12.117+ #19
Call Trace:
`+stack("print_usage_bug", "_raw_spin_lock", "now"), was, now, was)
}

// A lock that an interrupt takes while it is held is a circle of one class, whichever
// side was seen first.
func TestCircleOfOneLock(t *testing.T) {
	t.Parallel()
	const past = "lock_acquire0x1/0x9 _raw_spin_lock0x1/0x9 past0x1/0x9"
	const now = "print_usage_bug0x1/0x9 _raw_spin_lock0x1/0x9 now0x1/0x9"
	self := "&x->lock -> &x->lock new [interrupts, "
	for name, c := range map[string]struct{ was, now, edge string }{
		"handler seen last":   {"HARDIRQ-ON-W", "IN-HARDIRQ-W", self + "hardirq, write] | " + past + " | " + now},
		"handler seen first":  {"IN-HARDIRQ-R", "HARDIRQ-ON-W", self + "hardirq, read] | " + now + " | " + past},
		"soft interrupt":      {"SOFTIRQ-ON-W", "IN-SOFTIRQ-W", self + "softirq, write] | " + past + " | " + now},
		"NMI":                 {"INITIAL USE", "IN-NMI", self + "nmi] | " + past + " | " + now},
		"reclaim":             {"RECLAIM_FS-ON-W", "IN-RECLAIM_FS-W", self + "reclaim, write] | " + past + " | " + now},
		"before Linux 2.6.31": {"hardirq-on-W", "in-hardirq-W", self + "hardirq, write] | " + past + " | " + now},
	} {
		checkGraph(t, name, inconsistent(c.was, c.now), "&x->lock", []string{c.edge})
	}
}

func TestRecursion(t *testing.T) {
	t.Parallel()
	const report = `WARNING: possible recursive locking detected
6.12.117+ #19 Not tainted
a/1 is trying to acquire lock:
ff00000000000001 (&x->lock/1){+.+.}-{3:3}, at: inner+0x5/0x9

but task is already holding lock:
ff00000000000002 (&x->lock/1){+.+.}-{3:3}, at: outer+0x3/0x9

other info that might help us debug this:
 Possible unsafe locking scenario:

       CPU0
       ----
  lock(&x->lock/1);
  lock(&x->lock/1);

 *** DEADLOCK ***

1 lock held by a/1:
 #0: ff00000000000002 (&x->lock/1){+.+.}-{3:3}, at: outer+0x3/0x9

stack backtrace:
CPU: 0 UID: 0 PID: 1 Comm: a Not tainted 6.12.117+ #19
Call Trace:
`
	log := report + stack("dump_stack", "__mutex_lock", "inner", "outer", "caller")
	checkGraph(t, "recursion", log, "&x->lock/1", []string{
		"&x->lock/1 -> &x->lock/1 new [write] | inner0x5/0x9 outer0x1/0x9 caller0x1/0x9 | " +
			"dump_stack0x1/0x9 __mutex_lock0x1/0x9 inner0x1/0x9 outer0x1/0x9 caller0x1/0x9",
	})
	other := report + stack("dump_stack", "__mutex_lock", "another", "outer", "caller")
	if a, b := scan(t, []byte(log))[0], scan(t, []byte(other))[0]; a.Signature == b.Signature {
		t.Errorf("two recursions have one signature: %q", a.Canonical())
	}
}

// The lock that forbids to wait is the innermost one of the strictest kind.
func TestWaitContext(t *testing.T) {
	t.Parallel()
	const report = `[ BUG: Invalid wait context ]
6.12.117+ #19 Not tainted
a/1 is trying to lock:
ff00000000000001 (&mutex){+.+.}-{%s}, at: wants+0x5/0x9
other info that might help us debug this:
context-{4:4}
%sstack backtrace:
CPU: 0 UID: 0 PID: 1 Comm: a Not tainted 6.12.117+ #19
Call Trace:
 dump_stack+0x1/0x9
 __mutex_lock+0x1/0x9
 wants+0x1/0x9
`
	const (
		outer = " #0: ff00000000000002 (&outer){+.+.}-{3:3}, at: f+0x3/0x9\n"
		raw   = " #1: ff00000000000003 (&raw){+.+.}-{2:2}, at: g+0x3/0x9\n"
		raw2  = " #2: ff00000000000004 (&raw2){+.+.}-{2:2}, at: h+0x3/0x9\n"
		rcu   = " #3: ff00000000000005 (rcu_read_lock){....}-{1:3}, at: i+0x3/0x9\n"
	)
	for name, c := range map[string]struct{ wait, held, from string }{
		"spin lock":      {"4:4", "2 locks held by a/1:\n" + outer + raw, "&raw"},
		"innermost":      {"4:4", "3 locks held by a/1:\n" + outer + raw + raw2, "&raw2"},
		"not by RCU":     {"3:3", "4 locks held by a/1:\n" + outer + raw + raw2 + rcu, "&raw2"},
		"in a interrupt": {"3:3", "no locks held by a/1.\n", ""},
		"other mutex":    {"3:3", "1 lock held by a/1:\n" + outer, ""},
	} {
		got := scan(t, fmt.Appendf(nil, report, c.wait, c.held))
		if len(got) != 1 || got[0].Usage != "context-{4:4}" || len(got[0].Cycle) != 0 {
			t.Fatalf("%s: %+v; want one report without a circle", name, got)
		}
		from := ""
		if e := got[0].Edges; len(e) == 1 && e[0].To == "&mutex" && e[0].New {
			from = e[0].From
		}
		if from != c.from || len(got[0].Edges) > 1 {
			t.Errorf("%s: edges %+v; want one from %q", name, got[0].Edges, c.from)
		}
	}
}

// The names of locks that only some reports have.
func TestNamedLocks(t *testing.T) {
	t.Parallel()
	const trace = "\nstack backtrace:\nCall Trace:\n dump_stack+0x1/0x9\n fn+0x1/0x9\n"
	for name, c := range map[string]struct {
		log, class, at string
		family         lockdep.Family
	}{
		"unlock": {"WARNING: bad unlock balance detected!\na/1 is trying to release lock (&x->lock) at:\n[<ffffffff81000000>] fn+0x3/0x9\nbut there are no more locks to release!\n",
			"&x->lock", "fn", lockdep.BadUnlockBalance},
		"contention": {"WARNING: bad contention detected!\na/1 is trying to contend lock ((x)->lock) at:\nfn+0x3/0x9\nbut there are no locks held!\n",
			"(x)->lock", "fn", lockdep.LockdepInternal},
		"nest": {"WARNING: Nested lock was not taken\na/1 is trying to lock:\nff00000000000001 (&x->lock){+.+.}-{3:3}, at: fn+0x5/0x9\n\nbut this task is not holding:\nnest_lock#2\n",
			"nest_lock", "fn", lockdep.NestedNotTaken},
		"freed": {"WARNING: held lock freed!\na/1 is freeing memory ff00000000000000-ff00000000000fff, with a lock still held there!\nff00000000000001 (&x->lock){+.+.}-{3:3}, at: fn+0x5/0x9\n",
			"&x->lock", "fn", lockdep.HeldLockFreed},
	} {
		got := scan(t, []byte(c.log+trace))
		if len(got) != 1 || got[0].Family != c.family || got[0].Corrupted {
			t.Fatalf("%s: %+v; want one whole report of %s", name, got, c.family)
		}
		if s := got[0]; len(s.Classes) == 0 || s.Classes[len(s.Classes)-1] != c.class || s.At != c.at || s.Task != "a/1" {
			t.Errorf("%s: classes %q at %s by %s; want %s at %s by a/1", name, s.Classes, s.At, s.Task, c.class, c.at)
		}
	}
}
