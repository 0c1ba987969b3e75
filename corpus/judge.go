// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"slices"
	"strings"
)

// An Answer is what is judged of the JSON of `fencebot check`.
type Answer struct {
	Verdict  string    `json:"verdict"`
	Findings []Finding `json:"findings"`
	Static   []Static  `json:"static"`
}

// A Finding is what is judged of one finding.
type Finding struct {
	Family   string `json:"family"`
	Contract struct {
		Rule string `json:"rule"`
	} `json:"contract"`
	Culprit struct {
		Patch int `json:"patch"`
	} `json:"culprit"`

	raw string // all of it, for also_reported
}

// UnmarshalJSON keeps the text of the finding.
func (f *Finding) UnmarshalJSON(b []byte) error {
	type plain Finding
	f.raw = string(b)
	return json.Unmarshal(b, (*plain)(f))
}

// A Score says what was right about one answer.
type Score struct {
	Verdict  bool // and exit code
	Bugs     int  // to be found
	Detected int  // bugs with a finding of their own
	Family   Ratio
	Rule     Ratio
	Patch    Ratio
	Static   Ratio // warnings of the static check
	Blamed   int   // findings and warnings against a series that has no bug
	Invented int   // findings and warnings against a faulty series that are none of its bugs
}

// Ratio is how many of how many.
type Ratio struct{ Right, Of int }

func (r *Ratio) count(asked, right bool) {
	if asked {
		r.Of++
	}
	if asked && right {
		r.Right++
	}
}

// Right says whether the whole answer is the truth.
func (s Score) Right() bool {
	full := func(r Ratio) bool { return r.Right == r.Of }
	return s.Verdict && s.Detected == s.Bugs && full(s.Family) && full(s.Rule) && full(s.Patch) && full(s.Static) && s.Blamed+s.Invented == 0
}

// judge compares an answer with what is known.
func judge(e Expect, a Answer, exit int) Score {
	s := Score{Verdict: verdictFits(e.want(), a.Verdict) && exit == e.exit()}
	bugs := e.bugs()
	used := make([]bool, len(a.Findings))
	for _, b := range bugs {
		s.Bugs++
		var f Finding
		if i := closest(b, a.Findings, used); i >= 0 {
			f, used[i] = a.Findings[i], true
			s.Detected++
		}
		s.Family.count(b.Family != "", f.Family == b.Family)
		s.Rule.count(b.asksRule(), b.fitsRule(f))
		s.Patch.count(b.Patch > 0, f.Culprit.Patch == b.Patch)
	}
	extra := 0
	for i, f := range a.Findings {
		if !used[i] && !e.explains(f) {
			extra++
		}
	}
	extra += s.judgeStatic(e, a)
	if e.faulty() || len(e.Static) > 0 {
		s.Invented = extra
	} else {
		s.Blamed = extra
	}
	return s
}

// judgeStatic counts the warnings of the static check that had to come, and
// returns how many came that should not have.
func (s *Score) judgeStatic(e Expect, a Answer) (extra int) {
	if e.Static == nil {
		return 0
	}
	for _, w := range e.Static {
		s.Static.count(true, slices.Contains(a.Static, w))
	}
	for _, w := range a.Static {
		if !slices.Contains(e.Static, w) {
			extra++
		}
	}
	return extra
}

func verdictFits(want, got string) bool {
	if want == verdictPanic {
		return got == verdictFindings || got == verdictBootFailure
	}
	return got == want
}

// closest returns the index of the finding that says most of the bug: its family
// counts more than its patch, and that more than its rule. A finding that has
// neither family nor patch is about something else; -1 if there is none.
func closest(b Bug, findings []Finding, used []bool) int {
	best, at := 1, -1
	for i, f := range findings {
		n := 0
		if b.Family == "" || f.Family == b.Family {
			n += 4
		}
		if b.Patch > 0 && f.Culprit.Patch == b.Patch {
			n += 2
		}
		if b.asksRule() && b.fitsRule(f) {
			n++
		}
		if !used[i] && n > best {
			best, at = n, i
		}
	}
	return at
}

// explains says whether a finding is one more view of a known bug: it has all
// that the bug has, or a text that is known to come with it.
func (e Expect) explains(f Finding) bool {
	known := e.bugs()
	if e.Undetected != nil {
		known = append(slices.Clone(known), *e.Undetected)
	}
	if slices.ContainsFunc(known, func(b Bug) bool { return b.matches(f) }) {
		return true
	}
	return slices.ContainsFunc(e.AlsoReported, func(text string) bool { return strings.Contains(f.raw, text) })
}

// matches says whether a finding has all that is known of the bug.
func (b Bug) matches(f Finding) bool {
	return (b.Family == "" || f.Family == b.Family) &&
		(!b.asksRule() || b.fitsRule(f)) &&
		(b.Patch == 0 || f.Culprit.Patch == b.Patch)
}

func (b Bug) asksRule() bool { return b.Rule != "" && b.Rule != "none" }

func (b Bug) fitsRule(f Finding) bool {
	return f.Contract.Rule == b.Rule || slices.Contains(b.Rules, f.Contract.Rule)
}
