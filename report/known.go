// SPDX-License-Identifier: MIT

package report

import (
	"slices"

	"github.com/fencebot/fencebot/report/lockdep"
)

// A baseline is all that the base showed, in its own run and in replays.
type baseline struct {
	splats []lockdep.Splat
	bySig  map[string]bool
}

func newBaseline(base Run, replays []Replay) baseline {
	b := baseline{bySig: map[string]bool{}}
	b.add(base)
	for _, r := range replays {
		b.add(r.Run)
	}
	return b
}

func (b *baseline) add(r Run) {
	for _, boot := range r.Boots {
		for _, s := range sightings(r, boot) {
			if sig := signature(s); !b.bySig[sig] {
				b.bySig[sig] = true
				b.splats = append(b.splats, s)
			}
		}
	}
}

// has reports whether the base shows the same bug. The signature decides. Only
// where the text of a report is damaged, and the signature with it, family and
// place do: a bug that is missed there shows again undamaged, but blame for an
// old bug is not taken back.
func (b *baseline) has(s lockdep.Splat) bool {
	if b.bySig[signature(s)] {
		return true
	}
	return slices.ContainsFunc(b.splats, func(old lockdep.Splat) bool {
		if old.Family != s.Family || !old.Corrupted && !s.Corrupted {
			return false
		}
		return old.Function == s.Function || old.Subtest == s.Subtest
	})
}

// renamed returns the signature under which the base has a report whose locks
// the series renamed: the same test, kind and shape, at least one lock or the
// function unchanged, and gone under the old name. It returns "" when there
// is none.
func (b *baseline) renamed(s lockdep.Splat, patched map[string]bool) string {
	for _, old := range b.splats {
		if old.Family != s.Family || old.Subtest != s.Subtest || patched[signature(old)] {
			continue
		}
		if len(s.Classes) > 0 && sameShape(old, s) {
			return signature(old)
		}
	}
	return ""
}

// sameShape reports whether one-to-one renaming of lock classes turns old into s.
func sameShape(old, s lockdep.Splat) bool {
	if len(old.Classes) != len(s.Classes) || len(old.Edges) != len(s.Edges) {
		return false
	}
	to, from := map[string]string{}, map[string]string{}
	pair := func(a, b string) bool {
		if x, ok := to[a]; ok {
			return x == b
		}
		if _, ok := from[b]; ok {
			return false
		}
		to[a], from[b] = b, a
		return true
	}
	kept := old.Function != "" && old.Function == s.Function
	for i := range s.Classes {
		if !pair(old.Classes[i], s.Classes[i]) {
			return false
		}
		kept = kept || old.Classes[i] == s.Classes[i]
	}
	for i := range s.Edges {
		if !pair(old.Edges[i].From, s.Edges[i].From) || !pair(old.Edges[i].To, s.Edges[i].To) {
			return false
		}
	}
	return kept
}

// masking returns the title of a report that on the base ends the same test
// and that the patched kernel no longer shows. lockdep is off after it, so
// whether the base would show s as well cannot be told.
func (b *baseline) masking(s lockdep.Splat, patched map[string]bool) string {
	if s.Subtest == "" || groupOf(s.Family) != locking {
		return ""
	}
	for _, old := range b.splats {
		if old.Subtest == s.Subtest && groupOf(old.Family) == locking && !patched[signature(old)] {
			return clip(old.Title, maxTitle)
		}
	}
	return ""
}

// saysCrash reports whether a report explains a panic.
func saysCrash(s lockdep.Splat) bool {
	return groupOf(s.Family) == crashes || slices.Contains(s.Also, lockdep.Panic)
}

// sightings returns the reports of one boot and, where the boot ended badly
// and no report says why, one made up from its end.
func sightings(r Run, b Boot) []lockdep.Splat {
	test := r.stuck(b.Number)
	made := lockdep.Splat{Subtest: test, Title: clip(b.Detail, maxTitle), Raw: b.Detail}
	where := test
	if where == "" {
		where = "no test"
	}
	switch b.Exit {
	case ExitHang:
		made.Family = FamilyHang
	case ExitTimeout:
		made.Family, where = FamilyHang, "whole run"
	case ExitSilent:
		made.Family = FamilySilent
	case ExitPanic:
		if slices.ContainsFunc(b.Splats, saysCrash) {
			return b.Splats
		}
		made.Family = lockdep.Panic
	default:
		return b.Splats
	}
	if made.Title == "" {
		made.Title = string(made.Family) + " in " + where
	}
	made.Signature = string(made.Family) + ": " + where
	return append(slices.Clip(b.Splats), made)
}
