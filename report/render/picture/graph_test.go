// SPDX-License-Identifier: MIT

package picture

import (
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

// edges reads "a>b b>c!": the one with the mark is new.
func edges(s string) []lockdep.Edge {
	var out []lockdep.Edge
	for f := range strings.FieldsSeq(s) {
		name, isNew := strings.CutSuffix(f, "!")
		name, irq := strings.CutSuffix(name, "^")
		from, to, _ := strings.Cut(name, ">")
		e := lockdep.Edge{From: from, To: to, New: isNew}
		if irq {
			e.Context = lockdep.Interrupts
		}
		out = append(out, e)
	}
	return out
}

// told writes steps in the same way, with a question mark after an untold one.
func told(steps []step) string {
	var out []string
	for _, e := range steps {
		s := e.From + ">" + e.To
		if e.untold {
			s += "?"
		}
		if e.New {
			s += "!"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func heading(taken, held string) []lockdep.Lock {
	return []lockdep.Lock{{Class: taken}, {Class: held}}
}

func TestRing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   lockdep.Splat
		want string
	}{
		"nothing":                    {lockdep.Splat{}, ""},
		"cycle, the new one first":   {lockdep.Splat{Cycle: []string{"a", "b", "c"}, Edges: edges("a>b b>c! c>a")}, "b>c! c>a a>b"},
		"cycle, the interrupt first": {lockdep.Splat{Cycle: []string{"a", "b"}, Edges: edges("a>b! b>a^")}, "b>a a>b!"},
		"cycle with an unknown edge": {lockdep.Splat{Cycle: []string{"a", "b"}, Edges: edges("a>b!")}, "a>b! b>a?"},
		"cycle of which none is new": {lockdep.Splat{Cycle: []string{"a", "b"}, Edges: edges("a>b b>a")}, "a>b b>a"},
		"one class":                  {lockdep.Splat{Cycle: []string{"a"}, Edges: edges("a>a!")}, "a>a!"},
		"no cycle, new edge":         {lockdep.Splat{Edges: edges("b>c c>a a>b!")}, "a>b! b>c c>a"},
		"no cycle, heading":          {lockdep.Splat{Locks: heading("b", "a"), Edges: edges("b>a a>b")}, "a>b! b>a"},
		"heading alone":              {lockdep.Splat{Locks: heading("b", "a")}, "a>b! b>a?"},
		"heading of one class":       {lockdep.Splat{Locks: heading("a", "a")}, "a>a!"},
		"the shortest way":           {lockdep.Splat{Edges: edges("a>b! b>x x>y y>a b>z z>a")}, "a>b! b>z z>a"},
		"half a heading":             {lockdep.Splat{Locks: heading("b", "a")[:1]}, ""},
	} {
		if got := told(ring(c.in)); got != c.want {
			t.Errorf("%s: ring = %q; want %q", name, got, c.want)
		}
	}
}

func TestRingIsBounded(t *testing.T) {
	t.Parallel()
	s := lockdep.Splat{Family: lockdep.CircularDependency, Cycle: make([]string, 3*maxRing)}
	if got := len(ring(s)); got != maxRing {
		t.Errorf("a cycle of %d classes has %d steps; want %d", len(s.Cycle), got, maxRing)
	}
}

// TestStackOfChain gives an edge without a stack the one of the printed chain, and
// leaves the others alone.
func TestStackOfChain(t *testing.T) {
	t.Parallel()
	link := func(class, function string) lockdep.Link {
		return lockdep.Link{Lock: lockdep.Lock{Class: class}, Trace: sure(function)}
	}
	s := lockdep.Splat{
		Edges: edges("a>b b>c c>a!"),
		Chain: []lockdep.Link{link("c", "takes_c"), link("b", "takes_b"), link("a", "takes_a")}, // #2, #1, #0
	}
	s.Edges[1].Stack = sure("own")
	g := newGraph(s)
	for _, c := range []struct{ from, to, want string }{{"a", "b", "takes_b"}, {"b", "c", "own"}, {"c", "a", "takes_a"}} {
		e := g.find(c.from, c.to)
		if len(e.Stack) != 1 || e.Stack[0].Function != c.want || e.untold {
			t.Errorf("find(%s, %s) = %+v; want the stack of %s", c.from, c.to, e, c.want)
		}
	}
	if e := g.find("x", "y"); !e.untold || len(e.Stack) > 0 {
		t.Errorf("find of an edge that is not there = %+v; want untold", e)
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	g := newGraph(lockdep.Splat{Edges: edges("a>b b>c c>d d>b a>a d>e e>a")})
	for _, c := range []struct{ from, to, want string }{
		{"a", "d", "a b c d"}, {"a", "a", "a"}, {"d", "a", "d e a"}, {"e", "zz", ""}, {"zz", "a", ""},
	} {
		if got := strings.Join(g.path(c.from, c.to), " "); got != c.want {
			t.Errorf("path(%s, %s) = %q; want %q", c.from, c.to, got, c.want)
		}
	}
}

// TestFold takes boxes out of the middle, and never the first or the last one.
func TestFold(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, maxBoxes, maxBoxes + 1, 2 * maxBoxes, 1000} {
		d := drawing{ring: true}
		for range n {
			d.add(box{title: "b"})
		}
		d.fold()
		if len(d.boxes) > maxBoxes+1 || len(d.links) != len(d.boxes) {
			t.Errorf("%d boxes become %d with %d links", n, len(d.boxes), len(d.links))
		}
		if d.boxes[0].name != "A" || d.boxes[len(d.boxes)-1].name != letter(n-1) {
			t.Errorf("%d boxes: the ends are %q and %q", n, d.boxes[0].name, d.boxes[len(d.boxes)-1].name)
		}
		hidden := slices.IndexFunc(d.boxes, func(b box) bool { return b.name == "" })
		if (hidden >= 0) != (n > maxBoxes) {
			t.Errorf("%d boxes: the box for the others is at %d", n, hidden)
		}
		if hidden > 0 && !strings.HasSuffix(d.links[hidden], " waits for "+d.boxes[hidden+1].name) {
			t.Errorf("%d boxes: link %q leads to %s", n, d.links[hidden], d.boxes[hidden+1].name)
		}
	}
}
