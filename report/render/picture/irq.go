// SPDX-License-Identifier: MIT

package picture

import (
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// An interruption is what can come while a lock is held, in words.
type interruption struct {
	who   string // "a hardware interrupt"
	where string // in relation to the one that holds the lock
	when  string // what makes it possible
}

// interrupts says what the context of an edge is about. Old kernels follow memory
// reclaim in the same way: it comes while a task allocates.
func interrupts(s lockdep.Splat, e step) interruption {
	for word := range strings.SplitSeq(e.Context, ", ") {
		switch word {
		case lockdep.InHardirq:
			return interruption{"a hardware interrupt", "on the same CPU", "with interrupts on"}
		case lockdep.InSoftirq:
			return interruption{"a soft interrupt", "on the same CPU", "with soft interrupts on"}
		case lockdep.InNMI:
			return interruption{"a non-maskable interrupt", "on the same CPU", "in normal code"}
		}
	}
	if strings.Contains(s.Usage, "RECLAIM_FS") {
		return interruption{"memory reclaim", "inside of that", "allocating memory"}
	}
	return interruption{"an interrupt", "on the same CPU", "with interrupts on"}
}

// interruptBoxes draws an edge that an interrupt makes: From is held by a task, and
// the interrupt that stops it waits for To.
func interruptBoxes(s lockdep.Splat, e step) (task, irq box) {
	by := interrupts(s, e)
	task = box{title: "a task " + by.when, rows: []row{
		{verb: "holds", lock: e.From, places: where("taken in", e.FromStack, "")},
	}}
	irq = box{title: by.who + " " + by.where, rows: []row{
		{verb: "waits for", lock: e.To, waits: true, places: where("in", e.Stack, "")},
	}}
	if seen := origin(e.FromStack); seen != "" {
		task.title = "seen earlier " + seen + ", " + by.when
	}
	switch {
	case !e.New:
	case caughtInside(s, e): // it hit some task by chance: its name says nothing
		irq.fresh = true
		irq.title += ", caught in this report"
		caughtAt(s, &irq.rows[0])
	default:
		task.fresh = true
		task.title = caught(s) + ", " + by.when
		caughtAt(s, &task.rows[0])
	}
	return task, irq
}

// caughtAt gives a row the place in the heading of a report that has no stack.
func caughtAt(s lockdep.Splat, r *row) {
	if len(r.places) == 0 && len(s.Locks) > 0 {
		r.places = where("in", nil, s.Locks[0].Function)
	}
}

// caughtInside says whether the report was made in the interrupt. In "{A} -> {B}
// usage" B is what happened now; of two locks the first one changed its state.
func caughtInside(s lockdep.Splat, e step) bool {
	if e.From == e.To {
		return !strings.HasPrefix(s.Usage, "{IN-")
	}
	return len(s.Locks) > 0 && s.Locks[0].Class == e.To
}

// irqLead says what happens in a ring that an interrupt closes, box A being the task
// that it stops.
func irqLead(s lockdep.Splat, e step, boxes int) string {
	who := interrupts(s, e).who
	if boxes == 2 {
		return "If " + who + " comes while A holds the lock, it waits for A, and A cannot go on before it ends."
	}
	return "If " + who + " (B) comes while A holds its lock, each waits for the next one, and the last one for A."
}
