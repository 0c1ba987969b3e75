// SPDX-License-Identifier: MIT

package coverage

import (
	"fmt"
	"slices"

	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report"
)

// A Ran is what the guest counted while one test ran.
type Ran struct {
	Test string // name for the report
	Hits []wire.Hit
}

// Evidence is what is known of the tests on the patched kernel.
type Evidence struct {
	Ran []Ran // in the order of the plan

	// Built reports whether a C file of the tree was compiled into the kernel;
	// nil means that all were.
	Built func(file string) bool
	// Devices are the directories of drivers whose devices the guest has, as
	// "drivers/gpu/drm/qxl/", beside those of every guest of package qemu.
	Devices []string
	// NotCounted says in words why the guest counted nothing; empty when it did.
	NotCounted string
}

// Match tells of each site whether the tests reached it, and why not. The
// result has the order of sites.
func Match(sites []Site, e Evidence) []report.Covered {
	m := newMatcher(sites, e.Built)
	for _, t := range tallies(e.Ran) {
		m.assign(t)
	}
	out := make([]report.Covered, 0, len(sites))
	for i, s := range sites {
		c := report.Covered{Site: s.String(), Call: s.Call, Overlay: s.Overlay, Touched: s.Touched, Tests: []string{}}
		if t := m.hits[i]; t != nil {
			c.Hits, c.AtomicOnly = t.count, t.count == t.atomic
			c.Tests = t.tests
		} else if c.WhyNot = m.why[i]; c.WhyNot == "" {
			c.WhyNot = reason(s, m.built, e)
		}
		out = append(out, c)
	}
	return out
}

// A tally is what was counted in one function.
type tally struct {
	probe         wire.Probe
	function      string
	count, atomic int
	tests         []string // at most report.MaxTests
	callers       []string // different places in the function, at most maxCallers
}

// maxCallers is how many places in one function are told apart.
const maxCallers = 64

// test notes that a test was there.
func (t *tally) test(name string) {
	if len(t.tests) < report.MaxTests && !slices.Contains(t.tests, name) {
		t.tests = append(t.tests, name)
	}
}

// tallies sums the hits up by function, in the order in which functions were
// first seen.
func tallies(ran []Ran) []*tally {
	type key struct {
		probe    wire.Probe
		function string
	}
	var all []*tally
	known := map[key]*tally{}
	for _, r := range ran {
		for _, h := range r.Hits {
			k := key{h.Probe, symbolName(h.Caller)}
			t := known[k]
			if t == nil {
				t = &tally{probe: k.probe, function: k.function}
				known[k] = t
				all = append(all, t)
			}
			t.count += h.Count
			t.atomic += h.Atomic
			t.test(r.Test)
			if len(t.callers) < maxCallers && !slices.Contains(t.callers, h.Caller) {
				t.callers = append(t.callers, h.Caller)
			}
		}
	}
	return all
}

// A matcher gives tallies to sites, all by the index of a site.
type matcher struct {
	sites   []Site
	own     map[string][]int // sites in a function of that name
	inlined map[string][]int // sites that may be inlined into it
	built   func(string) bool
	hits    map[int]*tally
	why     map[int]string // why it cannot be told
}

// newMatcher leaves out sites that are not compiled: nothing can be theirs.
func newMatcher(sites []Site, built func(string) bool) *matcher {
	if built == nil {
		built = func(string) bool { return true }
	}
	m := &matcher{
		sites: sites, built: built, own: map[string][]int{}, inlined: map[string][]int{},
		hits: map[int]*tally{}, why: map[int]string{},
	}
	for i, s := range sites {
		if !built(s.File) {
			continue
		}
		m.own[s.Function] = append(m.own[s.Function], i)
		for _, name := range s.inliners {
			m.inlined[name] = append(m.inlined[name], i)
		}
	}
	return m
}

// assign gives t to the sites of its function, or else to those of the one
// function that may have been inlined into it.
func (m *matcher) assign(t *tally) {
	own := m.candidates(t.probe, m.own[t.function])
	inlined := m.candidates(t.probe, m.inlined[t.function])
	switch {
	case len(own) > 1:
		m.unclear(own, fmt.Sprintf("cannot be told: several functions are named %s, and one of them ran", t.function))
	case len(own) == 1:
		m.give(own[0], t)
		if len(t.callers) > len(own[0]) {
			m.unclear(inlined, fmt.Sprintf("inlined: cannot be told from the calls of %s, which ran", t.function))
		}
	case len(inlined) > 1:
		m.unclear(inlined, fmt.Sprintf("inlined: cannot be told which of several in %s ran", t.function))
	case len(inlined) == 1:
		m.give(inlined[0], t)
	}
}

// candidates returns those of some sites that a probe counts, one list for each
// function.
func (m *matcher) candidates(probe wire.Probe, sites []int) [][]int {
	var groups [][]int
	for _, i := range sites {
		s := m.sites[i]
		if s.probe != probe {
			continue
		}
		if n := len(groups); n > 0 {
			last := m.sites[groups[n-1][0]]
			if last.File == s.File && last.Function == s.Function {
				groups[n-1] = append(groups[n-1], i)
				continue
			}
		}
		groups = append(groups, []int{i})
	}
	return groups
}

// give adds t to the calls of one function. They share what was counted there,
// unless it came from fewer places than there are calls.
func (m *matcher) give(calls []int, t *tally) {
	if len(t.callers) < len(calls) {
		m.unclear([][]int{calls}, fmt.Sprintf("cannot be told: %d of the %d calls in this function ran", len(t.callers), len(calls)))
		return
	}
	for _, i := range calls {
		sum := m.hits[i]
		if sum == nil {
			sum = &tally{tests: []string{}}
			m.hits[i] = sum
		}
		sum.count += t.count
		sum.atomic += t.atomic
		for _, name := range t.tests {
			sum.test(name)
		}
	}
}

func (m *matcher) unclear(groups [][]int, why string) {
	for _, calls := range groups {
		for _, i := range calls {
			m.why[i] = why
		}
	}
}
