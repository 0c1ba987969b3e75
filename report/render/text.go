// SPDX-License-Identifier: MIT

package render

import (
	"cmp"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/fencebot/fencebot/report"
)

// TextOptions says how a report looks on a terminal. The zero value is right
// for a pipe.
type TextOptions struct {
	Color bool  // use ANSI colours
	Width int   // columns; default 80, at least 40
	Files Files // where the other forms are
}

const textRaw = 20 // lines of a compiler's or kernel's text; the files hold all of it

// Text writes the verdict for a person at a terminal: short, what is wrong
// first, and where to read on.
func Text(w io.Writer, r report.Report, o TextOptions) error {
	t := newText(o)
	p := paint{o.Color}
	t.add(p.verdict(r.Word) + "  " + p.bold(textTitle(r)))
	t.para(headline(r) + site(r) + ". " + lead(r))
	if r.Error != "" {
		t.para("Error: " + field(r.Error))
	}
	for i, f := range r.Findings {
		t.gap()
		textFinding(t, p, r, i, f)
	}
	if r.Conflict != nil {
		t.gap()
		mailConflict(t, r.Conflict)
	}
	t.gap()
	textFacts(t, r, o.Files)
	return t.write(w, "write report")
}

func newText(o TextOptions) *text { return &text{width: max(cmp.Or(o.Width, 80), 40)} }

// write prints the page; what says what it is in the error.
func (t *text) write(w io.Writer, what string) error {
	if _, err := io.WriteString(w, strings.Join(t.lines, "\n")+"\n"); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func textTitle(r report.Report) string {
	s := field(r.Series.Title)
	if r.Series.Version > 1 {
		s += fmt.Sprintf(" v%d", r.Series.Version)
	}
	if r.Series.Total > 0 {
		s += " (" + pluralPatches(r.Series.Total) + ")"
	}
	return s
}

func textFinding(t *text, p paint, r report.Report, i int, f report.Finding) {
	head := wrap(fmt.Sprintf("%d. ", i+1), field(f.Title), t.width)
	for n := range head {
		head[n] = p.bold(head[n])
	}
	t.add(head...)
	findingFacts(t, r, f)
	if i > 0 {
		t.item("means", explanation(f)[0])
	}
	drawing(t, r, f)
	if f.Contract.Advice != "" {
		t.item("helps", prose(f.Contract.Advice))
	}
	if f.Family != report.FamilyBuild {
		return
	}
	lines := block(f.Raw, 4*textRaw*maxLine)
	for _, l := range lines[:min(len(lines), textRaw)] {
		t.add(p.dim("    " + l))
	}
	if n := len(lines) - textRaw; n > 0 {
		t.add(p.dim(fmt.Sprintf("    [%d more lines]", n)))
	}
}

// textFacts ends the text: what was tested on what, and where the rest is.
func textFacts(t *text, r report.Report, files Files) {
	if len(r.Cases) > 0 {
		t.item("tested", tested(r))
	}
	if s := covered(r); s != "" {
		t.item("annotated", s)
	}
	for i, c := range touchedSites(r.Coverage) {
		if i == mailFindings {
			t.item("", "and more, see the report")
			break
		}
		t.item("touched", field(c.Site)+": "+fate(c))
	}
	textStatic(t, r)
	for i, c := range changedRows(r) {
		if i == mailFindings {
			t.item("", "and more, see the report")
			break
		}
		t.item("changed", changeOf(c))
	}
	for i, c := range flakyRows(r) {
		if i == mailFindings {
			t.item("", "and more, see the report")
			break
		}
		t.item("flaky", changeOf(c))
	}
	for i, f := range r.Known {
		if i == mailFindings {
			t.item("", "and more, see the report")
			break
		}
		t.item("known", field(f.Title)+" (the base shows it, too)")
	}
	for i, f := range r.Mended {
		if i == mailFindings {
			t.item("", "and more, see the report")
			break
		}
		t.item("bisect", mendedLine(f))
	}
	t.warnings(r)
	if r.Base.Commit != "" {
		t.item("base", baseLine(r))
	}
	for _, n := range r.Notes {
		t.item("note", field(n))
	}
	if s := timesLine(r.Times); s != "" {
		t.item("time", s)
	}
	if files.HTML != "" {
		t.add("  " + fmt.Sprintf("%-10s", "report") + visible(files.HTML))
	}
	if files.JSON != "" {
		t.add("  " + fmt.Sprintf("%-10s", "again") + "fencebot reproduce " + visible(fileName(files.JSON)))
	}
}

// textWarnings is how many compiler warnings the terminal shows.
const textWarnings = 3

// warnings lists the first new compiler warnings with their places.
func (t *text) warnings(r report.Report) {
	n := warnings(r)
	if n == 0 {
		return
	}
	t.item("warnings", plural(n, "new compiler warning"))
	shown := 0
	for _, d := range r.Build.Diagnostics {
		if d.Kind != "error" && shown < textWarnings {
			t.item("", field(d.String()))
			shown++
		}
	}
}

func warnings(r report.Report) int {
	n := r.Build.LeftOut
	for _, d := range r.Build.Diagnostics {
		if d.Kind != "error" {
			n++
		}
	}
	return n
}

// timesLine lists the stages, the longest first, after the total.
func timesLine(times map[string]float64) string {
	var out []string
	for _, s := range stages(times) {
		out = append(out, fmt.Sprintf("%s %s", field(s.Name), seconds(s.Seconds)))
	}
	if total, ok := times["total"]; ok {
		out = append([]string{seconds(total) + " in all"}, out...)
	}
	return strings.Join(out, ", ")
}

// A stage is one part of a check and how long it took.
type stage struct {
	Name    string
	Seconds float64
}

// stages returns all times but the total, the longest first.
func stages(times map[string]float64) []stage {
	var out []stage
	for name, s := range times {
		if name != "total" {
			out = append(out, stage{name, s})
		}
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Seconds != out[j].Seconds {
			return out[i].Seconds > out[j].Seconds
		}
		return out[i].Name < out[j].Name
	})
	return out
}

func seconds(s float64) string {
	switch {
	case s < 10:
		return fmt.Sprintf("%.1f s", s)
	case s < 120:
		return fmt.Sprintf("%.0f s", s)
	}
	return fmt.Sprintf("%d min %02d s", int(s)/60, int(s)%60)
}

// paint colours text, or leaves it alone. The text must be visible already: a
// sequence of a stranger's would count as ours.
type paint struct{ on bool }

func (p paint) with(code, s string) string {
	if !p.on || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p paint) bold(s string) string { return p.with("1", s) }
func (p paint) dim(s string) string  { return p.with("2", s) }

// verdict prints the word on the colour of its exit code: green, red, yellow.
func (p paint) verdict(w report.Word) string {
	s := strings.ToUpper(field(string(w)))
	switch w.ExitCode() {
	case 0:
		return p.with("1;32", s)
	case 1:
		return p.with("1;31", s)
	}
	return p.with("1;33", s)
}
