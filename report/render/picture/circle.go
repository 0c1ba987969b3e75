// SPDX-License-Identifier: MIT

package picture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// A step is an edge of a ring. A step that the report does not tell (it is cut, or
// lockdep ran out of room) has untold set.
type step struct {
	lockdep.Edge
	untold bool
}

// circle draws a circular dependency: one box for each edge, the new one first.
func circle(s lockdep.Splat) drawing {
	steps := ring(s)
	if len(steps) == 0 {
		return drawing{}
	}
	d := drawing{ring: true, lead: circleLead(len(steps))}
	for i, e := range steps {
		d.boxes = append(d.boxes, edgeBox(s, e, letter(i)))
	}
	d.linkRing()
	d.fold()
	return d
}

func circleLead(n int) string {
	switch n {
	case 1:
		return "A waits for what it holds itself."
	case 2:
		return "A waits for B, and B waits for A. If both run at the same time, neither goes on."
	}
	return "Each waits for the next one, and the last one for A. If all run at the same time, none goes on."
}

// edgeBox draws the code path of an edge: it holds From and waits for To.
func edgeBox(s lockdep.Splat, e step, name string) box {
	b := box{name: name, fresh: e.New}
	holds := row{verb: "holds", lock: e.From, places: where("taken in", e.FromStack, "")}
	waits := row{verb: "waits for", lock: e.To, waits: true, places: where("in", e.Stack, "")}
	switch {
	case e.untold:
		b.title = "the log does not tell who"
	case e.New:
		b.title = caught(s)
		if i := first(e.Stack, s.Function); s.Function != "" && i >= 0 {
			waits.places = where("in", e.Stack, s.Function)
		} else if len(waits.places) == 0 {
			waits.places = where("in", s.Trace, s.Function)
		}
		if len(holds.places) == 0 {
			holds.places = where("taken in", nil, taker(s, e.From))
		}
	default:
		b.title = strings.TrimSpace("seen earlier " + origin(e.Stack))
	}
	if e.Context != "" && !e.untold {
		b.title += " (" + e.Context + ")"
	}
	b.rows = []row{holds, waits}
	return b
}

// caught names the task that the report is about.
func caught(s lockdep.Splat) string {
	title := "caught in this report"
	if s.Task != "" {
		title = "task " + s.Task + ", " + title
	}
	return title
}

// taker is the function that took class as the report names it: "at: fn+0x1/0x2".
func taker(s lockdep.Splat, class string) string {
	for _, locks := range [][]lockdep.Lock{s.Held, s.Locks} {
		for _, l := range locks {
			if l.Class == class && l.Function != "" && (l.Task == "" || l.Task == s.Task) {
				return l.Function
			}
		}
	}
	return ""
}

// linkRing says at each box for whom it waits.
func (d *drawing) linkRing() {
	for i, b := range d.boxes {
		next := d.boxes[(i+1)%len(d.boxes)]
		d.links = append(d.links, waitsFor(b.name, next.name))
	}
}

func waitsFor(a, b string) string {
	if a == b {
		return a + " waits for itself"
	}
	return a + " waits for " + b
}

// fold puts one box in the place of those in the middle of a ring that is too long.
func (d *drawing) fold() {
	extra := len(d.boxes) - maxBoxes
	if extra <= 0 {
		return
	}
	from := len(d.boxes) / 2
	from -= extra / 2
	to := from + extra
	last := d.boxes[to-1].name
	hidden := box{title: fmt.Sprintf("%d more: %s to %s, each waits for the next one", extra, d.boxes[from].name, last)}
	d.boxes = slices.Replace(d.boxes, from, to, hidden)
	d.links = slices.Replace(d.links, from, to, d.links[to-1])
}

// ring puts the edges of a circle in order, each one's To being the next one's
// From, the new one first. Cycle says which they are; without it they are looked
// for in the edges.
func ring(s lockdep.Splat) []step {
	steps := byCycle(s)
	if len(steps) == 0 {
		steps = byEdges(s)
	}
	at := slices.IndexFunc(steps, func(e step) bool { return e.New })
	if at < 0 && len(s.Locks) > 1 { // taken, then held
		at = slices.IndexFunc(steps, func(e step) bool {
			return e.To == s.Locks[0].Class && e.From == s.Locks[1].Class
		})
	}
	if at < 0 {
		return steps
	}
	steps[at].New = true
	return slices.Concat(steps[at:], steps[:at])
}

func byCycle(s lockdep.Splat) []step {
	var steps []step
	for i, from := range s.Cycle {
		steps = append(steps, find(s, from, s.Cycle[(i+1)%len(s.Cycle)]))
	}
	return steps
}

// byEdges closes a circle through the edge that the report is about by the
// shortest way back; where there is none the way back is one untold step.
func byEdges(s lockdep.Splat) []step {
	var closing step
	i := slices.IndexFunc(s.Edges, func(e lockdep.Edge) bool { return e.New })
	switch {
	case i >= 0:
		closing = find(s, s.Edges[i].From, s.Edges[i].To)
	case len(s.Locks) > 1:
		closing = find(s, s.Locks[1].Class, s.Locks[0].Class)
	default:
		return nil
	}
	closing.New, closing.untold = true, false
	steps := []step{closing}
	way := path(s.Edges, closing.To, closing.From)
	if way == nil && closing.To != closing.From {
		return append(steps, step{Edge: lockdep.Edge{From: closing.To, To: closing.From}, untold: true})
	}
	for i := 1; i < len(way); i++ {
		steps = append(steps, find(s, way[i-1], way[i]))
	}
	return steps
}

// find is the edge between two classes, with the stack of the chain where the
// edge has none.
func find(s lockdep.Splat, from, to string) step {
	e := step{Edge: lockdep.Edge{From: from, To: to}, untold: true}
	for _, have := range s.Edges {
		if have.From == from && have.To == to {
			e = step{Edge: have}
			break
		}
	}
	if len(e.Stack) > 0 {
		return e
	}
	n := len(s.Chain)
	for i := 1; i < n; i++ { // printed from #N down to #0: #i was taken under #(i-1), which follows
		if s.Chain[i].Lock.Class == from && s.Chain[i-1].Lock.Class == to {
			e.Stack = s.Chain[i-1].Trace
			return e
		}
	}
	if n > 1 && s.Chain[0].Lock.Class == from && s.Chain[n-1].Lock.Class == to {
		e.Stack = s.Chain[n-1].Trace
	}
	return e
}

// path is the shortest way from one class to another along edges, both ends
// included; nil if there is none. Each class is visited once.
func path(edges []lockdep.Edge, from, to string) []string {
	back := map[string]string{from: ""}
	next := map[string][]string{}
	for _, e := range edges {
		next[e.From] = append(next[e.From], e.To)
	}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at == to {
			way := []string{to}
			for at != from {
				at = back[at]
				way = append(way, at)
			}
			slices.Reverse(way)
			return way
		}
		for _, n := range next[at] {
			if _, seen := back[n]; !seen {
				back[n] = at
				queue = append(queue, n)
			}
		}
	}
	return nil
}
