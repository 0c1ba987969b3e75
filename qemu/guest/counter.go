// SPDX-License-Identifier: MIT

package guest

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/qemu/wire"
)

// A counter tells who called the probed functions since it was last asked. The
// zero counter counts nothing.
type counter struct {
	set     []probed
	profile *os.File // the number of hits of each event; nil when there is none
	note    string   // what is not counted, until it is said
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
	profile, _ := os.Open(tracing + "/kprobe_profile") // without it all histograms are read
	return &counter{set: set, profile: profile, note: note, seen: map[place]wire.Hit{}}
}

// close closes the files. The kernel goes on counting.
func (c *counter) close() {
	for _, p := range c.set {
		p.hist.file.Close()
	}
	c.profile.Close() // of a nil *os.File: an error and nothing else
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
	text, _ := again(c.profile, maxStats) // what it does not list is read
	fired := parseProfile(text)
	now := make(map[place]wire.Hit, len(c.seen))
	for _, p := range c.set {
		before, was := c.fired[string(p.probe)]
		hits, is := fired[string(p.probe)]
		if was && is && hits == before || !c.add(now, p) {
			c.keep(now, p.probe)
		}
	}
	c.fired = fired
	return now
}

// again reads an open file from its beginning.
func again(f *os.File, limit int64) ([]byte, error) {
	if f == nil {
		return nil, os.ErrInvalid
	}
	var b bytes.Buffer
	b.Grow(4 << 10) // the kernel hands out a page at a time
	_, err := b.ReadFrom(io.NewSectionReader(f, 0, limit))
	return b.Bytes(), err
}

// add reads one histogram; false when it cannot be read.
func (c *counter) add(now map[place]wire.Hit, p probed) bool {
	entries, dropped, err := p.hist.read()
	if err != nil {
		return false
	}
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
