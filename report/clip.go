// SPDX-License-Identifier: MIT

package report

import (
	"fmt"
	"unicode/utf8"

	"github.com/fencebot/fencebot/report/lockdep"
)

// clipSplat cuts what a guest wrote to the limits of a report.
func clipSplat(s lockdep.Splat) lockdep.Splat {
	for _, text := range []*string{&s.Title, &s.Function, &s.At, &s.Task, &s.Subtest, &s.Usage, &s.Kernel, &s.Taint, &s.CPU} {
		*text = clip(*text, maxTitle)
	}
	s.Raw = Clip(s.Raw, MaxRaw)
	s.Classes, s.Cycle = clipNames(s.Classes), clipNames(s.Cycle)
	s.Locks, s.Held = clipLocks(s.Locks), clipLocks(s.Held)
	s.Trace = clipTrace(s.Trace)
	s.Edges = clipEach(s.Edges, maxClasses, func(e lockdep.Edge) lockdep.Edge {
		e.From, e.To, e.Context = clip(e.From, maxTitle), clip(e.To, maxTitle), clip(e.Context, maxTitle)
		e.Stack, e.FromStack = clipTrace(e.Stack), clipTrace(e.FromStack)
		return e
	})
	s.Chain = clipEach(s.Chain, maxClasses, func(l lockdep.Link) lockdep.Link {
		l.Lock, l.Trace = clipLock(l.Lock), clipTrace(l.Trace)
		return l
	})
	s.Also = clipEach(s.Also, maxFollow, func(f lockdep.Family) lockdep.Family { return f })
	return s
}

// clipEach maps the first elements of a list, at most limit of them. The result
// is a list of its own, and [] rather than null in JSON.
func clipEach[T any](list []T, limit int, cut func(T) T) []T {
	out := make([]T, 0, min(len(list), limit))
	for _, x := range list[:min(len(list), limit)] {
		out = append(out, cut(x))
	}
	return out
}

func clipNames(names []string) []string {
	return clipEach(names, maxClasses, func(n string) string { return clip(n, maxTitle) })
}

func clipLocks(locks []lockdep.Lock) []lockdep.Lock {
	return clipEach(locks, maxClasses, clipLock)
}

func clipLock(l lockdep.Lock) lockdep.Lock {
	for _, text := range []*string{&l.Class, &l.Name, &l.Usage, &l.WaitType, &l.Function, &l.Task} {
		*text = clip(*text, maxTitle)
	}
	return l
}

func clipTrace(trace []lockdep.Frame) []lockdep.Frame {
	return clipEach(trace, maxFrames, func(f lockdep.Frame) lockdep.Frame {
		f.Function, f.File, f.Offset = clip(f.Function, maxTitle), clip(f.File, maxTitle), clip(f.Offset, maxTitle)
		return f
	})
}

// Clip returns the head and the tail of s when it is longer than limit bytes,
// with a line between them that says how much is missing. The tail holds the
// back trace, the head the locks: both matter more than the middle.
func Clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	head, tail := limit*3/4, limit/8
	for head > 0 && !utf8.RuneStart(s[head]) {
		head--
	}
	from := len(s) - tail
	for from < len(s) && !utf8.RuneStart(s[from]) {
		from++
	}
	return fmt.Sprintf("%s\n[fencebot: %d bytes left out]\n%s", s[:head], from-head, s[from:])
}

// clip cuts a short text at a rune.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
