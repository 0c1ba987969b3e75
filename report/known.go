// SPDX-License-Identifier: MIT

package report

import (
	"slices"

	"github.com/fencebot/fencebot/report/lockdep"
)

// maxOld is how many reports of the base are kept to compare stacks with.
const maxOld = 1000

// A baseline is all that the base showed, in its own run and in replays.
type baseline struct {
	seen
	splats []lockdep.Splat // each signature once for each test: its stacks differ from test to test
}

func newBaseline(base Run, replays []Replay) baseline {
	b := baseline{seen: newSeen()}
	b.addRun(base)
	for _, r := range replays {
		b.addRun(r.Run)
	}
	return b
}

func (b *baseline) addRun(r Run) {
	for _, boot := range r.Boots {
		for _, s := range sightings(r, boot) {
			same := func(old lockdep.Splat) bool { return signature(old) == signature(s) && old.Subtest == s.Subtest }
			if len(b.splats) < maxOld && !slices.ContainsFunc(b.splats, same) {
				b.splats = append(b.splats, s)
			}
			b.seen.add(s)
		}
	}
}

// has reports whether the base shows the same bug. The signature decides. Only
// where the text of a report is damaged, and the signature with it, the rest does.
func (b *baseline) has(s lockdep.Splat) bool {
	if b.bySig[signature(s)] {
		return true
	}
	return slices.ContainsFunc(b.splats, func(old lockdep.Splat) bool { return damagedTwin(old, s) })
}

// damagedTwin reports whether two reports, one of them damaged, may be of one bug:
// of the same place, or where a name is lost, about the same locks in the same
// test. Nothing that both tell may differ.
func damagedTwin(a, b lockdep.Splat) bool {
	if a.Family != b.Family || !a.Corrupted && !b.Corrupted {
		return false
	}
	if a.Called() != b.Called() && a.Called() != "" && b.Called() != "" {
		return false
	}
	if a.Function != "" && a.Function == b.Function {
		return true
	}
	if a.Subtest != b.Subtest {
		return false
	}
	if len(a.Classes) == 0 || len(b.Classes) == 0 {
		return a.Function == "" || b.Function == "" || a.Family.Lockdep()
	}
	return slices.ContainsFunc(b.Classes, func(c string) bool { return slices.Contains(a.Classes, c) })
}

// elsewhere returns the signature under which the base has a report that the
// series, or chance, made look different: its locks are renamed, or the search
// printed another path. The old report must be gone, and of the same kind and test.
// It returns "" when there is none, and for a report without locks: there a renamed
// function and another one that does the same cannot be told apart.
func (b *baseline) elsewhere(s lockdep.Splat, patched seen) string {
	if len(s.Classes) == 0 || s.Corrupted {
		return ""
	}
	for _, old := range b.splats {
		if old.Family != s.Family || old.Subtest != s.Subtest || old.Corrupted || patched.bySig[signature(old)] {
			continue
		}
		if b.renamed(old, s, patched) || b.otherPath(old, s) {
			return signature(old)
		}
	}
	return ""
}

// otherPath reports whether two reports are about the same new dependency, taken in
// the same place, and differ only in the way back. There may be many ways, and
// the search of lockdep prints the first one that it meets (__bfs() in
// kernel/locking/lockdep.c). A way that goes through a line of the series is no
// accident.
func (b *baseline) otherPath(old, s lockdep.Splat) bool {
	was, is := newEdge(old), newEdge(s)
	if was == nil || is == nil || was.From != is.From || was.To != is.To || was.From == was.To {
		return false
	}
	if was.Interrupt() || is.Interrupt() || !sameTrace(was.Stack, is.Stack) {
		return false
	}
	return !slices.ContainsFunc(s.Edges, func(e lockdep.Edge) bool { return !b.knows(e) && touched(e) })
}

// newEdge is the one that closes the circle, or nil.
func newEdge(s lockdep.Splat) *lockdep.Edge {
	for i := range s.Edges {
		if s.Edges[i].New {
			return &s.Edges[i]
		}
	}
	return nil
}

// knows reports whether the base showed a dependency between the same classes.
func (b *baseline) knows(e lockdep.Edge) bool {
	return slices.ContainsFunc(b.splats, func(s lockdep.Splat) bool {
		return slices.ContainsFunc(s.Edges, func(have lockdep.Edge) bool { return have.From == e.From && have.To == e.To })
	})
}

// touched reports whether an edge goes through a line that the series adds or moves.
func touched(e lockdep.Edge) bool {
	byPatch := func(f lockdep.Frame) bool { return f.Patch > 0 }
	return slices.ContainsFunc(e.Stack, byPatch) || slices.ContainsFunc(e.FromStack, byPatch)
}

// masking returns the title of a report that on the base ends the same test
// and that the patched kernel no longer shows. lockdep is off after it, so
// whether the base would show s as well cannot be told.
func (b *baseline) masking(s lockdep.Splat, patched seen) string {
	if s.Subtest == "" || groupOf(s.Family) != locking {
		return ""
	}
	for _, old := range b.splats {
		if old.Subtest == s.Subtest && groupOf(old.Family) == locking && !patched.bySig[signature(old)] {
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
