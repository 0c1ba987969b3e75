// SPDX-License-Identifier: MIT

package picture

import (
	"slices"

	"github.com/fencebot/fencebot/report/lockdep"
)

// A step is an edge of a ring. A step that the report does not tell (it is cut, or
// lockdep ran out of room) has untold set.
type step struct {
	lockdep.Edge
	untold bool
}

// A graph finds the edges of a report. Reports have up to thousands of them, and
// looking for each in all would be slow.
type graph struct {
	steps map[[2]string]step
	stack map[[2]string][]lockdep.Frame // of the printed chain
	next  map[string][]string
}

func newGraph(s lockdep.Splat) graph {
	g := graph{steps: map[[2]string]step{}, stack: map[[2]string][]lockdep.Frame{}, next: map[string][]string{}}
	for _, e := range s.Edges {
		key := [2]string{e.From, e.To}
		if _, ok := g.steps[key]; !ok {
			g.steps[key] = step{Edge: e}
			g.next[e.From] = append(g.next[e.From], e.To)
		}
	}
	n := len(s.Chain)
	for i := 1; i < n; i++ { // printed from #N down to #0: #i was taken under #(i-1), which follows
		g.stack[[2]string{s.Chain[i].Lock.Class, s.Chain[i-1].Lock.Class}] = s.Chain[i-1].Trace
	}
	if n > 1 {
		key := [2]string{s.Chain[0].Lock.Class, s.Chain[n-1].Lock.Class}
		if _, ok := g.stack[key]; !ok {
			g.stack[key] = s.Chain[n-1].Trace
		}
	}
	return g
}

// find is the edge between two classes, with the stack of the chain where the
// edge has none.
func (g graph) find(from, to string) step {
	key := [2]string{from, to}
	e, ok := g.steps[key]
	if !ok {
		e = step{Edge: lockdep.Edge{From: from, To: to}, untold: true}
	}
	if len(e.Stack) == 0 {
		e.Stack = g.stack[key]
	}
	return e
}

// ring puts the edges of a circle in order, each one's To being the next one's
// From; an edge that an interrupt makes comes first, else the new one. Cycle says
// which they are; without it they are looked for in the edges.
func ring(s lockdep.Splat) []step {
	g := newGraph(s)
	steps := g.byCycle(s.Cycle)
	if len(steps) == 0 {
		steps = g.byEdges(s)
	}
	at := slices.IndexFunc(steps, func(e step) bool { return e.Interrupt() })
	if at < 0 {
		at = slices.IndexFunc(steps, func(e step) bool { return e.New })
	}
	if at < 0 {
		return steps
	}
	return slices.Concat(steps[at:], steps[:at])
}

// heldTaken are the two classes of a report's heading: "is trying to acquire lock",
// which comes first in it, and "but task is already holding lock".
func heldTaken(s lockdep.Splat) (held, taken string) {
	if len(s.Locks) < 2 {
		return "", ""
	}
	return s.Locks[1].Class, s.Locks[0].Class
}

func (g graph) byCycle(cycle []string) []step {
	var steps []step
	for i, from := range cycle[:min(len(cycle), maxRing)] {
		steps = append(steps, g.find(from, cycle[(i+1)%len(cycle)]))
	}
	return steps
}

// byEdges closes a circle through the edge that the report is about by the
// shortest way back; where there is none the way back is one untold step.
func (g graph) byEdges(s lockdep.Splat) []step {
	held, taken := heldTaken(s)
	if i := slices.IndexFunc(s.Edges, func(e lockdep.Edge) bool { return e.New }); i >= 0 {
		held, taken = s.Edges[i].From, s.Edges[i].To
	}
	if held == "" || taken == "" {
		return nil
	}
	closing := g.find(held, taken)
	closing.New, closing.untold = true, false
	steps := []step{closing}
	way := g.path(taken, held)
	if way == nil {
		return append(steps, step{Edge: lockdep.Edge{From: taken, To: held}, untold: true})
	}
	for i := 1; i < len(way); i++ {
		steps = append(steps, g.find(way[i-1], way[i]))
	}
	return steps
}

// path is the shortest way from one class to another, both ends included; nil if
// there is none. Each class is visited once.
func (g graph) path(from, to string) []string {
	back := map[string]string{from: ""}
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
		for _, n := range g.next[at] {
			if _, seen := back[n]; !seen {
				back[n] = at
				queue = append(queue, n)
			}
		}
	}
	return nil
}
