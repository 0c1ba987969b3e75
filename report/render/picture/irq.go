// SPDX-License-Identifier: MIT

package picture

import (
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
	places := where("in", s.Trace, s.Function)
	if len(places) == 0 {
		places = where("in", nil, s.Locks[0].Function)
	}
	a := box{name: "A", title: "seen earlier, " + enabled(who), fresh: !inside,
		rows: []row{{verb: "holds", lock: lock}}}
	b := box{name: "B", title: "seen earlier: " + who + " on the same CPU", fresh: inside,
		rows: []row{{verb: "waits for", lock: lock, waits: true}}}
	if inside {
		b.title, b.rows[0].places = who+" on the same CPU: "+caught(s), places
	} else {
		a.title, a.rows[0].places = caught(s)+", "+enabled(who), places
	}
	return drawing{
		lead:  "If " + who + " comes while A holds the lock, it waits for A, and A cannot go on before it ends.",
		boxes: []box{a, b}, ring: true, links: []string{"B stops A until B is done", "B waits for A"},
	}
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
	way := wholeWay(s.Edges)
	if len(way) < 2 {
		return drawing{}
	}
	who := interrupter(s)
	safe, unsafe := way[0], way[len(way)-1]
	d := drawing{
		ring: true,
		lead: "If " + who + " comes while A holds its lock, B waits for the next one, and so on round to A, which cannot go on before B ends.",
		boxes: []box{
			{name: "A", title: "a task " + enabled(who), rows: []row{{verb: "holds", lock: unsafe}}},
			{name: "B", title: who + " on the same CPU as A", rows: []row{{verb: "waits for", lock: safe, waits: true}}},
		},
	}
	for i := 1; i < len(way); i++ {
		e := find(s, way[i-1], way[i])
		e.New = e.New || newHere(s, e)
		b := edgeBox(s, e, letter(len(d.boxes)))
		if e.New {
			b.title += ", on another CPU"
		}
		d.boxes = append(d.boxes, b)
	}
	d.linkRing()
	d.links[0] = "B stops A until B is done"
	d.fold()
	return d
}

// newHere says whether an edge is the one that the report was made at, for reports
// that do not mark it.
func newHere(s lockdep.Splat, e step) bool {
	for _, have := range s.Edges {
		if have.New {
			return false
		}
	}
	return len(s.Locks) > 1 && e.From == s.Locks[1].Class && e.To == s.Locks[0].Class
}

// wholeWay orders the edges of a chain: from the class that nothing leads to up to
// the end. It stops at a class that was there already.
func wholeWay(edges []lockdep.Edge) []string {
	next, into := map[string]string{}, map[string]bool{}
	for _, e := range edges {
		if _, ok := next[e.From]; !ok {
			next[e.From] = e.To
		}
		into[e.To] = true
	}
	for _, e := range edges {
		if into[e.From] {
			continue
		}
		way, seen := []string{}, map[string]bool{}
		for at, ok := e.From, true; ok && !seen[at]; at, ok = next[at] {
			way, seen[at] = append(way, at), true
		}
		return way
	}
	return nil
}
