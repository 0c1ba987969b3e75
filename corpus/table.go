// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// A Tally adds up the scores of a run.
type Tally struct {
	Cases, Right int
	Detected     Ratio
	Family       Ratio
	Rule         Ratio
	Patch        Ratio
	Static       Ratio
	Blamed       int
	Invented     int
	Broken       int // cases without an answer
	Times        []time.Duration
}

func (r *Ratio) add(o Ratio) { r.Right, r.Of = r.Right+o.Right, r.Of+o.Of }

// add counts one answer.
func (t *Tally) add(s Score, took time.Duration) {
	t.Cases++
	if s.Right() {
		t.Right++
	}
	t.Detected.add(Ratio{s.Detected, s.Bugs})
	t.Family.add(s.Family)
	t.Rule.add(s.Rule)
	t.Patch.add(s.Patch)
	t.Static.add(s.Static)
	t.Blamed += s.Blamed
	t.Invented += s.Invented
	t.Times = append(t.Times, took)
}

// broke counts a case without an answer: none of its bugs was found.
func (t *Tally) broke(e Expect) {
	s := judge(e, Answer{}, -1)
	t.add(s, 0)
	t.Times = t.Times[:len(t.Times)-1]
	t.Broken++
}

// code is the exit code of the run.
func (t *Tally) code() int {
	switch {
	case t.Broken > 0:
		return exitBroken
	case t.Right < t.Cases:
		return exitWrong
	}
	return exitRight
}

// print writes the table.
func (t *Tally) print(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, value string) { fmt.Fprintf(tw, "%s\t%s\n", name, value) }
	row("right answers", fmt.Sprintf("%d of %d", t.Right, t.Cases))
	row("detection", t.Detected.String())
	row("right family", t.Family.String())
	row("right rule", t.Rule.String())
	row("right patch", t.Patch.String())
	row("static warnings", t.Static.String())
	row("false blame", fmt.Sprint(t.Blamed))
	row("invented findings", fmt.Sprint(t.Invented))
	if t.Broken > 0 {
		row("no answer", fmt.Sprint(t.Broken))
	}
	row("time", t.time())
	return tw.Flush()
}

func (t *Tally) time() string {
	if len(t.Times) == 0 {
		return "-"
	}
	times := slices.Sorted(slices.Values(t.Times))
	var sum time.Duration
	for _, d := range times {
		sum += d
	}
	return fmt.Sprintf("%v in all, median %v", sum.Round(time.Second), times[len(times)/2].Round(time.Second))
}

// String is the ratio in per cent; "-" of nothing.
func (r Ratio) String() string {
	if r.Of == 0 {
		return "-"
	}
	return fmt.Sprintf("%d of %d (%d%%)", r.Right, r.Of, 100*r.Right/r.Of)
}

// line is the one line about a case.
func line(c Case, a Answer, exit int, s Score, took time.Duration) string {
	mark := "FAIL"
	if s.Right() {
		mark = "ok"
	}
	var want, got []string
	for _, b := range c.bugs() {
		want = append(want, point(b.Family, b.Rule, b.Patch))
	}
	for _, f := range a.Findings {
		got = append(got, point(f.Family, f.Contract.Rule, f.Culprit.Patch))
	}
	for _, w := range c.Static {
		want = append(want, point("static", w.Rule, w.Patch))
	}
	if c.Static != nil {
		for _, w := range a.Static {
			got = append(got, point("static", w.Rule, w.Patch))
		}
	}
	return fmt.Sprintf("%-4s %s: want %s [%s] got %s [%s] exit %d %v",
		mark, c.Name, c.want(), strings.Join(want, " "), a.Verdict, strings.Join(got, " "), exit, took.Round(time.Second))
}

// point is a bug or a finding in three words.
func point(family, rule string, patch int) string {
	if family == "" {
		family = "-"
	}
	if rule == "" {
		rule = "none"
	}
	return fmt.Sprintf("%s/%s/%d", family, rule, patch)
}
