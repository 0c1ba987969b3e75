// SPDX-License-Identifier: MIT

package report

import (
	"slices"

	"github.com/fencebot/fencebot/report/contract"
	"github.com/fencebot/fencebot/report/lockdep"
)

// A bareRun is what the series shows without overlays.
type bareRun struct {
	bySig  map[string]bool
	splats []lockdep.Splat
}

func newBareRun(r *Run) bareRun {
	b := bareRun{bySig: map[string]bool{}}
	if r == nil {
		return b
	}
	for _, boot := range r.Boots {
		for _, s := range sightings(*r, boot) {
			b.bySig[signature(s)] = true
			b.splats = append(b.splats, s)
		}
	}
	return b
}

// prefer puts what the kernel says by itself in the place of what it says with
// our annotations, where both are about the same code: an allocation under a
// spinlock breaks the annotated section as well, and that is reported first.
// What needs nothing of ours is the stronger evidence, and what the author will
// see. The annotated report is listed as what came of it.
func (b bareRun) prefer(findings []Finding, base baseline) []Finding {
	reported := map[string]bool{}
	for _, f := range findings {
		reported[f.Signature] = true
	}
	var out []Finding
	then := map[string][]Follow{} // by signature of the finding that they come of
	for _, f := range findings {
		if plain, ok := b.instead(f, base); ok {
			sig := signature(plain)
			if reported[sig] {
				then[sig] = append(then[sig], f.annotated())
				continue
			}
			f.replace(plain)
			reported[sig] = true
		}
		out = append(out, f)
	}
	for i := range out {
		out[i].Followed = append(then[out[i].Signature], out[i].Followed...)
	}
	return out
}

// instead returns the report without overlays that is about the code of f.
func (b bareRun) instead(f Finding, base baseline) (lockdep.Splat, bool) {
	if !f.NeedsOverlay {
		return lockdep.Splat{}, false
	}
	i := slices.IndexFunc(b.splats, func(s lockdep.Splat) bool {
		return sameCode(f.Splat, s) && !exhausted(s) && !base.has(s)
	})
	if i < 0 {
		return lockdep.Splat{}, false
	}
	return b.splats[i], true
}

// sameCode reports whether the function that one report is about is on the stack
// of the other.
func sameCode(a, b lockdep.Splat) bool {
	on := func(function string, s lockdep.Splat) bool {
		return function != "" && (function == s.Function ||
			slices.ContainsFunc(s.Trace, func(f lockdep.Frame) bool { return f.Reliable && f.Function == function }))
	}
	return on(a.Function, b) || on(b.Function, a)
}

// replace makes a report the one that f is about.
func (f *Finding) replace(s lockdep.Splat) {
	then := append([]Follow{f.annotated()}, f.Followed...)
	rule := contract.Of(s)
	s.Signature = signature(s)
	f.Splat, f.Contract, f.NeedsOverlay, f.Followed = clipSplat(s), rule, false, then
}

// annotated is f as what came of another finding.
func (f *Finding) annotated() Follow {
	return Follow{Family: f.Family, Title: clip(f.Title+", with our annotations", maxTitle)}
}
