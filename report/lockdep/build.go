// SPDX-License-Identifier: MIT

package lockdep

import (
	"slices"
	"strings"
)

// splat makes the value that Scan yields of the lines of a report.
func (b *block) splat() Splat {
	lines := b.lines[:max(b.good, b.message+1)]
	p := &parser{family: b.family}
	p.message(lines[b.message])
	for _, l := range lines[b.message+1:] {
		p.line(l)
	}
	if len(p.trace) == 0 || len(p.direct) > 0 && p.family.direct() {
		p.trace = p.direct
	}
	g := p.graph()
	s := Splat{
		Family: b.family, Line: b.line, Subtest: b.subtest, Also: list(b.also),
		Task: p.task, CPU: p.cpu, Kernel: p.kernel, Taint: p.taint, Usage: p.usage,
		Locks: list(p.allLocks()), Held: list(append(p.held, p.others...)),
		Edges: g.edges, Cycle: g.cycle(), Trace: list(p.trace), Chain: list(p.chain), At: p.lockPlace(),
		Raw: strings.Join(lines, "\n"),
	}
	s.Classes = p.classes(s.Locks, s.Edges)
	s.Function = p.function(s.At)
	s.Title = title(b.family, lines[b.message], s.Function)
	s.Corrupted = b.broken || b.truncated || p.damaged()
	s.Signature = signature(s.Canonical())
	return s
}

// list makes nil an empty list, so that it is [] in JSON.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

// allLocks are the locks of the header and of the chain; reports about what a task
// holds have only the list of held locks.
func (p *parser) allLocks() []Lock {
	var out []Lock
	for _, l := range p.locks {
		out = addLock(out, l)
	}
	for _, c := range p.chain {
		out = addLock(out, c.Lock)
	}
	if len(out) > 0 {
		return out
	}
	switch p.family {
	case LocksStillHeld, LockHeldAtUser, WorkqueueLeak, BadUnlockBalance, HeldLockFreed:
		return slices.Clone(p.held)
	}
	return nil
}

// addLock appends l unless the same mention is there already.
func addLock(locks []Lock, l Lock) []Lock {
	for i, have := range locks {
		if have.Class == l.Class {
			if have.Function == "" {
				locks[i].Function = l.Function
			}
			return locks
		}
	}
	return append(locks, l)
}

func (p *parser) classes(locks []Lock, edges []Edge) []string {
	out := []string{}
	add := func(class string) {
		if !slices.Contains(out, class) {
			out = append(out, class)
		}
	}
	for _, l := range locks {
		add(l.Class)
	}
	for _, e := range edges {
		add(e.From)
		add(e.To)
	}
	return out
}

// lockPlace is the place of the lock as the report names it. A lockup has no lock,
// but a layer whose entry says more than the place in the loop that was hit.
func (p *parser) lockPlace() string {
	if p.at != "" {
		return p.at
	}
	switch p.family {
	case SoftLockup, HardLockup: // the stack is that of the code which the watchdog hit
		return stalled(p.trace, true)
	case LocksStillHeld, LockHeldAtUser, WorkqueueLeak, HeldLockFreed:
		if len(p.held) > 0 {
			return p.held[0].Function
		}
	}
	return ""
}
