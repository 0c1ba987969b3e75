// SPDX-License-Identifier: MIT

package render

import (
	"fmt"

	"github.com/fencebot/fencebot/report"
)

// staticLead says what the warnings below it are worth.
const staticLead = "Static check, not run: read from the source with Coccinelle, which can be wrong. The series brings"

// mailStatic lists what the static check found.
func mailStatic(t *text, r report.Report) {
	if len(r.Static) == 0 {
		return
	}
	t.para(staticLead + " " + plural(len(r.Static), "call") + " to look at, which are no part of the verdict:")
	t.gap()
	for _, s := range r.Static[:min(len(r.Static), mailLines)] {
		t.bullet(staticPlace(s) + ": " + field(s.Text) + staticPatch(r, s))
	}
	if n := len(r.Static) - mailLines; n > 0 {
		t.bullet(plural(n, "more call"))
	}
	t.gap()
}

// textStatic is mailStatic on a terminal.
func textStatic(t *text, r report.Report) {
	for i, s := range r.Static {
		switch i {
		case 0:
			t.item("static", staticLead+" "+plural(len(r.Static), "call")+" to look at, which are no part of the verdict:")
		case mailFindings:
			t.item("", "and more, see the report")
			return
		}
		t.item("", staticPlace(s)+": "+field(s.Text)+staticPatch(r, s))
	}
}

// staticPlace names the line; one of an overlay has no number in any tree that
// the author has.
func staticPlace(s report.Static) string {
	if s.Line == 0 {
		return field(s.File)
	}
	return fmt.Sprintf("%s:%d", field(s.File), s.Line)
}

func staticPatch(r report.Report, s report.Static) string {
	switch {
	case s.Patch > 0 && r.Series.Total > 1:
		return fmt.Sprintf(" (patch %d of %d)", s.Patch, r.Series.Total)
	case s.Patch > 0:
		return fmt.Sprintf(" (patch %d)", s.Patch)
	}
	return ""
}

// A pageStaticRow is one warning in the page's table.
type pageStaticRow struct{ Place, Patch, Rule, Text string }

func pageStatic(r report.Report) []pageStaticRow {
	var out []pageStaticRow
	for _, s := range r.Static {
		patch := ""
		if s.Patch > 0 {
			patch = fmt.Sprint(s.Patch)
		}
		out = append(out, pageStaticRow{staticPlace(s), patch, field(s.Rule), field(s.Text)})
	}
	return out
}
