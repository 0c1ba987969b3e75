// SPDX-License-Identifier: MIT

package picture

import (
	"fmt"
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// recursion draws a task that takes a lock of a class that it holds already. A
// torn report may have told only one of the two.
func recursion(s lockdep.Splat) drawing {
	if len(s.Locks) != 1 {
		return circle(s)
	}
	s.Locks = []lockdep.Lock{s.Locks[0], s.Locks[0]}
	d := circle(s)
	if len(d.boxes) == 1 {
		d.boxes[0].rows[0].places = nil // the report tells the place of the other one
	}
	return d
}

// atomic draws code that may sleep where it must not.
func atomic(s lockdep.Splat) drawing {
	b := box{name: "A", title: caught(s), fresh: true}
	for _, l := range forbids(s) {
		b.rows = append(b.rows, row{verb: "holds", lock: l.Class, places: where("taken in", nil, l.Function)})
	}
	b.rows = limit(b.rows)
	if why := notAllowed(s); why != "" {
		b.rows = append(b.rows, row{verb: "is in", lock: "atomic context", meaning: why})
	}
	if len(b.rows) == 0 {
		return drawing{}
	}
	last := row{verb: "then calls", lock: callee(s), meaning: "it may sleep", waits: true, places: where("in", s.Trace, s.Function)}
	if s.Family == lockdep.InvalidWaitContext && len(s.Locks) > 0 {
		last.verb, last.lock, last.meaning = "then takes", s.Locks[0].Class, "this lock may sleep"
	}
	if last.lock == "" || last.lock == s.Function && len(last.places) > 0 {
		last.verb, last.lock, last.meaning = "then", "sleeps, or may sleep", ""
	}
	b.rows = append(b.rows, last)
	return drawing{
		lead:  "A may sleep where it must not: the CPU then does something else, and nobody releases what A holds.",
		boxes: []box{b},
	}
}

// forbids are the locks that A may not sleep under: the one that lockdep tells, or
// all that A holds.
func forbids(s lockdep.Splat) []lockdep.Lock {
	all := own(s)
	for _, e := range s.Edges {
		for i, l := range all {
			if e.New && e.From == l.Class {
				return all[i : i+1]
			}
		}
	}
	return all
}

// notAllowed says from the report's own words why nobody may sleep.
func notAllowed(s lockdep.Splat) string {
	switch {
	case strings.Contains(s.Raw, "irqs_disabled(): 1"):
		return "interrupts are off: nobody may sleep"
	case strings.Contains(s.Raw, "in_atomic(): 1"), s.Family == lockdep.SchedulingAtomic:
		return "spinlock, interrupt, or preemption off: nobody may sleep"
	}
	return ""
}

// callee is the function that the place of the report called.
func callee(s lockdep.Splat) string {
	name := ""
	for _, f := range s.Trace {
		if f.Function == s.Function {
			return name
		}
		if f.Reliable {
			name = f.Function
		}
	}
	return ""
}

// own are the locks that the task of the report holds.
func own(s lockdep.Splat) []lockdep.Lock {
	var out []lockdep.Lock
	seen := map[string]bool{}
	for _, l := range s.Held {
		if (l.Task == "" || l.Task == s.Task) && !seen[l.Class] {
			seen[l.Class] = true
			out = append(out, l)
		}
	}
	return out
}

// limit keeps the last rows, those taken last, and counts the others.
func limit(rows []row) []row {
	extra := len(rows) - maxRows
	if extra <= 0 {
		return rows
	}
	head := row{verb: rows[0].verb, lock: fmt.Sprintf("%d more, taken before", extra)}
	return append([]row{head}, rows[extra:]...)
}

// unbalanced draws a lock that is not held or released as it should be.
func unbalanced(s lockdep.Splat) drawing {
	if len(s.Locks) == 0 {
		return drawing{}
	}
	d := drawing{lead: "A ends without the release of a lock. The next one that needs it waits for ever."}
	if isFence(s.Locks[0].Class) {
		d.lead = "A does not end its annotated section: the kernel takes all that A does next for part of it."
	}
	b := box{name: "A", title: caught(s), fresh: true}
	for _, l := range s.Locks {
		b.rows = append(b.rows, row{verb: "holds", lock: l.Class, places: where("taken in", nil, l.Function)})
	}
	b.rows = limit(b.rows)
	last := row{verb: "then", waits: true}
	switch s.Family {
	case lockdep.BadUnlockBalance:
		d.lead = "A releases a lock that it does not hold."
		if isFence(s.Locks[0].Class) {
			d.lead = "A ends an annotated section that it did not begin."
		}
		b.rows = []row{{verb: "releases", lock: s.Locks[0].Class, meaning: "and does not hold it", places: where("in", s.Trace, s.Function)}}
		last.verb = ""
	case lockdep.LockHeldAtUser:
		last.lock = "returns to user space"
	case lockdep.LocksStillHeld:
		last.lock = "goes to sleep or ends"
	case lockdep.WorkqueueLeak:
		last.lock, last.places = "ends its work item", where("in", nil, s.Function)
	case lockdep.HeldLockFreed:
		d.lead = "A frees the memory of a lock that is held."
		last.lock, last.places = "frees the memory of the lock", where("in", s.Trace, s.Function)
	}
	if last.verb != "" {
		b.rows = append(b.rows, last)
	}
	d.boxes = []box{b}
	return d
}
