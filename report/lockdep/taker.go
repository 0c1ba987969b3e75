// SPDX-License-Identifier: MIT

package lockdep

import "slices"

// takers are the frames that are known to take a lock, by its class: those behind
// ", at:", and the first one on each stack of the report that shows how it is taken.
type takers map[string][]Frame

func (t takers) add(class string, f Frame) {
	same := func(have Frame) bool { return have.Function == f.Function }
	if !slices.ContainsFunc(t[class], same) {
		t[class] = append(t[class], f)
	}
}

func (p *parser) takers() takers {
	t := takers{}
	for _, pl := range p.places {
		t.add(pl.class, pl.at)
	}
	for _, c := range p.chain {
		if f, ok := p.pickFrame(c.Trace); ok {
			t.add(c.Lock.Class, f)
		}
	}
	for _, u := range p.uses {
		if f, ok := p.pickFrame(u.stack); ok {
			t.add(u.class, f)
		}
	}
	return t
}

// complete adds to each edge what other parts of the report tell: where From was
// taken, and the words that the stack says.
func (p *parser) complete(g *graph) {
	if len(g.edges) == 0 {
		return
	}
	known := p.takers()
	for i := range g.edges {
		e := &g.edges[i]
		if len(e.FromStack) == 0 && !e.Interrupt() {
			e.FromStack = p.fromStack(*e, known[e.From])
		}
		if e.Context == "" {
			e.Context = contextOf(e.Stack)
		}
		e.Stack, e.FromStack = list(e.Stack), list(e.FromStack)
	}
}

// fromStack is the part of the stack of an edge below the function that takes From.
func (p *parser) fromStack(e Edge, known []Frame) []Frame {
	for i, f := range e.Stack {
		if i == 0 || !f.Reliable {
			continue
		}
		for _, t := range known {
			if t.Function == f.Function { // the offset there is that of the call above
				return append([]Frame{t}, e.Stack[i+1:]...)
			}
		}
	}
	if f, ok := p.takenAt(e.From); ok && e.New {
		return []Frame{f}
	}
	return nil
}
