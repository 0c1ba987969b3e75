// SPDX-License-Identifier: MIT

package report

import (
	"cmp"
	"slices"

	"github.com/fencebot/fencebot/report/igt"
)

// Replays is how often the base runs a boot's tests again before something
// that the boot showed counts as new.
const Replays = 3

// A Rerun asks for one boot of the patched kernel to be replayed on the base.
type Rerun struct {
	Boot       int        // number of the boot
	Signatures []string   // what is not known of the base yet, in order of appearance
	Cases      []igt.Case // tests of that boot up to the last of these, in order; empty when they came before the first
}

// NeedsReplay says which boots of the patched kernel showed something that the
// base did not. What a boot shows depends on the tests before, so the base
// has to run the same tests in the same order, [Replays] times each, before
// [Compare] can call it new. Reports that follow from another one need none
// of their own.
func NeedsReplay(base, patched Run) []Rerun {
	if !base.ready() {
		return nil
	}
	var out []Rerun
	for _, f := range newJudge(newBaseline(base, nil), patched).findings {
		i := slices.IndexFunc(out, func(r Rerun) bool { return r.Boot == f.Boot })
		if i < 0 {
			i = len(out)
			out = append(out, Rerun{Boot: f.Boot})
		}
		out[i].Signatures = append(out[i].Signatures, f.Signature)
		if cases := patched.upTo(f); len(cases) > len(out[i].Cases) {
			out[i].Cases = cases
		}
	}
	return out
}

// upTo returns the cases of a finding's boot up to the one in which it showed.
// What shows in none may come of any, but for a report of lockdep when lockdep
// was off before the first test: that one is of the boot itself.
func (r Run) upTo(f Finding) []igt.Case {
	started := startedIn(r, f.Boot)
	if f.Subtest == "" {
		atBoot := func(b Boot) bool { return b.Number == f.Boot && b.Lockdep.Known && !b.Lockdep.Alive }
		if f.Family.Lockdep() && slices.ContainsFunc(r.Boots, atBoot) {
			return nil
		}
		return started
	}
	for i, c := range slices.Backward(started) { // a test may run on several drivers under one name
		if c.Name == f.Subtest {
			return started[:i+1]
		}
	}
	return started
}

// startedIn returns the cases that ran in one boot, in the order in which they
// did.
func startedIn(r Run, boot int) []igt.Case {
	var out []igt.Case
	for _, c := range r.Cases {
		if c.Boot == boot && c.Started() {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b igt.Case) int { return cmp.Compare(a.Place, b.Place) })
	return out
}
