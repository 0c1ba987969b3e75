// SPDX-License-Identifier: MIT

package render

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/fencebot/fencebot/report"
)

//go:embed page.html log.html parts.html
var pages embed.FS

// HTML writes the report as one page that needs nothing else: no script, no
// style sheet, no file beside it, and a policy that forbids loading any.
func HTML(w io.Writer, r report.Report) error {
	return execute(w, "page.html", newPage(r))
}

// execute writes one of the pages.
func execute(w io.Writer, name string, data any) error {
	// Parsed here and not at start: the same program is PID 1 of the guests.
	t, err := template.ParseFS(pages, name, "parts.html")
	if err != nil {
		return fmt.Errorf("parse page: %w", err)
	}
	// Comments do not survive html/template, so the mark comes before.
	if _, err := fmt.Fprintf(w, "%s%d -->\n", htmlHead, report.FormatVersion); err != nil {
		return fmt.Errorf("write HTML report: %w", err)
	}
	if err := t.Execute(w, data); err != nil {
		return fmt.Errorf("write HTML report: %w", err)
	}
	return nil
}

// A page is what the template shows: visible text and no rules.
type page struct {
	Verdict, Tone, Title string
	Headline, Site, Lead string
	Error, Date, Program string
	Facts                []pair
	Patches              []pagePatch
	Findings             []pageFinding
	Known, Mended        []pageFinding
	MendedLead           string
	Conflict             *pageConflict
	Diagnostics          []string
	Tested               string
	Rows                 []pageRow
	Covered              string
	Sites                []pageSiteRow
	Static               []pageStaticRow
	StaticLead           string
	Notes                []string
	Times                []pageTime
	Total                string
	Machine              []pair
	Commands             []string
	QEMU                 string
	Plan                 []string
}

type pair struct{ Name, Value string }

type pagePatch struct {
	Number  int
	Subject string
	Note    string
	Guilty  bool
}

type pageFinding struct {
	ID       string
	Title    string
	Facts    []pair
	Locks    []pair        // class and what it is
	Picture  template.HTML // drawn here, with every name of strangers escaped
	Meaning  []string
	Advice   string
	Doc      string
	Link     bool // Doc is an address
	RawTitle string
	Raw      []pageLine
	Open     bool
}

// A pageLine is a line of a report; Key marks those that matter most.
type pageLine struct {
	Text string
	Key  bool
}

type pageConflict struct {
	Where           string
	Expected, Found []pageLine // Key: the other side lacks it
}

type pageRow struct {
	Name, Base, Patched, Seconds string
	Listed                       string
	Changed, Dead                bool
}

type pageSiteRow struct {
	Site, Call, Fate string
	Touched, Checked bool
}

type pageTime struct {
	Name, Time string
	Percent    int
}

func newPage(r report.Report) page {
	p := page{
		Verdict: field(string(r.Word)), Tone: tone(r.Word), Title: field(r.Series.Title), Headline: headline(r) + ".", Site: pageSite(r), Lead: lead(r),
		Error: prose(r.Error), Program: field(r.Fencebot.Program), Facts: pageFacts(r),
		Total: timesTotal(r.Times), Machine: pageMachine(r.Reproduce), QEMU: shellLine(r.Reproduce.QEMU),
	}
	if !r.Date.IsZero() {
		p.Date = r.Date.UTC().Format("2 January 2006, 15:04 UTC")
	}
	if len(r.Cases) > 0 {
		p.Tested = tested(r)
	}
	guilty := map[int]bool{}
	for i, f := range r.Findings {
		p.Findings = append(p.Findings, newPageFinding(r, f, i))
		guilty[f.Culprit.Patch] = true
	}
	for _, f := range r.Known {
		p.Known = append(p.Known, newPageFinding(r, f, -1))
	}
	for _, f := range r.Mended {
		page := newPageFinding(r, f, -1)
		page.Title = mendedLine(f)
		p.Mended, p.MendedLead = append(p.Mended, page), mendedLead
	}
	if r.Conflict != nil {
		guilty[r.Conflict.Patch] = true
		p.Conflict = newPageConflict(*r.Conflict)
	}
	for _, x := range r.Series.Patches {
		note := short(x.Commit)
		if x.Skipped != "" {
			note = "skipped: " + field(x.Skipped)
		}
		p.Patches = append(p.Patches, pagePatch{x.Number, field(x.Subject), note, guilty[x.Number]})
	}
	pageLists(&p, r)
	return p
}

func pageLists(p *page, r report.Report) {
	for _, d := range r.Build.Diagnostics {
		s := field(d.String())
		if d.Patch > 0 {
			s = fmt.Sprintf("patch %d: %s", d.Patch, s)
		}
		p.Diagnostics = append(p.Diagnostics, s)
	}
	if n := r.Build.LeftOut; n > 0 {
		p.Diagnostics = append(p.Diagnostics, fmt.Sprintf("%d more", n))
	}
	for _, changed := range []bool{true, false} { // what changed comes first
		for _, c := range r.Cases {
			if c.Changed() == changed {
				p.Rows = append(p.Rows, newPageRow(c))
			}
		}
	}
	p.Static, p.StaticLead = pageStatic(r), staticLead+" "+plural(len(r.Static), "call")+" to look at, which are no part of the verdict."
	p.Covered = covered(r)
	for _, touched := range []bool{true, false} { // what the series touches comes first
		for _, c := range r.Coverage {
			if c.Touched == touched {
				p.Sites = append(p.Sites, pageSiteRow{field(c.Site), field(c.Call), fate(c), c.Touched, c.Checked()})
			}
		}
	}
	for _, n := range r.Notes {
		p.Notes = append(p.Notes, sentence(field(n)))
	}
	all := stages(r.Times)
	for _, s := range all {
		p.Times = append(p.Times, pageTime{field(s.Name), seconds(s.Seconds), int(100 * s.Seconds / max(all[0].Seconds, 0.001))})
	}
	for _, c := range r.Reproduce.Commands {
		p.Commands = append(p.Commands, strings.Join(block(c, 4*maxLine), "\n"))
	}
	for _, x := range r.Reproduce.Tests {
		s := field(x.Binary)
		if x.Subtest != "" {
			s += "@" + field(x.Subtest)
		}
		if x.Driver != "" {
			s += " on " + field(x.Driver)
		}
		p.Plan = append(p.Plan, s)
	}
}

func newPageRow(c report.Row) pageRow {
	row := pageRow{Name: rowName(c), Base: field(c.Base), Patched: field(c.Patched), Listed: listed(c), Changed: c.Changed()}
	ran := c.Patched != "" && c.Patched != "notrun" && c.Patched != "skip"
	row.Dead = ran && !c.Alive
	if ran {
		row.Seconds = fmt.Sprintf("%.1f", c.Seconds)
	}
	return row
}

func tone(w report.Word) string {
	switch w.ExitCode() {
	case 0:
		return "good"
	case 1:
		return "bad"
	}
	return "unsure"
}

func timesTotal(times map[string]float64) string {
	if t, ok := times["total"]; ok {
		return seconds(t)
	}
	return ""
}
