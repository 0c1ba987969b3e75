// SPDX-License-Identifier: MIT

package report

import "github.com/fencebot/fencebot/report/lockdep"

// A judge sorts what the patched kernel reported into findings, known reports
// and follow-ups.
type judge struct {
	base     baseline
	patched  seen // what the patched kernel shows
	findings []Finding
	roots    []lockdep.Splat // the splat of each finding
	known    []Finding
	bySig    map[string]int    // signature: index in findings
	knownSig map[string]int    // signature: index in known
	moved    map[string]string // signature: the one under which the base has the same bug
	once     []Finding         // wordless hangs that did not come again
	full     bool              // some findings were left out
}

func newJudge(base baseline, patched Run) *judge {
	j := &judge{base: base, patched: newSeen(), bySig: map[string]int{}, knownSig: map[string]int{}, moved: map[string]string{}}
	var all []lockdep.Splat
	for _, b := range patched.Boots {
		all = append(all, sightings(patched, b)...)
	}
	for _, s := range all {
		j.patched.add(s)
	}
	// What is an old bug in one test is the same one in others, where other
	// stacks lead to it.
	for _, s := range all {
		if sig := signature(s); j.moved[sig] == "" && !base.has(s) {
			j.moved[sig] = base.elsewhere(s, j.patched)
		}
	}
	for _, b := range patched.Boots {
		j.boot(patched, b)
	}
	j.findings, j.once = confirmed(j.findings, patched)
	return j
}

// A shown is a finding with the report of it that one boot showed.
type shown struct {
	finding int // index in findings
	splat   lockdep.Splat
}

// boot goes through one boot's reports in order. Only reports of the same boot
// can come of one another.
func (j *judge) boot(r Run, b Boot) {
	var here []shown // findings seen in this boot, oldest first
	for _, s := range sightings(r, b) {
		switch {
		case exhausted(s):
		case j.base.has(s):
			j.addKnown(s, b.Number, "")
		default:
			if i, ok := j.find(s); ok {
				j.findings[i].Count++
				here = append(here, shown{i, s})
			} else if i, ok := j.root(here, s); ok {
				j.addFollow(i, s)
			} else if old := j.moved[signature(s)]; old != "" {
				j.addKnown(s, b.Number, old)
			} else if i, ok := j.addFinding(s, b.Number); ok {
				here = append(here, shown{i, s})
			}
		}
	}
}

// find returns the finding that is the same bug. A damaged report belongs to a
// finding of its kind in the same test, and a test that hung without a word of
// the kernel to whatever hangs: nothing tells two such bugs apart, and each
// test that waits for the first one shows it again.
func (j *judge) find(s lockdep.Splat) (int, bool) {
	if i, ok := j.bySig[signature(s)]; ok {
		return i, true
	}
	for i, r := range j.roots {
		if r.Subtest == s.Subtest && damagedTwin(r, s) {
			return i, true
		}
		if (s.Family == FamilyHang || s.Family == FamilySilent) && groupOf(r.Family) == stalls {
			return i, true
		}
	}
	return 0, false
}

// root returns the finding of this boot that s comes of. It is asked of the
// report that this boot showed: the first one of its kind may be from another test.
func (j *judge) root(here []shown, s lockdep.Splat) (int, bool) {
	for _, seen := range here {
		if follows(seen.splat, s) {
			return seen.finding, true
		}
	}
	return 0, false
}

func (j *judge) addFollow(i int, s lockdep.Splat) {
	f := &j.findings[i]
	n := Follow{Family: s.Family, Title: clip(s.Title, maxTitle)}
	for _, old := range f.Followed {
		if old == n {
			return
		}
	}
	if len(f.Followed) < maxFollow {
		f.Followed = append(f.Followed, n)
	}
}

func (j *judge) addFinding(s lockdep.Splat, boot int) (int, bool) {
	if len(j.findings) >= MaxFindings {
		j.full = true
		return 0, false
	}
	f := newFinding(s, boot)
	f.MaskedBy = j.base.masking(s, j.patched)
	j.bySig[f.Signature] = len(j.findings)
	j.findings, j.roots = append(j.findings, f), append(j.roots, s)
	return len(j.findings) - 1, true
}

func (j *judge) addKnown(s lockdep.Splat, boot int, from string) {
	if i, ok := j.knownSig[signature(s)]; ok {
		j.known[i].Count++
		return
	}
	if len(j.known) >= MaxFindings {
		return
	}
	f := newFinding(s, boot)
	f.RenamedFrom = from
	f.Culprit.Why = "the base shows it, too"
	j.knownSig[f.Signature] = len(j.known)
	j.known = append(j.known, f)
}
