// SPDX-License-Identifier: MIT

package report

import (
	"fmt"
	"slices"
)

// A Step is the kernel of the series up to a patch that is not its last.
type Step struct {
	Patch   int      // number of that patch
	Run     Run      // built-in tests on it
	Replays []Replay // on the base, of what its boots showed
}

// steps runs from the base to the tip; only what was tested is in it.
type steps []Step

// mended returns what a step shows and neither the base nor the tip: a later
// patch of the series mends it, but whoever bisects across the series may stop
// there. Such a finding sets no verdict.
func mended(e Evidence) []Finding {
	out := []Finding{}
	all := steps(e.Steps)
	for i, s := range all {
		for _, f := range newJudge(newBaseline(e.Base, s.Replays), s.Run).findings {
			same := func(o Finding) bool { return o.Signature == f.Signature }
			if e.Patched.Shows(f.Signature) || slices.ContainsFunc(out, same) || len(out) == MaxFindings {
				continue
			}
			f.Culprit, f.MendedBy = all.span(i, f.Signature, e.Patches)
			out = append(out, f)
		}
	}
	return out
}

// span says which patch brings what step i is the first to show, and which one
// mends it; last is the tip. Between two steps that are not neighbours nobody
// knows, and the number is 0.
func (all steps) span(i int, sig string, last int) (brings Culprit, mends int) {
	before, name := 0, "the base"
	if i > 0 {
		before = all[i-1].Patch
		name = fmt.Sprintf("the kernel up to patch %d", before)
	}
	shows := i
	for shows+1 < len(all) && all[shows+1].Run.Shows(sig) {
		shows++
	}
	after := last
	if shows+1 < len(all) {
		after = all[shows+1].Patch
	}
	brings.Why = fmt.Sprintf("%s does not show it, the one up to patch %d does, the one up to patch %d no more", name, all[i].Patch, after)
	if all[i].Patch == before+1 {
		brings.Patch = all[i].Patch
	}
	if after == all[shows].Patch+1 {
		mends = after
	}
	return brings, mends
}
