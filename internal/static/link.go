// SPDX-License-Identifier: MIT

package static

import "slices"

// Limits of the search for functions between a root and what the series
// changes.
const (
	linkRounds = 2  // greps, each one call further up
	maxLinks   = 12 // files of one round; a name that more have says nothing
	maxNames   = 20 // functions to look for
)

// unreached returns functions that the series gives a forbidden call, or a call
// that leads to one, and that nobody in the files read so far calls: their
// callers are in other files of the driver.
func (s *survey) unreached() []string {
	g := newGraph(s.tip)
	old := newGraph(s.baseFacts())
	called, rooted := map[string]bool{}, map[*function]bool{}
	for _, all := range g.all {
		for _, f := range all {
			for _, c := range f.calls {
				called[c.Name] = true
			}
		}
	}
	for _, r := range g.roots {
		rooted[r.fn] = true
	}
	var names []string
	for file, local := range g.local {
		for name, f := range local {
			if !called[name] && !rooted[f] && g.worse(f, old, old.local[file][name]) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names[:min(len(names), maxNames)]
}

// worse reports whether f leads to more forbidden calls than before, which is it
// in an older graph.
func (g *graph) worse(f *function, old *graph, before *function) bool {
	now := g.follow(root{kind: section(), fn: f, span: span{0, endless}})
	if before == nil {
		return len(now) > 0
	}
	had := map[move]int{}
	for _, h := range old.follow(root{kind: section(), fn: before, span: span{0, endless}}) {
		had[moveOf(h)]++
	}
	return slices.ContainsFunc(now, func(h hit) bool {
		m := moveOf(h)
		had[m]--
		return had[m] < 0
	})
}
