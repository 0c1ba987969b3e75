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
// place do.
func (b *baseline) has(s lockdep.Splat) bool {
	if b.bySig[signature(s)] {
		return true
	}
	return slices.ContainsFunc(b.splats, func(old lockdep.Splat) bool {
		if old.Family != s.Family || !old.Corrupted && !s.Corrupted {
			return false
		}
		if old.Function != "" && old.Function == s.Function {
			return true
		}
		shared := len(old.Classes) == 0 || len(s.Classes) == 0 ||
			slices.ContainsFunc(s.Classes, func(c string) bool { return slices.Contains(old.Classes, c) })
		return shared && old.Subtest == s.Subtest
	})
}

// renamed returns the signature under which the base has a report whose locks
// the series renamed: the same test, kind, shape and stack trace, and gone
// under the old name. It returns "" when there is none. The trace matters: a
// new report may also hide an old one of the same shape, by coming first.
func (b *baseline) renamed(s lockdep.Splat, patched map[string]bool) string {
	for _, old := range b.splats {
		if old.Family != s.Family || old.Subtest != s.Subtest || patched[signature(old)] {
			continue
		}
		if len(s.Classes) > 0 && !s.Corrupted && !old.Corrupted && sameTrace(old.Trace, s.Trace) && sameShape(old, s) {
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
	for i := range s.Classes {
		if !pair(old.Classes[i], s.Classes[i]) {
			return false
		}
	}
	for i := range s.Edges {
		if !pair(old.Edges[i].From, s.Edges[i].From) || !pair(old.Edges[i].To, s.Edges[i].To) {
			return false
		}
	}
	return true
}

// sameTrace reports whether two stacks, which must not be empty, are the same
// functions. Frames with a question mark are leftovers and differ by chance.
func sameTrace(a, b []lockdep.Frame) bool {
	functions := func(trace []lockdep.Frame) []string {
		var out []string
		for _, f := range trace {
			if f.Reliable {
				out = append(out, f.Function)
			}
		}
		return out
	}
	fa, fb := functions(a), functions(b)
	return len(fa) > 0 && slices.Equal(fa, fb)
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
	case ExitNoBoot:
		if r.ready() || len(b.Splats) > 0 {
			return b.Splats // the host was slow, or the splats say why
		}
		made.Family, where = FamilySilent, "boot"
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
