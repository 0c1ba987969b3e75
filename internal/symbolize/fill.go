// SPDX-License-Identifier: MIT

package symbolize

import (
	"slices"

	"github.com/fencebot/fencebot/report/lockdep"
)

// maxStack bounds a stack with its inline frames.
const maxStack = 256

// Fill writes places into all stacks of a splat and puts the functions that
// are inline before the frame that holds them. The splat gets stacks of its
// own; frames without an answer, and those that the log itself has a line for,
// stay as they are. What a splat is compared by,
// the signature, is not made again.
func (t Table) Fill(s *lockdep.Splat) {
	s.Edges, s.Chain = slices.Clone(s.Edges), slices.Clone(s.Chain)
	eachStack(s, t.fillStack)
}

func (t Table) fillStack(stack []lockdep.Frame) []lockdep.Frame {
	if stack == nil {
		return nil
	}
	out := make([]lockdep.Frame, 0, len(stack))
	for n, f := range stack {
		places := t[frameOf(stack, n)]
		if len(places) == 0 || f.File != "" || len(out)+len(places) > maxStack {
			out = append(out, f)
			continue
		}
		last := len(places) - 1
		for _, p := range places[:last] {
			out = append(out, lockdep.Frame{
				Function: lockdep.StripSuffix(p.Function), File: p.File, Line: p.Line, Reliable: f.Reliable, Inlined: true,
			})
		}
		f.File, f.Line = places[last].File, places[last].Line
		out = append(out, f)
	}
	return out
}

// Each calls f for every frame of every stack of a splat, in the order of
// [Frames]. f may change the frame.
func Each(s *lockdep.Splat, f func(*lockdep.Frame)) {
	eachStack(s, func(stack []lockdep.Frame) []lockdep.Frame {
		for i := range stack {
			f(&stack[i])
		}
		return stack
	})
}
