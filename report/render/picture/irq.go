// SPDX-License-Identifier: MIT

package picture

import (
	"slices"
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// interrupter says in words what can come between, and in whose context: from the
// usage bits of the report ("{HARDIRQ-ON-W} -> {IN-HARDIRQ-W}") or from its text.
func interrupter(s lockdep.Splat) string {
	for _, text := range []string{s.Usage, s.Title, s.Raw} {
		switch {
		case strings.Contains(text, "NMI"):
			return "a non-maskable interrupt"
		case strings.Contains(text, "RECLAIM_FS"):
			return "memory reclaim"
		case strings.Contains(text, "HARDIRQ"):
			return "a hardware interrupt"
		case strings.Contains(text, "SOFTIRQ"):
			return "a soft interrupt"
		}
	}
	return "an interrupt"
}

// inconsistent draws a lock that is taken in an interrupt, and elsewhere with that
// interrupt enabled: the interrupt can come in between on the same CPU.
func inconsistent(s lockdep.Splat) drawing {
	if len(s.Locks) == 0 {
		return drawing{}
	}
	lock, who := s.Locks[0].Class, interrupter(s)
	_, now, _ := strings.Cut(s.Usage, " -> ")
	inside := strings.HasPrefix(now, "{IN-") // the report was made in the interrupt
	a := box{name: "A", title: "seen earlier, " + enabled(who), fresh: !inside,
		rows: []row{{verb: "holds", lock: lock, places: otherSide(s)}}}
	b := box{name: "B", title: who + " on the same CPU, seen earlier", fresh: inside,
		rows: []row{{verb: "waits for", lock: lock, waits: true, places: otherSide(s)}}}
	here := where("in", s.Trace, s.Locks[0].Function)
	if inside { // the interrupt hit some task by chance: its name says nothing
		b.title, b.rows[0].places = who+" on the same CPU, caught in this report", here
	} else {
		a.title, a.rows[0].places = caught(s)+", "+enabled(who), here
	}
	return drawing{
		lead:  "If " + who + " comes while A holds the lock, it waits for A, and A cannot go on before it ends.",
		boxes: []box{a, b}, ring: true, links: []string{"A cannot go on until B is done", "B waits for A"},
	}
}

// otherSide is the place where the lock was taken before, in the other state. The
// report has its function if that is not in the report's own stack.
func otherSide(s lockdep.Splat) []place {
	if s.Function == "" || first(s.Trace, s.Function) >= 0 || s.Function == s.Locks[0].Function {
		return nil
	}
	return where("in", nil, s.Function)
}

// enabled says what makes an interruption possible.
func enabled(who string) string {
	switch {
	case strings.Contains(who, "reclaim"):
		return "while it allocates memory"
	case strings.Contains(who, "soft"):
		return "with soft interrupts on"
	case strings.Contains(who, "non-maskable"):
		return "in normal code"
	}
	return "with interrupts on"
}

// irqOrder draws a chain of locks from one that interrupts take to one that is
// held with interrupts on, and the interrupt that makes it a circle.
func irqOrder(s lockdep.Splat) drawing {
	g := newGraph(s)
	way := g.line(s.Edges)
	if len(way) < 2 {
		return drawing{}
	}
	who := interrupter(s)
	safe, unsafe := way[0], way[len(way)-1]
	held, taken := heldTaken(s)
	if slices.ContainsFunc(s.Edges, func(e lockdep.Edge) bool { return e.New }) {
		held, taken = "", "" // the report says itself which one is new
	}
	d := drawing{
		ring: true,
		lead: "If " + who + " comes while A holds its lock, B waits for the next one, and so on round to A, which cannot go on before B ends.",
		boxes: []box{
			{name: "A", title: "a task " + enabled(who), rows: []row{{verb: "holds", lock: unsafe}}},
			{name: "B", title: who + " on the same CPU as A", rows: []row{{verb: "waits for", lock: safe, waits: true}}},
		},
	}
	for i := 1; i < len(way); i++ {
		e := g.find(way[i-1], way[i])
		e.New = e.New || e.From == held && e.To == taken
		b := edgeBox(s, e, letter(len(d.boxes)))
		if e.New {
			b.title += ", on another CPU"
		}
		d.boxes = append(d.boxes, b)
	}
	d.linkRing()
	d.links[0] = "A cannot go on until B is done"
	d.fold()
	return d
}
