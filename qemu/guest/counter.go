// SPDX-License-Identifier: MIT

package guest

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/qemu/wire"
)

// A counter tells who called the probed functions since it was last asked. The
// zero counter counts nothing.
type counter struct {
	set     []probed
	profile string // file with the number of hits of each event
	note    string // what is not counted, until it is said
	seen    map[place]wire.Hit
	fired   map[string]int // of the profile, when seen was read
	dropped bool           // it was said that a histogram is full
}

// A place is a call of a probed function.
type place struct {
	probe  wire.Probe
	caller string
}

// newCounter counts from now on. It never fails: what cannot be counted is in
// the note of the first hits.
func newCounter(tracing string) *counter {
	set, note := setProbes(tracing, targets())
	return &counter{set: set, profile: tracing + "/kprobe_profile", note: note, seen: map[place]wire.Hit{}}
}

// hits returns the calls since the last one, at most wire.MaxHits places, with
// the annotated sites first. The note says what is missing, once.
func (c *counter) hits() ([]wire.Hit, string) {
	now := c.read()
	var fresh []wire.Hit
	for p, total := range now {
		was := c.seen[p]
		total.Count -= was.Count
		total.Atomic -= was.Atomic
		if total.Count > 0 && total.Atomic >= 0 && total.Atomic <= total.Count {
			fresh = append(fresh, total)
		}
	}
	slices.SortFunc(fresh, func(a, b wire.Hit) int {
		return cmp.Or(strings.Compare(string(a.Probe), string(b.Probe)), strings.Compare(a.Caller, b.Caller))
	})
	notes := []string{c.note}
	if n := len(fresh) - wire.MaxHits; n > 0 {
		notes = append(notes, fmt.Sprintf("%d more callers are left out", n))
		fresh = fresh[:wire.MaxHits]
	}
	c.seen, c.note = now, ""
	return fresh, strings.Join(slices.DeleteFunc(notes, func(s string) bool { return s == "" }), "; ")
}

// read returns the totals since the probes were set. A histogram is read only
// when its event was hit: to print one takes the kernel ten times as long as
// the profile of all. One that cannot be read keeps what it said before.
func (c *counter) read() map[place]wire.Hit {
	text, err := readSome(c.profile)
	fired := parseProfile(text)
	now := make(map[place]wire.Hit, len(c.seen))
	for _, p := range c.set {
		if err == nil && c.fired != nil && fired[string(p.probe)] == c.fired[string(p.probe)] || !c.add(now, p) {
			c.keep(now, p.probe)
		}
	}
	c.fired = fired
	return now
}

// add reads one histogram; false when it cannot be read.
func (c *counter) add(now map[place]wire.Hit, p probed) bool {
	f, err := os.Open(p.hist)
	if err != nil {
		return false
	}
	defer f.Close()
	entries, dropped := parseHist(f)
	for _, e := range entries {
		at := place{p.probe, e.caller}
		h := now[at]
		h.Probe, h.Caller = p.probe, e.caller
		h.Count += e.count
		h.Atomic += e.atomic
		now[at] = h
	}
	if dropped > 0 && !c.dropped {
		c.dropped = true
		c.note = fmt.Sprintf("too many different callers of the probe %q: some are not counted", p.probe)
	}
	return true
}

// keep copies what was seen of one probe.
func (c *counter) keep(now map[place]wire.Hit, probe wire.Probe) {
	for at, h := range c.seen {
		if at.probe == probe {
			now[at] = h
		}
	}
}
