// SPDX-License-Identifier: MIT

package lockdep

import (
	"slices"
	"strings"
)

// interrupt is the edge that no task makes: while unsafe is held with interrupts
// enabled, one comes and takes safe.
func (p *parser) interrupt(unsafe, safe string) Edge {
	held, _ := p.used(unsafe, p.irq+"-ON")
	taken, bit := p.used(safe, "IN-"+p.irq)
	if bit == "" {
		bit = "IN-" + p.irq
	}
	where, how := bitContext(bit)
	return Edge{From: unsafe, To: safe, Context: joinContext(Interrupts, where, how), Stack: taken, FromStack: held}
}

// safeUnsafe is the graph of print_bad_irq_dependency(): from the lock that an
// interrupt takes over the new dependency to the one held with interrupts enabled.
func (p *parser) safeUnsafe(g *graph) {
	switch {
	case len(p.newDep) == 2:
		g.add(p.newEdge(p.newDep[0].Class, p.newDep[1].Class))
	case len(p.locks) > 1: // taken, then held
		g.add(p.newEdge(p.locks[1].Class, p.locks[0].Class))
	}
	p.partEdges(g)
	p.fill(g)
	safe, unsafe := p.safe.Class, p.unsafe.Class
	if safe == "" || unsafe == "" {
		safe, unsafe = p.irqRows()
	}
	if safe != "" && unsafe != "" {
		g.add(p.interrupt(unsafe, safe))
	}
}

// inversion is the graph of print_irq_inversion_bug(). What is new is no dependency
// but a use of the first lock: in an interrupt, or with interrupts enabled. With it
// the interrupt closes the circle.
func (p *parser) inversion(g *graph) {
	p.partEdges(g)
	p.fill(g)
	if len(p.locks) < 2 {
		return
	}
	changed, past := p.locks[0].Class, p.locks[1].Class
	if p.takenBy { // changed is now held with interrupts enabled
		g.link(past, changed)
		e := p.interrupt(changed, past)
		e.FromStack, e.New = p.ownStack(), true
		g.add(e)
		return
	}
	g.link(changed, past)
	e := p.interrupt(past, changed)
	now := p.ownStack()
	_, how := stackContext(now)
	e.Stack, e.Context, e.New = now, joinContext(Interrupts, inIRQ(p.irq), how), true
	g.add(e)
}

// inconsistent is the circle of one lock: held, and then taken by an interrupt.
func (p *parser) inconsistent(g *graph) {
	if len(p.locks) == 0 {
		return
	}
	class := p.locks[0].Class
	held, taken, _ := strings.Cut(p.usage, " -> ")
	heldOn, takenOn := p.past, p.trace
	if strings.HasPrefix(held, "{IN-") {
		held, taken, heldOn, takenOn = taken, held, takenOn, heldOn
	}
	if !strings.HasPrefix(taken, "{IN-") { // torn
		return
	}
	where, how := bitContext(strings.Trim(taken, "{}"))
	g.add(Edge{
		From: class, To: class, Context: joinContext(Interrupts, where, how),
		Stack: takenOn, FromStack: heldOn, New: true,
	})
}

// partEdges adds the paths of "the dependencies between ...".
func (p *parser) partEdges(g *graph) {
	for _, pt := range p.parts {
		for _, e := range pt.path() {
			g.add(e)
		}
	}
}

// irqRows tells from the table which lock the interrupt takes, and which one is held
// then.
func (p *parser) irqRows() (safe, unsafe string) {
	i := slices.IndexFunc(p.rows, func(r row) bool { return r.irq })
	if i <= 0 || i+1 >= len(p.rows) || p.rows[0].cpu != 0 {
		return "", ""
	}
	return p.rows[i+1].class, p.rows[0].class
}

// inIRQ is the word for "HARDIRQ" and "SOFTIRQ".
func inIRQ(kind string) string {
	where, _ := bitContext("IN-" + kind)
	return where
}
