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
	set  []probed
	note string // what is not counted, until it is said
	seen map[place]wire.Hit
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
	return &counter{set: set, note: note, seen: map[place]wire.Hit{}}
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

// read returns the totals since the probes were set. A histogram that cannot
// be read keeps what it said before.
func (c *counter) read() map[place]wire.Hit {
	now := make(map[place]wire.Hit, len(c.seen))
	for _, p := range c.set {
		f, err := os.Open(p.hist)
		if err != nil {
			c.keep(now, p.probe)
			continue
		}
		for _, e := range parseHist(f) {
			at := place{p.probe, e.caller}
			h := now[at]
			h.Probe, h.Caller = p.probe, e.caller
			h.Count += e.count
			h.Atomic += e.atomic
			now[at] = h
		}
		f.Close()
	}
	return now
}

// keep copies what was seen of one probe.
func (c *counter) keep(now map[place]wire.Hit, probe wire.Probe) {
	for at, h := range c.seen {
		if at.probe == probe {
			now[at] = h
		}
	}
}
