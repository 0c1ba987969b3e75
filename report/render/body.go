// SPDX-License-Identifier: MIT

package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/contract"
	"github.com/fencebot/fencebot/report/render/picture"
)

const (
	mailWidth    = 72 // columns of prose in a mail
	mailFindings = 5  // findings with their whole text; the others are named
	mailLines    = 40 // lines of a list in a mail
)

// A page of text that grows line by line.
type text struct {
	lines []string
	width int
}

func (t *text) add(lines ...string)  { t.lines = append(t.lines, lines...) }
func (t *text) para(s string)        { t.add(wrap("", s, t.width)...) }
func (t *text) item(label, s string) { t.add(wrap(fmt.Sprintf("  %-10s", label), s, t.width)...) }
func (t *text) bullet(s string)      { t.add(wrap("  - ", s, t.width)...) }
func (t *text) indented(lines []string) {
	for _, l := range lines {
		t.add(strings.TrimRight("  "+l, " "))
	}
}

// gap adds an empty line unless there is one.
func (t *text) gap() {
	if n := len(t.lines); n > 0 && t.lines[n-1] != "" {
		t.add("")
	}
}

// mailBody returns the lines of the mail's text. The first ones say what is
// wrong: many readers see no more than these.
func mailBody(r report.Report, files Files) []string {
	t := &text{width: mailWidth}
	t.para(headline(r) + site(r) + ". " + lead(r))
	t.gap()
	mailTopic(t, r)
	for i, f := range r.Findings {
		if i == mailFindings {
			t.para(fmt.Sprintf("And %s more:", plural(len(r.Findings)-i, "problem")))
			for _, f := range r.Findings[i:] {
				t.bullet(field(f.Title))
			}
			t.gap()
			break
		}
		mailFinding(t, r, i, f, files)
	}
	mailConflict(t, r.Conflict)
	mailDiagnostics(t, r)
	mailTests(t, r)
	mailReproduce(t, r, files)
	mailFooter(t, r)
	return t.lines
}

// mailTopic names what was tested, in four lines.
func mailTopic(t *text, r report.Report) {
	t.item("verdict", string(r.Word))
	title := field(r.Series.Title)
	if r.Series.Version > 1 {
		title += fmt.Sprintf(" (v%d)", r.Series.Version)
	}
	if r.Series.Total > 0 {
		title += ", " + pluralPatches(r.Series.Total)
	}
	t.item("series", title)
	if r.Base.Commit != "" {
		t.item("base", baseLine(r))
	}
	if r.Error != "" {
		t.item("error", field(r.Error))
	}
	t.gap()
}

func pluralPatches(n int) string {
	if n == 1 {
		return "1 patch"
	}
	return fmt.Sprintf("%d patches", n)
}

// baseLine names the base and says why it was taken.
func baseLine(r report.Report) string {
	s := short(r.Base.Commit)
	if r.Base.Tree != "" {
		s += " in " + field(r.Base.Tree)
	}
	if r.Base.Why != "" {
		s += " (" + field(r.Base.Why) + ")"
	}
	return s
}

func short(commit string) string { return field(cut(commit, 12)) }

func mailFinding(t *text, r report.Report, i int, f report.Finding, files Files) {
	head := fmt.Sprintf("Problem %d of %d: ", i+1, len(r.Findings))
	if len(r.Findings) == 1 {
		head = "Problem: "
	}
	t.para(head + field(f.Title))
	t.gap()
	explain(t, r, i)
	drawing(t, r, f)
	kernelSays(t, f, files)
	rule(t, f)
	findingFacts(t, r, f)
	t.gap()
}

// kernelSays quotes the part of a report that matters.
func kernelSays(t *text, f report.Finding, files Files) {
	lines, left := excerpt(f)
	if len(lines) == 0 {
		return
	}
	t.para(rawTitle(f))
	t.gap()
	t.indented(lines)
	t.gap()
	whole := cmp.Or(files.HTML, files.JSON)
	switch {
	case left > 0 && whole != "":
		t.para(fmt.Sprintf("%s of less interest left out; the whole report is in %s.", plural(left, "line"), field(whole)))
	case left > 0:
		t.para(fmt.Sprintf("%s of less interest left out.", plural(left, "line")))
	case whole != "":
		t.para("The report is also in " + field(whole) + ".")
	}
	t.gap()
}

func rawTitle(f report.Finding) string {
	switch {
	case f.Family == report.FamilyBuild:
		return "The compiler says:"
	case f.Family == report.FamilyHang, f.Family == report.FamilySilent:
		return "What was seen:"
	}
	return "The kernel says:"
}

// findingFacts lists what is known of a finding, a line each.
func findingFacts(t *text, r report.Report, f report.Finding) {
	t.item("patch", culprit(r, f)+why(f))
	if f.Family == report.FamilyBuild {
		if f.File != "" {
			t.item("where", fmt.Sprintf("%s:%d", field(f.File), f.Line))
		}
		return
	}
	if l := culpritLine(f); l != "" {
		t.item("line", l)
	}
	t.item("test", testOf(f))
	if f.Function != "" {
		t.item("function", field(f.Function))
	}
	if !picture.Has(f.Splat) { // which explains them where they are taken
		factLocks(t, f)
	}
	if rule := ruleName(f); rule != "" {
		t.item("rule", rule)
	}
	t.item("base", baseWord(f))
	if f.NeedsOverlay {
		t.item("overlay", overlayWord(f))
	}
	if len(f.Followed) > 0 {
		t.item("then", follows(f))
	}
}

// testOf names the test that showed a finding, and how often where that is known.
func testOf(f report.Finding) string {
	s := cmp.Or(field(f.Subtest), "none: it came while the kernel booted")
	if f.Runs > 0 {
		s += fmt.Sprintf(", seen in %d of %s", f.Seen, plural(f.Runs, "run"))
	}
	return s
}

func factLocks(t *text, f report.Finding) {
	for n, c := range f.Classes {
		label := ""
		if n == 0 {
			label = "locks"
		}
		t.item(label, className(c))
	}
}

// culpritLine names the line of the guilty patch that a report goes through,
// with the numbers of the author's own tree.
func culpritLine(f report.Finding) string {
	if f.Culprit.File == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", field(f.Culprit.File), f.Culprit.Line)
}

func className(c string) string {
	if g := glossary(c); g != "" {
		return field(c) + ": " + g
	}
	return field(c)
}

func why(f report.Finding) string {
	if f.Culprit.Patch == 0 || f.Culprit.Why == "" || f.Family == report.FamilyBuild {
		return ""
	}
	return ": " + field(f.Culprit.Why)
}

// follows names the reports that came of a finding, each family once.
func follows(f report.Finding) string {
	var out []string
	for _, x := range f.Followed {
		if s := field(x.Title); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, "; ")
}

// ruleName returns the rule that a finding breaks, or "" when none fits.
func ruleName(f report.Finding) string {
	if f.Contract.Name == contract.None {
		return ""
	}
	return field(f.Contract.Name)
}

// explain says what a finding means. The first paragraph on the first finding
// stands at the top of the mail already.
func explain(t *text, r report.Report, i int) {
	for n, s := range explanation(r.Findings[i]) {
		if n > 0 || i > 0 || r.Word != report.Findings {
			t.para(s)
			t.gap()
		}
	}
}

// rule says which rule of the contract is broken and what helps.
func rule(t *text, f report.Finding) {
	if a := f.Contract.Advice; a != "" {
		t.para("What usually helps: " + prose(a))
		t.gap()
	}
	if d := f.Contract.Doc; d != "" {
		t.para("The rule: " + field(d))
		t.gap()
	}
}
