// SPDX-License-Identifier: MIT

package qemu

import "time"

// A limit is one of the deadlines of a boot.
type limit int

// The limits, in the order in which they win when several have passed.
const (
	noLimit      limit = iota
	endLimit           // last words are over: stop QEMU
	runLimit           // the whole run
	bootLimit          // until ready
	testLimit          // of the test that runs
	silenceLimit       // since the last byte of the guest
	limitCount
)

// deadlines holds when each limit passes; the zero time is never.
type deadlines [limitCount]time.Time

// set makes l pass d after now; d of zero means never.
func (ds *deadlines) set(l limit, now time.Time, d time.Duration) {
	if d == 0 {
		ds[l] = time.Time{}
		return
	}
	ds[l] = now.Add(d)
}

func (ds *deadlines) clear(ls ...limit) {
	for _, l := range ls {
		ds[l] = time.Time{}
	}
}

// next returns the limit that passes first and when; noLimit if there is none.
func (ds *deadlines) next() (limit, time.Time) {
	first, at := noLimit, time.Time{}
	for l := endLimit; l < limitCount; l++ {
		if t := ds[l]; !t.IsZero() && (first == noLimit || t.Before(at)) {
			first, at = l, t
		}
	}
	return first, at
}
