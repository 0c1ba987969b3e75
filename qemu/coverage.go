// SPDX-License-Identifier: MIT

package qemu

import (
	"math"
	"slices"

	"github.com/fencebot/fencebot/qemu/wire"
)

// Primed is what one boot knows before its first test.
type Primed struct {
	Priming wire.Priming // rules that the kernel taught lockdep; not checked when the agent said nothing
	Why     string       // why they could not be checked
	Hits    []wire.Hit   // calls of fence functions from the agent's start to the first test
	Note    string       // what is not counted in this guest, in words; empty: everything is
}

// Primed returns what the agent found before the first test, and everything
// that it could not count later. The words are its own, on one line.
func (o Outcome) Primed() Primed {
	var p Primed
	started := false
	for _, ev := range o.Events {
		switch ev.Kind {
		case wire.Start:
			started = true
		case wire.Primed:
			p.Priming, p.Why = ev.Priming, ev.Text
		case wire.Hits:
			if !started {
				p.Hits = addHits(p.Hits, ev.Hits)
			}
			if p.Note == "" {
				p.Note = ev.Text
			}
		}
	}
	return p
}

// addHits adds more to all. A sum stays at the largest number there is.
func addHits(all, more []wire.Hit) []wire.Hit {
	for _, h := range more {
		i := slices.IndexFunc(all, func(have wire.Hit) bool { return have.Probe == h.Probe && have.Caller == h.Caller })
		if i < 0 {
			all = append(all, h)
			continue
		}
		all[i].Count = sum(all[i].Count, h.Count)
		all[i].Atomic = sum(all[i].Atomic, h.Atomic)
	}
	return all
}

// sum adds numbers that are not negative.
func sum(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}
