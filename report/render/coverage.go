// SPDX-License-Identifier: MIT

package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/report"
)

// covered says in a sentence how much of the annotated code the tests reached;
// "" when nothing is known of it.
func covered(r report.Report) string {
	checked, atomic, missed := 0, 0, 0
	for _, c := range r.Coverage {
		switch {
		case c.Call != "dma_fence_begin_signalling":
		case c.Checked():
			checked++
		case c.Hits > 0:
			atomic++
		default:
			missed++
		}
	}
	switch {
	case missed == 0 && checked+atomic == 0:
		return ""
	case checked+atomic == 0:
		return fmt.Sprintf("No test reached any of %s in this kernel.", plural(missed, "annotated place"))
	}
	verb := "lockdep watched"
	if r.Lockdep.Tested == 0 {
		verb = "tests with a dead lockdep reached"
	}
	s := fmt.Sprintf("Of %s in this kernel, %s %d", plural(checked+atomic+missed, "annotated place"), verb, checked)
	if atomic > 0 {
		s += fmt.Sprintf("; %d ran in atomic context only, where the annotation does nothing", atomic)
	}
	return s + fmt.Sprintf("; no test reached the other %d.", missed)
}

// touchedSites are the sites in functions that the series changes. Calls that an
// overlay brings have no line: those of one function are one line here.
func touchedSites(all []report.Covered) []report.Covered {
	var out []report.Covered
	for _, c := range all {
		if c.Touched {
			out = append(out, c)
		}
	}
	return slices.CompactFunc(out, func(a, b report.Covered) bool {
		return a.Overlay && a.Site == b.Site && a.Call == b.Call && fate(a) == fate(b)
	})
}

// fate says in words what became of a site.
func fate(c report.Covered) string {
	switch {
	case c.Hits == 0:
		return "not reached: " + field(c.WhyNot)
	case c.AtomicOnly:
		return fmt.Sprintf("reached %s, in atomic context only, where the annotation does nothing", plural(c.Hits, "time"))
	}
	return fmt.Sprintf("reached %s by %s", plural(c.Hits, "time"), testNames(c.Tests))
}

// testNames names the first few tests.
func testNames(tests []string) string {
	const most = 3
	var out []string
	for _, t := range tests[:min(len(tests), most)] {
		out = append(out, field(t))
	}
	if n := len(tests) - most; n > 0 {
		out = append(out, plural(n, "more test"))
	}
	return strings.Join(out, ", ")
}

// mailCoverage says what the tests reached of the annotated code, and what
// became of the calls in functions that the series changes.
func mailCoverage(t *text, r report.Report) {
	s := covered(r)
	if s == "" {
		return
	}
	t.para(s)
	t.gap()
	sites := touchedSites(r.Coverage)
	if len(sites) == 0 {
		return
	}
	t.para("Calls around fences in functions that the series changes:")
	t.gap()
	for _, c := range sites[:min(len(sites), mailLines)] {
		t.bullet(field(c.Site) + " (" + field(c.Call) + "): " + fate(c))
	}
	if n := len(sites) - mailLines; n > 0 {
		t.bullet(plural(n, "more call"))
	}
	t.gap()
}
