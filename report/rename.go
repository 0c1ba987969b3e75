// SPDX-License-Identifier: MIT

package report

import (
	"slices"

	"github.com/fencebot/fencebot/report/lockdep"
)

// maxRenamed is how many functions of one report a series may have renamed. Beyond
// that it is another piece of code that looks alike.
const maxRenamed = 2

// A seen is what the reports of one kernel name.
type seen struct {
	bySig map[string]bool
	names map[string]bool // lock classes and functions
}

func newSeen() seen {
	return seen{bySig: map[string]bool{}, names: map[string]bool{}}
}

func (n seen) add(s lockdep.Splat) {
	n.bySig[signature(s)] = true
	for _, c := range s.Classes {
		n.names[c] = true
	}
	for _, l := range s.Held {
		n.names[l.Class] = true
	}
	n.stack(s.Trace)
	for _, e := range s.Edges {
		n.stack(e.Stack)
		n.stack(e.FromStack)
	}
}

func (n seen) stack(stack []lockdep.Frame) {
	for _, f := range stack {
		n.names[f.Function] = true
	}
}

// A renaming pairs names of the base with those of the patched kernel, one to one.
type renaming struct {
	to, from map[string]string
}

func newRenaming() renaming {
	return renaming{to: map[string]string{}, from: map[string]string{}}
}

// pair reports whether b may be what a is called now.
func (r renaming) pair(a, b string) bool {
	if x, ok := r.to[a]; ok {
		return x == b
	}
	if _, ok := r.from[b]; ok {
		return false
	}
	r.to[a], r.from[b] = b, a
	return true
}

// changed lists the old names that are not the new ones.
func (r renaming) changed() []string {
	var out []string
	for a, b := range r.to {
		if a != b {
			out = append(out, a)
		}
	}
	return out
}

// renamed reports whether s is old with other names: the same shape and the same
// stacks. A name that is given up must be gone from the patched kernel, and a name
// that is given must be new to the base: else it is another lock, not another name.
//
// The stacks matter: a new report may also hide an old one of the same shape, by
// coming first. When functions on them are renamed as well, there must be either a
// class that keeps its name or a second stack that is not the one of the report.
func (b *baseline) renamed(old, s lockdep.Splat, patched seen) bool {
	classes, functions := newRenaming(), newRenaming()
	if !sameShape(old, s, classes) || !pairStacks(old.Trace, s.Trace, functions) {
		return false
	}
	second, ok := pairEdges(old, s, functions)
	given := functions.changed()
	if !ok || len(given) > 0 && !second && len(classes.changed()) == len(classes.to) {
		return false
	}
	if len(given) > maxRenamed || !b.unused(classes, patched) || !b.unused(functions, patched) {
		return false
	}
	return !slices.ContainsFunc(given, func(old string) bool {
		return lockdep.Plumbing(old) || lockdep.Plumbing(functions.to[old])
	})
}

// unused reports whether no old name is left in the patched kernel, and no new one
// was in the base.
func (b *baseline) unused(r renaming, patched seen) bool {
	return !slices.ContainsFunc(r.changed(), func(old string) bool { return patched.names[old] || b.names[r.to[old]] })
}

// sameShape reports whether one-to-one renaming of lock classes turns old into s.
func sameShape(old, s lockdep.Splat, r renaming) bool {
	if len(old.Classes) != len(s.Classes) || len(old.Edges) != len(s.Edges) {
		return false
	}
	for i := range s.Classes {
		if !r.pair(old.Classes[i], s.Classes[i]) {
			return false
		}
	}
	for i := range s.Edges {
		was, is := old.Edges[i], s.Edges[i]
		if was.New != is.New || !r.pair(was.From, is.From) || !r.pair(was.To, is.To) {
			return false
		}
	}
	return true
}

// pairEdges pairs the stacks of edges that stand at the same place. second says
// that one of them is not that of the report itself.
func pairEdges(old, s lockdep.Splat, r renaming) (second, ok bool) {
	for i, e := range s.Edges {
		was := old.Edges[i]
		for _, p := range [][2][]lockdep.Frame{{was.Stack, e.Stack}, {was.FromStack, e.FromStack}} {
			if len(p[0]) == 0 && len(p[1]) == 0 {
				continue
			}
			if !pairStacks(p[0], p[1], r) {
				return false, false
			}
		}
		second = second || len(e.Stack) > 0 && (!e.New || e.Interrupt() && len(e.FromStack) > 0)
	}
	return second, true
}

// pairStacks reports whether two stacks, which must not be empty, are the same but
// for renamed functions, and not for most of them. Frames with a question mark are
// leftovers and differ by chance.
func pairStacks(a, b []lockdep.Frame, r renaming) bool {
	fa, fb := sureFunctions(a), sureFunctions(b)
	if len(fa) == 0 || len(fa) != len(fb) {
		return false
	}
	same := 0
	for i := range fa {
		if !r.pair(fa[i], fb[i]) {
			return false
		}
		if fa[i] == fb[i] {
			same++
		}
	}
	return same >= 2*(len(fa)-same)
}

// sameTrace reports whether two stacks, which must not be empty, are the same
// functions. Frames with a question mark do not count.
func sameTrace(a, b []lockdep.Frame) bool {
	fa := sureFunctions(a)
	return len(fa) > 0 && slices.Equal(fa, sureFunctions(b))
}

// sureFunctions are those of a stack that do not differ by chance.
func sureFunctions(stack []lockdep.Frame) []string {
	var out []string
	for _, f := range lockdep.AboveInterrupt(stack) {
		if f.Reliable {
			out = append(out, f.Function)
		}
	}
	return out
}
