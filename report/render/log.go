// SPDX-License-Identifier: MIT

package render

import (
	"fmt"
	"io"

	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/contract"
	"github.com/fencebot/fencebot/report/lockdep"
)

// MaxLogFindings is how many different reports a [Log] holds for its page.
const MaxLogFindings = report.MaxFindings

// A Log is what was read out of console logs, without a series to blame.
type Log struct {
	Findings []LogFinding // the first report of each signature, in the order of the logs
	LeftOut  int          // different reports beyond MaxLogFindings
	Lockdep  lockdep.State
	Program  string // version of the program that read them
}

// A LogFinding is one report of a log.
type LogFinding struct {
	lockdep.Splat
	Log      string        `json:"log,omitempty"` // name of the file; empty for standard input
	Contract contract.Rule `json:"contract"`
	Again    int           `json:"-"` // how often the same report came again
}

// NewLogFinding says which rule a report breaks. Its text is cut to the limits
// of package report.
func NewLogFinding(s lockdep.Splat, log string) LogFinding {
	f := report.NewFinding(s)
	return LogFinding{Splat: f.Splat, Contract: f.Contract, Log: log}
}

// Add takes in a report of a log, unless the same was there before.
func (l *Log) Add(f LogFinding) {
	for i := range l.Findings {
		if l.Findings[i].Signature == f.Signature {
			l.Findings[i].Again++
			return
		}
	}
	if len(l.Findings) >= MaxLogFindings {
		l.LeftOut++
		return
	}
	l.Findings = append(l.Findings, f)
}

// finding is f as the parts of a page and of a text know it.
func (f LogFinding) finding() report.Finding {
	return report.Finding{Splat: f.Splat, Contract: f.Contract, Count: f.Again + 1}
}

// place says where in which log a report begins.
func (f LogFinding) place() string {
	if f.Log == "" {
		return fmt.Sprintf("line %d", f.Line)
	}
	return fmt.Sprintf("%s, line %d", field(f.Log), f.Line)
}

// LogText writes one report of a log for a person at a terminal.
func LogText(w io.Writer, f LogFinding, o TextOptions) error {
	t := newText(o)
	p := paint{o.Color}
	for _, l := range wrap("", field(f.Title), t.width) {
		t.add(p.bold(l))
	}
	x := f.finding()
	t.item("where", f.place())
	for _, fact := range logFacts(x) {
		t.item(fact.Name, fact.Value)
	}
	t.gap()
	for _, s := range logMeaning(x) {
		t.para(s)
		t.gap()
	}
	drawing(t, report.Report{}, x)
	rule(t, x)
	return t.write(w, "write log report")
}

// logMeaning explains a report for which no series is to blame.
func logMeaning(f report.Finding) []string {
	if f.Contract.Name == contract.None && meaning(f.Family) == "" {
		return nil
	}
	return explanation(f)
}

// LogEnd writes what stands after the last report: how many were the same as
// an earlier one, and whether lockdep was still looking.
func LogEnd(w io.Writer, l Log, again int) error {
	t := newText(TextOptions{})
	if len(l.Findings) == 0 {
		t.para("The kernel reports nothing.")
	}
	if again > 0 {
		t.gap()
		t.para(fmt.Sprintf("%s left out: the same as one above.", plural(again, "report")))
	}
	if !l.Lockdep.Alive {
		t.para(field(l.Lockdep.Reason) + ".")
	}
	if len(t.lines) == 0 {
		return nil
	}
	return t.write(w, "write log report")
}

// logFacts lists what a report says of itself.
func logFacts(f report.Finding) []pair {
	var out []pair
	add := func(name, value string) {
		if value != "" {
			out = append(out, pair{name, value})
		}
	}
	add("test", field(f.Subtest))
	add("function", field(f.Function))
	task := field(f.Task)
	if f.CPU != "" {
		task += " on CPU " + field(f.CPU)
	}
	add("task", task)
	kernel := field(f.Kernel)
	if f.Taint != "" {
		kernel += ", tainted: " + field(f.Taint)
	}
	add("kernel", kernel)
	add("rule", ruleName(f))
	if f.Corrupted {
		add("text", "damaged: cut off, or other output came in between")
	}
	return out
}

// LogHTML writes the reports of logs as one page, like [HTML].
func LogHTML(w io.Writer, l Log) error {
	p := logPage{Program: field(l.Program), Title: logTitle(l), Tone: "good"}
	if len(l.Findings) > 0 {
		p.Tone = "bad"
	}
	if !l.Lockdep.Alive {
		p.Lockdep = field(l.Lockdep.Reason) + "."
	}
	if l.LeftOut > 0 {
		p.LeftOut = plural(l.LeftOut, "more report")
	}
	for i, f := range l.Findings {
		x := f.finding()
		part := newPageFinding(report.Report{}, x, -1)
		part.Meaning = logMeaning(x)
		part.ID, part.Open = fmt.Sprintf("finding-%d", i+1), i == 0
		part.Facts = append([]pair{{"where", f.place()}}, logFacts(x)...)
		if f.Again > 0 {
			part.Facts = append(part.Facts, pair{"again", plural(f.Again, "time")})
		}
		p.Findings = append(p.Findings, part)
	}
	return execute(w, "log.html", p)
}

// A logPage is what the template shows.
type logPage struct {
	Title, Tone, Lockdep, LeftOut, Program string
	Findings                               []pageFinding
}

func logTitle(l Log) string {
	switch n := len(l.Findings) + l.LeftOut; n {
	case 0:
		return "The kernel reports nothing"
	case 1:
		return "The kernel reports one problem"
	default:
		return fmt.Sprintf("The kernel reports %d problems", n)
	}
}
