// SPDX-License-Identifier: MIT

package static

import (
	"cmp"
	"slices"
)

// A function is one with a body in a file that was read.
type function struct {
	file  string
	name  string
	calls []call // by line
}

// A root is where a signalling path begins.
type root struct {
	kind kind
	fn   *function
	span span // of fn
	line int  // of the begin or of the hook
	file string
}

// A graph is the direct calls of a driver.
type graph struct {
	bans  banList
	local map[string]map[string]*function // by file and name
	all   map[string][]*function          // by name
	roots []root
	left  int // calls that may still be followed
}

// newGraph builds the graph of files, by their paths.
func newGraph(files map[string]facts) *graph {
	g := &graph{bans: newBanList(), local: map[string]map[string]*function{}, all: map[string][]*function{}, left: maxFollowed}
	names := make([]string, 0, len(files))
	for file := range files {
		names = append(names, file)
	}
	slices.Sort(names)
	for _, file := range names {
		g.addCalls(file, files[file].calls)
	}
	for _, file := range names {
		g.addRoots(file, files[file].hooks)
	}
	return g
}

func (g *graph) addCalls(file string, calls []call) {
	calls = slices.Clone(calls)
	slices.SortStableFunc(calls, func(a, b call) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Args, b.Args))
	})
	in := map[string]*function{}
	for _, c := range calls {
		f := in[c.In]
		if f == nil {
			f = &function{file: file, name: c.In}
			in[c.In] = f
			g.all[c.In] = append(g.all[c.In], f)
		}
		f.calls = append(f.calls, c)
	}
	g.local[file] = in
}

// addRoots finds the sections of a file and the hooks in its objects.
func (g *graph) addRoots(file string, hooks []hook) {
	var names []string
	for name := range g.local[file] {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		f := g.local[file][name]
		for _, s := range spans(f.calls, begin, end) {
			g.roots = append(g.roots, root{kind: section(), fn: f, span: s, line: s.first, file: file})
		}
	}
	slices.SortStableFunc(hooks, func(a, b hook) int { return cmp.Compare(a.Line, b.Line) })
	for _, h := range hooks {
		k, ok := kindOf(h.Type, h.Field)
		f := g.find(file, h.Function)
		if !ok || f == nil {
			continue
		}
		g.roots = append(g.roots, root{kind: k, fn: f, span: before(f.calls, k.until), line: h.Line, file: file})
	}
}

// find returns the function that a name means in a file: its own, or else the
// only one of that name. Which of several it is takes a linker to tell.
func (g *graph) find(file, name string) *function {
	if f := g.local[file][name]; f != nil {
		return f
	}
	if all := g.all[name]; len(all) == 1 {
		return all[0]
	}
	return nil
}

// Limits of how far calls are followed.
const (
	maxDepth    = 8          // functions below the root
	maxFollowed = 20_000_000 // calls from all roots: two seconds; all of amdgpu has 20,000
	maxWarnings = 20_000     // of one tree; 6.12 has 25 in all drivers
)

// A step is a call on the way to a forbidden one.
type step struct {
	fn   *function
	call call
}

// A hit is a forbidden call and how a signalling path gets there.
type hit struct {
	ban   ban
	root  root
	steps []step // the last one is the forbidden call
}

func (h hit) leaf() step { return h.steps[len(h.steps)-1] }

// A visit is a function to look through.
type visit struct {
	fn        *function
	span      span
	noreclaim bool
	steps     []step // that led here
}

// hits follows the calls from every root, nearest first: a function is looked
// through once for each root.
func (g *graph) hits() []hit {
	var out []hit
	for _, r := range g.roots {
		out = append(out, g.follow(r)...)
		if len(out) >= maxWarnings {
			return out[:maxWarnings]
		}
	}
	return out
}

func (g *graph) follow(r root) []hit {
	type state struct {
		fn        *function
		noreclaim bool
	}
	var out []hit
	seen := map[state]bool{}
	todo := []visit{{fn: r.fn, span: r.span}}
	for n := 0; n < len(todo) && g.left >= 0; n++ {
		v := todo[n]
		g.left -= len(v.fn.calls) // which spans goes through
		scopes := spans(v.fn.calls, saveNoRec, restNoRec)
		for _, c := range v.fn.calls {
			if g.left -= 1 + len(scopes); g.left < 0 || len(out) == maxWarnings {
				return out
			}
			if !v.span.has(c.Line) {
				continue
			}
			noreclaim := v.noreclaim || slices.ContainsFunc(scopes, func(s span) bool { return s.has(c.Line) })
			steps := append(slices.Clone(v.steps), step{v.fn, c})
			if b, bad := g.bans.of(c, r.kind.atomic, noreclaim); bad {
				out = append(out, hit{b, r, steps})
				continue
			}
			f := g.find(v.fn.file, c.Name)
			if f == nil || len(steps) > maxDepth || seen[state{f, noreclaim}] {
				continue
			}
			seen[state{f, noreclaim}] = true
			todo = append(todo, visit{fn: f, span: span{0, endless}, noreclaim: noreclaim, steps: steps})
		}
	}
	return out
}
