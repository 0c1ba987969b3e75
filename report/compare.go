// SPDX-License-Identifier: MIT

package report

import (
	"fmt"
	"strings"
)

// Evidence is all that a verdict is made of. The zero value is a check that
// did nothing and gives [NotExercised].
type Evidence struct {
	Infra    string    // our failure in a line of words, or that the base does not build; empty when there was none
	Conflict *Conflict // nil when the series applies
	Patches  int       // patches in the series; 0 when it is not known
	Builds   []Build   // of each prefix, in order; the last is the tip
	Base     Run
	Patched  Run
	Replays  []Replay // what NeedsReplay asked for

	Culprits map[string]Culprit // by signature: patches that were found to bring a finding

	// Untested says in words why nothing of the series can be tested here; no
	// test is run then. Empty when something can.
	Untested string

	Coverage []Covered // annotated sites of the patched tree, and what the tests made of them
	Static   []Static  // what the static check found in the series

	Overlay bool // overlays were on top of both kernels
	Bare    *Run // the patched kernel without overlays; nil when that was not tried

	Steps []Step // kernels between base and tip that were tested, in order
}

// A Verdict is what a check found.
type Verdict struct {
	Word     Word      `json:"verdict"`
	Reason   string    `json:"reason"` // why this verdict, in a line of words
	Findings []Finding `json:"findings"`
	Known    []Finding `json:"known"`  // what the base shows as well
	Mended   []Finding `json:"mended"` // what a patch brings and a later one of the series mends; sets no verdict
	Conflict *Conflict `json:"conflict,omitempty"`
	Build    Messages  `json:"build"`
	Cases    []Row     `json:"cases"`
	Coverage []Covered `json:"coverage"` // annotated sites, and what the series touches beside them
	Static   []Static  `json:"static"`   // warnings of the static check; they set no verdict
	Lockdep  Lockdep   `json:"lockdep"`
	Notes    []string  `json:"notes"`
}

// Messages is what the compiler said of the series.
type Messages struct {
	Diagnostics []Diagnostic `json:"diagnostics"`
	LeftOut     int          `json:"left_out,omitempty"` // diagnostics beyond MaxDiagnostics
}

// MaxDiagnostics is how many compiler messages a verdict lists.
const MaxDiagnostics = 200

// Compare gives the verdict on a series: the first in the order of [Word] that
// holds.
//
// A report of the patched kernel is a finding when its signature is neither in
// the run of the base nor in its replays. One bug is one finding, however
// often and in whatever shapes it shows. A test that fails is listed and sets
// no verdict.
func Compare(e Evidence) Verdict {
	j := newJudge(newBaseline(e.Base, e.Replays), e.Patched)
	v := Verdict{
		Findings: append(buildFindings(e.Builds), finish(j, e)...),
		Known:    j.known,
		Mended:   mended(e),
		Conflict: e.Conflict,
		Build:    messages(e.Builds),
		Cases:    rows(e.Base, e.Patched),
		Coverage: clipCoverage(e.Coverage),
		Static:   clipStatic(e.Static),
		Lockdep:  exercise(e.Patched),
		Notes:    []string{},
	}
	if v.Findings == nil {
		v.Findings = []Finding{}
	}
	if v.Known == nil {
		v.Known = []Finding{}
	}
	v.Word, v.Reason = word(e, v)
	for _, f := range j.once {
		v.Notes = append(v.Notes, onceNote(f))
	}
	v.Notes = append(v.Notes, notes(e, v, j.full)...)
	return v
}

// finish adds what one report alone does not tell: culprit, overlay and replays.
func finish(j *judge, e Evidence) []Finding {
	bare := newBareRun(e.Bare)
	for i := range j.findings {
		f := &j.findings[i]
		f.Culprit = Culprit{Why: "not determined"}
		if e.Patches == 1 {
			f.Culprit = Culprit{Patch: 1, Why: "the only patch"}
		}
		if c, ok := e.Culprits[f.Signature]; ok {
			f.Culprit = c
		}
		f.Seen, f.Runs = frequency(*f, e.Patched)
		f.NeedsOverlay = e.Overlay && !bare.bySig[f.Signature]
		for _, r := range e.Replays {
			if r.Boot == f.Boot && r.Run.ready() {
				f.Replayed++
			}
		}
	}
	return bare.prefer(j.findings, j.base)
}

func word(e Evidence, v Verdict) (Word, string) {
	switch {
	case e.Infra != "":
		return InfraError, clip(e.Infra, maxTitle)
	case failed(e.Base) != "":
		return InfraError, "the base was not tested: " + failed(e.Base)
	case e.Patched.exit(ExitQEMUFailed) != nil:
		return InfraError, "QEMU failed: " + clip(e.Patched.exit(ExitQEMUFailed).Detail, maxTitle)
	case e.Conflict != nil:
		c := e.Conflict
		return ApplyConflict, fmt.Sprintf("patch %d does not apply: %s, hunk %d: %s", c.Patch, c.File, c.Hunk, c.Reason)
	case len(v.Findings) > 0 && v.Findings[0].Family == FamilyBuild:
		f := v.Findings[0]
		return BuildError, fmt.Sprintf("the series does not build at patch %d", f.Culprit.Patch)
	case len(e.Patched.Boots) > 0 && len(e.Base.Boots) == 0:
		return InfraError, "there is no result of the base to compare with"
	case len(e.Patched.Boots) > 0 && !e.Patched.ready():
		return BootFailure, "the patched kernel does not boot, the base does: " + clip(e.Patched.Boots[0].Detail, maxTitle)
	case len(v.Findings) == 1:
		return Findings, "1 problem that the base does not have"
	case len(v.Findings) > 1:
		return Findings, fmt.Sprintf("%d problems that the base does not have", len(v.Findings))
	case e.Untested != "":
		return NotExercised, clip(e.Untested, maxTitle)
	case v.Lockdep.Tested == 0:
		return NotExercised, v.Lockdep.Reason
	case exercise(e.Base).Ran == 0:
		return NotExercised, "no test ran on the base, so there is nothing to compare with"
	}
	return Pass, fmt.Sprintf("%d tests ran with lockdep alive and reported nothing new", v.Lockdep.Tested)
}

// failed says why the run of the base is worth nothing, or "". A base that was
// not started at all is judged later: a series that does not apply or build
// needs none.
func failed(base Run) string {
	if b := base.exit(ExitQEMUFailed); b != nil {
		return "QEMU failed: " + clip(b.Detail, maxTitle)
	}
	if len(base.Boots) > 0 && !base.ready() {
		return "it does not boot: " + clip(base.Boots[0].Detail, maxTitle)
	}
	return ""
}

func messages(builds []Build) Messages {
	m := Messages{Diagnostics: []Diagnostic{}}
	seen := map[Diagnostic]bool{}
	for _, b := range builds {
		for _, d := range b.Diagnostics {
			if d.Patch == 0 {
				d.Patch = b.Patch
			}
			d.File, d.Message, d.Option = clip(d.File, maxTitle), clip(d.Message, 4*maxTitle), clip(d.Option, maxTitle)
			key := d
			key.Patch, key.Line, key.Column = 0, 0, 0 // later patches move lines
			if seen[key] {
				continue
			}
			seen[key] = true
			if len(m.Diagnostics) == MaxDiagnostics {
				m.LeftOut++
				continue
			}
			m.Diagnostics = append(m.Diagnostics, d)
		}
	}
	return m
}

// notes says what a reader must know to weigh the verdict.
func notes(e Evidence, v Verdict, full bool) []string {
	var out []string
	if full {
		out = append(out, fmt.Sprintf("more than %d findings: the rest is left out", MaxFindings))
	}
	for _, b := range e.Patched.Boots {
		if !b.Ready && e.Patched.ready() {
			out = append(out, fmt.Sprintf("boot %d of the patched kernel did not get up: %s", b.Number, clip(b.Detail, maxTitle)))
		}
	}
	for i, f := range v.Findings {
		if f.Family != FamilyBuild && f.Replayed == 0 && e.Patched.ready() {
			out = append(out, fmt.Sprintf("finding %d was not replayed on the base", i+1))
		}
		if f.MaskedBy != "" {
			out = append(out, fmt.Sprintf("finding %d may be older than the series: on the base the same test ends with %q, after which lockdep is off", i+1, f.MaskedBy))
		}
	}
	if note := gaveUpNote(e.Base, e.Patched); note != "" {
		out = append(out, note)
	}
	for _, rule := range v.Lockdep.Priming.Missing {
		out = append(out, "lockdep was not taught at boot that "+rule+": what breaks this rule is not seen")
	}
	if n := notRun(v.Cases); n > 0 && e.Patched.ready() {
		out = append(out, fmt.Sprintf("%d of %d tests did not run on the patched kernel", n, len(v.Cases)))
	}
	if n := skippedIGT(e.Patched); n != "" && v.Lockdep.Ran > 0 {
		out = append(out, n)
	}
	if v.Lockdep.Reason != "" && v.Word != NotExercised && len(e.Patched.Boots) > 0 {
		out = append(out, "lockdep: "+strings.TrimPrefix(v.Lockdep.Reason, "lockdep "))
	}
	return out
}
