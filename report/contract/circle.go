// SPDX-License-Identifier: MIT

package contract

import (
	"slices"
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// FenceMap is the lock class that stands for "a fence is to be signalled"
// (drivers/dma-buf/dma-fence.c). It is held between dma_fence_begin_signalling()
// and its end, and taken for a moment by every wait for a fence.
const FenceMap = "dma_fence_map"

// A circle is a report of a circular dependency, seen from dma_fence_map. lockdep may
// find any of its edges last and begins to print there; seen from one fixed class the
// same bug always looks the same.
//
// The edge back into dma_fence_map is what everybody may do: wait for a fence under a
// lock, or in reclaim. The way out of it is what is done inside of a section.
type circle struct {
	splat lockdep.Splat
	out   []string          // classes taken inside of the section, directly or through others, the nearest first
	under map[string]string // the class that was held when a class of out was taken
}

func circleOf(s lockdep.Splat) circle {
	c := circle{splat: s, under: map[string]string{}}
	seen := []string{FenceMap}
	for i := 0; i < len(seen); i++ {
		for _, e := range s.Edges {
			if e.From != seen[i] {
				continue
			}
			if _, have := c.under[e.To]; !have {
				c.under[e.To] = e.From
			}
			if !slices.Contains(seen, e.To) {
				seen = append(seen, e.To)
			}
		}
	}
	c.out = seen[1:]
	return c
}

// closed says whether the way out leads back to dma_fence_map.
func (c circle) closed() bool {
	_, ok := c.under[FenceMap]
	return ok && len(c.out) > 0
}

// between lists the locks that lead from the section to class, the nearest first.
func (c circle) between(class string) []string {
	var way []string
	for at := c.under[class]; at != FenceMap && at != "" && len(way) < len(c.splat.Edges); at = c.under[at] {
		way = append(way, at)
	}
	slices.Reverse(way)
	return way
}

// stack shows how class was taken while the one before it on the circle was held.
func (c circle) stack(class string) []lockdep.Frame {
	for _, e := range c.splat.Edges {
		if e.To == class && e.From == c.under[class] && len(e.Stack) > 0 {
			return e.Stack
		}
	}
	for _, l := range c.splat.Chain {
		if l.Lock.Class == class {
			return l.Trace
		}
	}
	return nil
}

// opener is the function that began the section, where the report tells: only the
// task that made the report shows what it holds.
func (c circle) opener() string {
	return takenBy(c.splat, FenceMap)
}

// takenBy is the function that took the lock of a class that the task holds.
func takenBy(s lockdep.Splat, class string) string {
	for _, l := range s.Held {
		if l.Class == class && (l.Task == "" || s.Task == "" || l.Task == s.Task) {
			return l.Function
		}
	}
	return ""
}

// leaked says whether the section was left open: the function that began it has
// returned, for it is not on the stack, and yet the section is still held. Functions
// that begin sections for their callers are let go.
func (c circle) leaked() bool {
	opener := c.opener()
	if opener == "" || len(c.splat.Trace) == 0 || c.splat.Corrupted {
		return false
	}
	if strings.Contains(opener, "begin") || strings.Contains(opener, "signalling") || strings.Contains(opener, "signaling") {
		return false
	}
	return !slices.ContainsFunc(c.splat.Trace, func(f lockdep.Frame) bool { return f.Function == opener })
}
