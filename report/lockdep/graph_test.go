// SPDX-License-Identifier: MIT

package lockdep_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

// edge writes an edge in a line: who takes what, how, and on which functions.
func edge(e lockdep.Edge) string {
	out := e.From + " -> " + e.To
	if e.New {
		out += " new"
	}
	if e.Context != "" {
		out += " [" + e.Context + "]"
	}
	for _, stack := range [][]lockdep.Frame{e.FromStack, e.Stack} {
		out += " |"
		for _, f := range stack {
			out += " " + f.Function + f.Offset
		}
	}
	return out
}

// stack makes the lines of a stack.
func stack(functions ...string) string {
	return " " + strings.Join(functions, "+0x1/0x9\n ") + "+0x1/0x9\n"
}

const longCircle = `WARNING: possible circular locking dependency detected
6.12.117+ #19 Tainted: G        W  OE     
------------------------------------------------------
a/1 is trying to acquire lock:
ff00000000000001 (&new){++++}-{3:3}, at: wants+0x5/0x9

but task is already holding lock:
ff00000000000002 (&held#2){+.+.}-{3:3}, at: holds+0x3/0x9

which lock already depends on the new lock.

the existing dependency chain (in reverse order) is:

-> #2 (&held#2){+.+.}-{3:3}:
       __mutex_lock+0x1/0x9
       far+0x1/0x9

-> #1 (&mid/1){+.+.}-{2:2}:
       _raw_spin_lock_irqsave+0x1/0x9
       inner+0x1/0x9
       wants+0x8/0x9

-> #0 (&new){++++}-{3:3}:
       __lock_acquire+0x1/0x9
       down_read+0x1/0x9
       wants+0x5/0x9
       holds+0x8/0x9

other info that might help us debug this:

Chain exists of:
  &new --> &mid/1 --> &held#2

 Possible unsafe locking scenario:

       CPU0                    CPU1
       ----                    ----
  lock(&held#2);
                               lock(&mid/1);
                               lock(&held#2);
  rlock(&new);

 *** DEADLOCK ***

1 lock held by a/1:
 #0: ff00000000000002 (&held#2){+.+.}-{3:3}, at: holds+0x3/0x9

stack backtrace:
CPU: 3 UID: 0 PID: 1 Comm: a Tainted: G        W  OE       6.12.117+ #19
Call Trace:
 dump_stack_lvl+0x1/0x9
 __lock_acquire+0x1/0x9
 down_read+0x1/0x9
 wants+0x5/0x9
 holds+0x8/0x9
`

func TestGraphOfChain(t *testing.T) {
	t.Parallel()
	lost := strings.Index(longCircle, "-> #1")
	found := strings.Index(longCircle, "-> #0")
	cut := strings.Index(longCircle, "the existing")
	other := strings.Index(longCircle, "other info")
	direct := strings.NewReplacer("Chain exists of:\n  &new --> &mid/1 --> &held#2\n", "", "lock(&mid/1);", "lock(&new);")
	for name, c := range map[string]struct {
		log, cycle string
		edges      []string
	}{
		"whole": {longCircle, "&held &new &mid/1", []string{
			"&mid/1 -> &held [write] | | __mutex_lock0x1/0x9 far0x1/0x9",
			"&new -> &mid/1 [irqs off, write] | wants0x5/0x9 | _raw_spin_lock_irqsave0x1/0x9 inner0x1/0x9 wants0x8/0x9",
			"&held -> &new new [read] | holds0x3/0x9 | __lock_acquire0x1/0x9 down_read0x1/0x9 wants0x5/0x9 holds0x8/0x9",
		}},
		"without the table": {longCircle[:other] + longCircle[strings.Index(longCircle, "stack backtrace"):], "&held &new &mid/1", []string{
			"&mid/1 -> &held [write] | | __mutex_lock0x1/0x9 far0x1/0x9",
			"&new -> &mid/1 [irqs off, write] | wants0x5/0x9 | _raw_spin_lock_irqsave0x1/0x9 inner0x1/0x9 wants0x8/0x9",
			"&held -> &new new [read] | holds0x3/0x9 | __lock_acquire0x1/0x9 down_read0x1/0x9 wants0x5/0x9 holds0x8/0x9",
		}},
		"a link is lost": {longCircle[:lost] + longCircle[found:], "&held &new &mid/1", []string{
			"&held -> &new new [read] | holds0x3/0x9 | __lock_acquire0x1/0x9 down_read0x1/0x9 wants0x5/0x9 holds0x8/0x9",
			"&new -> &mid/1 | |", "&mid/1 -> &held | |",
		}},
		"the chain is lost": {longCircle[:cut] + longCircle[other:], "&held &new &mid/1", []string{
			"&held -> &new new [read] | holds0x3/0x9 | dump_stack_lvl0x1/0x9 __lock_acquire0x1/0x9 down_read0x1/0x9 wants0x5/0x9 holds0x8/0x9",
			"&new -> &mid/1 | |", "&mid/1 -> &held | |",
		}},
		"only the table": {direct.Replace(longCircle[:cut] + longCircle[other:]), "&held &new", []string{
			"&held -> &new new [read] | holds0x3/0x9 | dump_stack_lvl0x1/0x9 __lock_acquire0x1/0x9 down_read0x1/0x9 wants0x5/0x9 holds0x8/0x9",
			"&new -> &held | |",
		}},
	} {
		checkGraph(t, name, c.log, c.cycle, c.edges)
	}
}

func checkGraph(t *testing.T, name, log, cycle string, edges []string) {
	t.Helper()
	got := scan(t, []byte(log))
	if len(got) != 1 {
		t.Fatalf("%s: %d reports; want 1", name, len(got))
	}
	var has []string
	for _, e := range got[0].Edges {
		has = append(has, edge(e))
	}
	if c := strings.Join(got[0].Cycle, " "); c != cycle || !slices.Equal(has, edges) {
		t.Errorf("%s: circle %q of\n%s\nwant %q of\n%s", name, c, strings.Join(has, "\n"), cycle, strings.Join(edges, "\n"))
	}
}

// safeUnsafe is a report about &safe, &held, &wanted and &unsafe, with the given
// paths from the safe lock to the held one, and from the unsafe lock back to the
// wanted one.
func safeUnsafe(toHeld, toWanted string) string {
	return `WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected
6.12.117+ #19 Not tainted
a/1 [HC0[0]:SC0[2]:HE1:SE0] is trying to acquire:
ff00000000000001 (&wanted){....}-{2:2}, at: wants+0x5/0x9

and this task is already holding:
ff00000000000002 (&held){....}-{2:2}, at: holds+0x3/0x9
which would create a new lock dependency:
 (&held){....}-{2:2} -> (&wanted){....}-{2:2}

but this new dependency connects a HARDIRQ-irq-safe lock:
 (&safe){-.-.}-{2:2}

... which became HARDIRQ-irq-safe at:
` + stack("lock_acquire", "handler") + `
to a HARDIRQ-irq-unsafe lock:
 (&unsafe){.?.+}-{2:2}

... which became HARDIRQ-irq-unsafe at:
...
` + stack("lock_acquire", "enabled") + `
other info that might help us debug this:

Chain exists of:
  &safe --> &held --> &unsafe

 Possible interrupt unsafe locking scenario:

       CPU0                    CPU1
       ----                    ----
  lock(&unsafe);
                               local_irq_disable();
                               lock(&safe);
                               lock(&held);
  <Interrupt>
    lock(&safe);

 *** DEADLOCK ***

1 lock held by a/1:
 #0: ff00000000000002 (&held){....}-{2:2}, at: holds+0x3/0x9
` + toHeld + toWanted + `
stack backtrace:
CPU: 0 UID: 0 PID: 1 Comm: a Not tainted 6.12.117+ #19
Call Trace:
` + stack("dump_stack", "_raw_spin_lock", "wants", "holds")
}

func TestGraphOfInterrupts(t *testing.T) {
	t.Parallel()
	header := func(class, bit, function string) string {
		return "-> (" + class + "){-.-.}-{2:2} ops: 4 {\n   " + bit + " at:\n                    lock_acquire+0x1/0x9\n" +
			"                    " + function + "+0x1/0x9\n }\n ... key      at: [<ffffffff81000000>] key+0x0/0x8\n"
	}
	const between = "\nthe dependencies between HARDIRQ-irq-safe lock and the holding lock:\n"
	const forward = "\nthe dependencies between the lock to be acquired\n and HARDIRQ-irq-unsafe lock:\n"
	acquired := func(function string) string {
		return " ... acquired at:\n" + stack("_raw_spin_lock_bh", function) + "\n"
	}
	back := forward + header("&unsafe", "HARDIRQ-ON-R", "enabled") + acquired("takes_unsafe") +
		header("&wanted", "INITIAL USE", "first") + acquired("wants")
	safe, held := header("&safe", "IN-HARDIRQ-R", "handler"), header("&held", "INITIAL USE", "first")
	edges := []string{
		"&held -> &wanted new [softirqs off, write] | holds0x3/0x9 | _raw_spin_lock_bh0x1/0x9 wants0x1/0x9",
		"&safe -> &held [softirqs off, write] | | _raw_spin_lock_bh0x1/0x9 takes_held0x1/0x9",
		"&wanted -> &unsafe [softirqs off, write] | | _raw_spin_lock_bh0x1/0x9 takes_unsafe0x1/0x9",
		"&unsafe -> &safe [interrupts, hardirq, read] | lock_acquire0x1/0x9 enabled0x1/0x9 | lock_acquire0x1/0x9 handler0x1/0x9",
	}
	cycle := "&held &wanted &unsafe &safe"
	checkGraph(t, "since Linux 5.14", safeUnsafe(between+safe+held+acquired("takes_held"), back), cycle, edges)
	checkGraph(t, "before", safeUnsafe(between+safe+acquired("takes_held")+held+acquired("wants"), back), cycle, edges)
	edges = []string{
		"&held -> &wanted new [softirqs off, write] | holds0x3/0x9 | dump_stack0x1/0x9 _raw_spin_lock0x1/0x9 wants0x1/0x9 holds0x1/0x9",
		"&safe -> &held | |", "&held -> &unsafe | |",
		"&unsafe -> &safe [interrupts, hardirq] | lock_acquire0x1/0x9 enabled0x1/0x9 | lock_acquire0x1/0x9 handler0x1/0x9",
	}
	checkGraph(t, "without the paths", safeUnsafe("", ""), "", edges)

	inversion := func(words string) string {
		return "WARNING: possible irq lock inversion dependency detected\na/1 just changed the state of lock:\n" +
			"ff00000000000001 (&changed){+.+.}-{2:2}, at: wants+0x5/0x9\nbut this lock " + words + " lock in the past:\n" +
			" (&past){-...}-{2:2}\n\nother info that might help us debug this:\nno locks held by a/1.\n\n" +
			"the shortest dependencies between 2nd lock and 1st lock:\n" + header("&past", "IN-SOFTIRQ-W at:\n lock_acquire+0x1/0x9\n handler+0x1/0x9\n SOFTIRQ-ON-R", "enabled") + acquired("path") + header("&changed", "INITIAL USE", "first") + acquired("now") +
			"stack backtrace:\nCall Trace:\n" + stack("dump_stack", "_raw_spin_lock", "wants")
	}
	checkGraph(t, "took another", inversion("took another, SOFTIRQ-unsafe"), "&past &changed", []string{
		"&changed -> &past [softirqs off, write] | | _raw_spin_lock_bh0x1/0x9 path0x1/0x9",
		"&past -> &changed new [interrupts, softirq, write] | lock_acquire0x1/0x9 enabled0x1/0x9 | _raw_spin_lock_bh0x1/0x9 now0x1/0x9",
	})
	checkGraph(t, "taken by another", inversion("was taken by another, SOFTIRQ-safe"), "&changed &past", []string{
		"&past -> &changed [softirqs off, write] | | _raw_spin_lock_bh0x1/0x9 path0x1/0x9",
		"&changed -> &past new [interrupts, softirq, write] | dump_stack0x1/0x9 _raw_spin_lock0x1/0x9 wants0x1/0x9 | lock_acquire0x1/0x9 handler0x1/0x9",
	})
}
