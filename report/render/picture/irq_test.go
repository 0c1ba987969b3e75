// SPDX-License-Identifier: MIT

package picture

import (
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

func TestInterrupts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ context, usage, who string }{
		"hard":       {"interrupts, hardirq, write", "", "a hardware interrupt"},
		"soft":       {"interrupts, softirq, read", "", "a soft interrupt"},
		"nmi":        {"interrupts, nmi", "{INITIAL USE} -> {IN-NMI}", "a non-maskable interrupt"},
		"reclaim":    {"interrupts, write", "{RECLAIM_FS-ON-W} -> {IN-RECLAIM_FS-W}", "memory reclaim"},
		"not told":   {"interrupts", "", "an interrupt"},
		"no context": {"", "", "an interrupt"},
	} {
		e := step{Edge: lockdep.Edge{Context: c.context}}
		if got := interrupts(lockdep.Splat{Usage: c.usage}, e); got.who != c.who || got.when == "" || got.where == "" {
			t.Errorf("%s: interrupts = %+v; want %s", name, got, c.who)
		}
	}
}

// TestCaughtSide tells the side that a report was made on: the other one was seen
// before.
func TestCaughtSide(t *testing.T) {
	t.Parallel()
	const interrupts = "interrupts, hardirq, write"
	for name, c := range map[string]struct {
		in     lockdep.Splat
		inside bool
	}{
		"state, in the interrupt": {lockdep.Splat{
			Family: lockdep.InconsistentState, Usage: "{HARDIRQ-ON-W} -> {IN-HARDIRQ-W}", Locks: heading("a", "")[:1],
			Cycle: []string{"a"}, Edges: []lockdep.Edge{{From: "a", To: "a", Context: interrupts, New: true}},
		}, true},
		"state, outside": {lockdep.Splat{
			Family: lockdep.InconsistentState, Usage: "{IN-HARDIRQ-W} -> {HARDIRQ-ON-W}", Locks: heading("a", "")[:1],
			Cycle: []string{"a"}, Edges: []lockdep.Edge{{From: "a", To: "a", Context: interrupts, New: true}},
		}, false},
		"inversion, in the interrupt": {lockdep.Splat{
			Family: lockdep.IRQInversion, Locks: heading("a", "b"), Cycle: []string{"b", "a"},
			Edges: []lockdep.Edge{{From: "a", To: "b"}, {From: "b", To: "a", Context: interrupts, New: true}},
		}, true},
		"inversion, outside": {lockdep.Splat{
			Family: lockdep.IRQInversion, Locks: heading("a", "b"), Cycle: []string{"a", "b"},
			Edges: []lockdep.Edge{{From: "b", To: "a"}, {From: "a", To: "b", Context: interrupts, New: true}},
		}, false},
	} {
		d := draw(c.in, Options{})
		if len(d.boxes) < 2 {
			t.Fatalf("%s: %d boxes", name, len(d.boxes))
		}
		if d.boxes[0].fresh == c.inside || d.boxes[1].fresh != c.inside {
			t.Errorf("%s: the task is caught: %v, the interrupt: %v", name, d.boxes[0].fresh, d.boxes[1].fresh)
		}
		if d.links[0] != "A cannot go on until B is done" {
			t.Errorf("%s: the first link says %q", name, d.links[0])
		}
		if last := d.links[len(d.links)-1]; !strings.HasSuffix(last, " waits for A") {
			t.Errorf("%s: the last link says %q", name, last)
		}
	}
}

// TestTornHeading uses the place of the heading where the stacks are lost.
func TestTornHeading(t *testing.T) {
	t.Parallel()
	s := lockdep.Splat{
		Family: lockdep.InconsistentState, Usage: "{IN-SOFTIRQ-W} -> {SOFTIRQ-ON-W}", Locks: []lockdep.Lock{{Class: "a", Function: "insert"}},
		Cycle: []string{"a"}, Edges: []lockdep.Edge{{From: "a", To: "a", Context: "interrupts, softirq", New: true}},
	}
	d := draw(s, Options{})
	if got := d.boxes[0].rows[0].places; len(got) != 1 || got[0].function != "insert" {
		t.Errorf("the task's place is %+v; want insert", got)
	}
	if got := d.boxes[1].rows[0].places; len(got) != 0 {
		t.Errorf("the interrupt's place is %+v; it is not told", got)
	}
}
