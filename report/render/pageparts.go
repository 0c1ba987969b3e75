// SPDX-License-Identifier: MIT

package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/report"
)

// pageFacts names author, base and coverage in a few lines.
func pageFacts(r report.Report) []pair {
	var out []pair
	add := func(name, value string) {
		if value != "" {
			out = append(out, pair{name, value})
		}
	}
	a := r.Series.Author
	if a.Addr != "" {
		add("Author", strings.TrimSpace(field(a.Name)+" <"+field(a.Addr)+">"))
	}
	size := ""
	if r.Series.Total > 0 {
		size = pluralPatches(r.Series.Total)
		if r.Series.Version > 0 {
			size += fmt.Sprintf(", version %d", r.Series.Version)
		}
	}
	add("Series", size)
	if r.Base.Commit != "" {
		add("Base", baseLine(r))
	}
	if len(r.Cases) > 0 || r.Lockdep.Ran > 0 {
		s := fmt.Sprintf("%s, %d with lockdep alive", plural(r.Lockdep.Ran, "test"), r.Lockdep.Tested)
		add("Tested", s)
	}
	return out
}

// pageSite makes a sentence of what a mail says in brackets.
func pageSite(r report.Report) string {
	return sentence(strings.TrimSuffix(strings.TrimPrefix(site(r), " ("), ")"))
}

func newPageFinding(r report.Report, f report.Finding, i int) pageFinding {
	p := pageFinding{
		Title: field(f.Title), Advice: prose(f.Contract.Advice), Doc: field(f.Contract.Doc),
		RawTitle: rawTitle(f), Open: i == 0, Link: strings.HasPrefix(f.Contract.Doc, "https://"),
	}
	if i >= 0 {
		p.ID = fmt.Sprintf("finding-%d", i+1)
		p.Facts = pageFindingFacts(r, f)
	}
	for _, c := range f.Classes {
		p.Locks = append(p.Locks, pair{field(c), glossary(c)})
	}
	p.Meaning = explanation(f)
	p.Picture = pagePicture(r, f)
	p.Raw = pageReport(f)
	return p
}

// pageReport is the whole text of the kernel, with the lines that matter most
// marked.
func pageReport(f report.Finding) []pageLine {
	var out []pageLine
	src := newSources(f)
	lock := false // the line before says that a lock follows
	for _, l := range block(f.Raw, pageRaw) {
		for _, more := range src.annotate(l) {
			more.Key = more.Key || lock || keyLine(more.Text)
			out = append(out, more)
		}
		lock = strings.HasSuffix(l, "acquire lock:") || strings.HasSuffix(l, "holding lock:") || strings.HasSuffix(l, " takes:")
	}
	return out
}

func pageFindingFacts(r report.Report, f report.Finding) []pair {
	out := []pair{{"Patch", culprit(r, f) + why(f)}}
	add := func(name, value string) {
		if value != "" {
			out = append(out, pair{name, value})
		}
	}
	if f.Family == report.FamilyBuild {
		if f.File != "" {
			add("Where", fmt.Sprintf("%s:%d", field(f.File), f.Line))
		}
		return out
	}
	add("Line", culpritLine(f))
	add("Test", testOf(f))
	add("Function", field(f.Function))
	add("Task", field(f.Task))
	add("Rule", ruleName(f))
	add("Base", baseWord(f))
	if f.NeedsOverlay {
		add("Overlay", overlayWord(f))
	}
	if f.Count > 1 {
		add("Seen", plural(f.Count, "time"))
	}
	add("Then", follows(f))
	if f.Corrupted {
		add("Text", "damaged: other output came in between")
	}
	return out
}

// keyLine tells the lines of a report that say what is wrong from those that
// say how it came to that.
func keyLine(l string) bool {
	for _, s := range []string{
		"WARNING:", "BUG:", "INFO: task", "Kernel panic", "is trying to acquire lock", "already holding lock",
		"takes:", "-> #", "*** DEADLOCK ***", " error: ", "inconsistent {",
	} {
		if strings.Contains(l, s) {
			return true
		}
	}
	return false
}

func newPageConflict(c report.Conflict) *pageConflict {
	side := func(lines, other []string) []pageLine {
		var out []pageLine
		for i, l := range lines {
			if i == 10*mailLines {
				return append(out, pageLine{fmt.Sprintf("[%d lines left out]", len(lines)-i), false})
			}
			out = append(out, pageLine{strings.TrimRight(visible(cut(l, maxLine)), "\n"), !slices.Contains(other, l)})
		}
		return out
	}
	p := &pageConflict{Expected: side(c.Expected, c.Found), Found: side(c.Found, c.Expected)}
	p.Where = fmt.Sprintf("Patch %d. %s", c.Patch, conflictSite(&c))
	return p
}

func pageMachine(p report.Reproduce) []pair {
	t := &text{width: 1 << 20}
	machine(t, p)
	var out []pair
	for _, l := range t.lines {
		name, value, _ := strings.Cut(strings.TrimSpace(l), " ")
		out = append(out, pair{name, strings.TrimSpace(value)})
	}
	return out
}

// shellLine joins arguments so that they can be pasted into a shell.
func shellLine(args []string) string {
	var out []string
	for i, a := range args {
		w := shellWord(visible(cut(a, 4*maxLine)))
		if strings.HasPrefix(a, "-") && i > 0 {
			w = "\\\n  " + w
		}
		out = append(out, w)
	}
	return strings.Join(out, " ")
}
