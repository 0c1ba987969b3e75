// SPDX-License-Identifier: MIT

package lockdep

import "slices"

// A graph collects the edges that a report proves, each pair of classes once.
type graph struct {
	edges []Edge
}

// add takes an edge in, or what it tells more about one that is there already.
func (g *graph) add(e Edge) {
	if e.From == "" || e.To == "" {
		return
	}
	for i := range g.edges {
		have := &g.edges[i]
		if have.From != e.From || have.To != e.To {
			continue
		}
		have.New = have.New || e.New
		if len(have.Stack) == 0 {
			have.Stack = e.Stack
		}
		if len(have.FromStack) == 0 {
			have.FromStack = e.FromStack
		}
		if have.Context == "" {
			have.Context = e.Context
		}
		return
	}
	if len(g.edges) < maxLocks {
		g.edges = append(g.edges, e)
	}
}

// link adds an edge that may stand for several, where no path is known yet.
func (g *graph) link(from, to string) {
	if g.path(from, to, true) == nil {
		g.add(Edge{From: from, To: to})
	}
}

// path is a shortest way from one class to another, both included; nil if there is
// none. Only withNew may it use the new edge.
func (g *graph) path(from, to string, withNew bool) []string {
	seen, came := []string{from}, []int{-1}
	for i := 0; i < len(seen); i++ {
		if seen[i] == to {
			var out []string
			for ; i >= 0; i = came[i] {
				out = append(out, seen[i])
			}
			slices.Reverse(out)
			return out
		}
		for _, e := range g.edges {
			if e.From == seen[i] && (withNew || !e.New) && !slices.Contains(seen, e.To) {
				seen, came = append(seen, e.To), append(came, i)
			}
		}
	}
	return nil
}

// cycle is the circle that the new edge closes, see [Splat].
func (g *graph) cycle() []string {
	i := slices.IndexFunc(g.edges, func(e Edge) bool { return e.New })
	if i < 0 {
		return []string{}
	}
	from, to := g.edges[i].From, g.edges[i].To
	if from == to {
		return []string{from}
	}
	back := g.path(to, from, false)
	if back == nil {
		return []string{}
	}
	return append([]string{from}, back[:len(back)-1]...)
}

// graph makes the edges of the report. Its sources, the more telling one first: the
// chain "-> #N", the dependencies with their stacks, the locks of the header, and
// only where these leave a hole, "Chain exists of" and the table of the scenario.
func (p *parser) graph() graph {
	g := graph{edges: []Edge{}}
	p.chainEdges(&g)
	switch p.family {
	case CircularDependency:
		p.circular(&g)
	case RecursiveLocking:
		if len(p.locks) > 1 { // taken, then held
			g.add(p.newEdge(p.locks[1].Class, p.locks[0].Class))
		}
	case InconsistentState:
		p.inconsistent(&g)
	case IRQSafeUnsafe:
		p.safeUnsafe(&g)
	case IRQInversion:
		p.inversion(&g)
	case InvalidWaitContext:
		p.waitContext(&g)
	}
	p.complete(&g)
	return g
}

// chainEdges are the dependencies of the existing chain.
//
// print_circular_bug() prints the chain from the held lock #N down to #0, the lock
// that is being taken. The trace under #k shows how #k was taken under #k-1.
func (p *parser) chainEdges(g *graph) {
	for i := 1; i < len(p.chain); i++ {
		to, from := p.chain[i-1], p.chain[i]
		if to.number == from.number+1 {
			g.add(Edge{From: from.Lock.Class, To: to.Lock.Class, Stack: to.Trace})
		}
	}
}

func (p *parser) circular(g *graph) {
	cpu0, cpu1 := p.columns()
	how := ""
	if n := len(cpu0); n == 2 {
		switch cpu0[1].verb {
		case "rlock":
			how = Read
		case "sync":
			how = Sync
		}
	}
	switch {
	case len(p.locks) > 1: // taken, then held
		g.add(p.newEdge(p.locks[1].Class, p.locks[0].Class))
	case len(cpu0) == 2: // the header is torn
		g.add(p.newEdge(cpu0[0].class, cpu0[1].class))
	}
	if how != "" {
		for i := range g.edges {
			if g.edges[i].New {
				where, _ := stackContext(g.edges[i].Stack)
				g.edges[i].Context = joinContext(where, how)
			}
		}
	}
	p.fill(g)
	if len(cpu0) == 2 && len(cpu1) == 2 && len(p.named) == 0 {
		g.link(cpu1[0].class, cpu1[1].class)
	}
}

// fill adds "Chain exists of: a --> b --> c". It is cut off for the reader: each
// arrow may stand for a path.
func (p *parser) fill(g *graph) {
	for i := 1; i < len(p.named); i++ {
		g.link(p.named[i-1], p.named[i])
	}
}

// newEdge is the one that the task was about to add, on the stack of the report.
func (p *parser) newEdge(from, to string) Edge {
	stack := p.ownStack()
	where, how := p.state.where(), ""
	if w, h := stackContext(stack); h != "" {
		how = h
		if where == "" {
			where = w
		}
	}
	return Edge{From: from, To: to, Context: joinContext(where, how), Stack: stack, New: true}
}

// ownStack is the stack of the report without the frames of the printing, where
// the report has it a second time: under "-> #0", or below the lock at which a path
// through the graph begins.
func (p *parser) ownStack() []Frame {
	if last := p.lastLink(); len(last) > 0 {
		return last
	}
	if n := len(p.parts); n > 0 && !p.parts[n-1].backward {
		nodes := p.parts[n-1].nodes
		if k := len(nodes); k > 0 && len(nodes[k-1].acquired) > 0 {
			return nodes[k-1].acquired
		}
	}
	return p.trace
}

// waitContext is the edge from the held lock that forbids to wait to the one that
// waits: the innermost of those with the least wait type (check_wait_context()).
// There is none in an interrupt, which forbids it by itself.
func (p *parser) waitContext(g *graph) {
	if len(p.locks) == 0 {
		return
	}
	wanted := outer(p.locks[0].WaitType)
	holder := -1
	for i, l := range p.held {
		if w := inner(l.WaitType); w > 0 && w < wanted && (holder < 0 || w <= inner(p.held[holder].WaitType)) {
			holder = i
		}
	}
	if holder >= 0 {
		g.add(p.newEdge(p.held[holder].Class, p.locks[0].Class))
	}
}

// outer and inner are the two numbers of "2:3" (enum lockdep_wait_type).
func outer(waitType string) int {
	if len(waitType) != 3 || !isDigit(waitType[0]) {
		return 0
	}
	return int(waitType[0] - '0')
}

func inner(waitType string) int {
	if len(waitType) != 3 || !isDigit(waitType[2]) {
		return 0
	}
	return int(waitType[2] - '0')
}
