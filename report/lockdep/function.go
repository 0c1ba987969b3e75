// SPDX-License-Identifier: MIT

package lockdep

import (
	"slices"
	"strings"
)

// function chooses the function that a report is about: the first frame of its
// stack that is no helper. Where all frames are helpers, the helper itself is the
// topic, and the first one that is not part of the reporting is named.
func (p *parser) function(at string) string {
	switch p.family {
	case WorkqueueLeak, WorkqueueLockup:
		if p.last != "" {
			return p.last
		}
	case LocksStillHeld, LockHeldAtUser:
		if at != "" { // the stack shows where it was noticed, the lock says who took it
			return at
		}
	case InconsistentState:
		if fn := p.pick(p.enabledSide()); fn != "" {
			return fn
		}
	case BadPage: // found when the page is freed, by anybody
		if fn := p.pick(p.owner); fn != "" {
			return fn
		}
	case KCSAN: // which of the two saw the race is chance
		for _, fn := range p.races {
			if !machinery(fn) && !helper(fn) {
				return fn
			}
		}
	case RCUStall:
		if fn := stalled(p.trace, p.starver); fn != "" {
			return fn
		}
	}
	trace := p.trace
	if p.place != "" && p.placeCounts() {
		trace = append([]Frame{{Function: p.place, Reliable: true}}, trace...)
	}
	stacks := append([][]Frame{trace, p.lastLink()}, p.olderLinks()...)
	for _, t := range stacks {
		if fn := p.pick(t); fn != "" {
			return p.leftBehind(fn)
		}
	}
	if at != "" && !machinery(at) {
		return at
	}
	for _, t := range stacks {
		if f, ok := firstOf(t, func(fn string) bool { return !machinery(fn) }); ok {
			return f.Function
		}
	}
	return at
}

// leftBehind is who took a lock and returned with it, where a circle shows up in a
// caller of other people's functions, such as drm_ioctl(): that one is the victim.
func (p *parser) leftBehind(fn string) string {
	if p.family != CircularDependency || !dispatcher(fn) {
		return fn
	}
	for _, l := range p.held {
		if l.Function != "" && !Plumbing(l.Function) && !slices.ContainsFunc(p.trace, func(f Frame) bool { return f.Reliable && f.Function == l.Function }) {
			return l.Function
		}
	}
	return fn
}

// placeCounts says whether the place in the message, or the instruction pointer,
// comes before the stack. A lockdep report may show the pointer of a task that an
// interrupt hit by chance.
func (p *parser) placeCounts() bool {
	if !p.oopsPlace {
		return !p.family.Lockdep() || p.family == LockdepInternal
	}
	return p.family.oops() || p.family == SoftLockup || p.family == HardLockup ||
		p.family == Warning || p.family == KASAN
}

// enabledSide is the stack of the code that took a lock with interrupts enabled,
// when the report itself was raised by the interrupt: that code lacks the _irqsave,
// while the handler is innocent. For fs_reclaim and its kin it is the other way
// round: everybody may allocate, only not in an interrupt.
func (p *parser) enabledSide() []Frame {
	old, now, ok := strings.Cut(p.usage, " -> ")
	if !ok || !strings.Contains(old, "-ON-") || !strings.HasPrefix(now, "{IN-") {
		return nil
	}
	if len(p.locks) > 0 && annotation(p.locks[0].Class) {
		return nil
	}
	return p.past
}

// annotation says that a class is no lock but a rule in the shape of one
// (mm/page_alloc.c, mm/mmu_notifier.c, drivers/dma-buf/dma-fence.c).
func annotation(class string) bool {
	switch class {
	case "fs_reclaim", "dma_fence_map", "mmu_notifier_invalidate_range_start":
		return true
	}
	return false
}

// lastLink is the stack under "-> #0": the same as that of the report.
func (p *parser) lastLink() []Frame {
	if n := len(p.chain); n > 0 && p.chain[n-1].number == 0 {
		return p.chain[n-1].Trace
	}
	return nil
}

// olderLinks are the stacks under "-> #N" to "-> #1". They count where the report's
// own stack is all plumbing: a work item that waits for nobody, but is waited for.
func (p *parser) olderLinks() [][]Frame {
	var out [][]Frame
	for _, l := range p.chain {
		if l.number != 0 {
			out = append(out, l.Trace)
		}
	}
	return out
}

// pick is the first function that is no helper.
func (p *parser) pick(trace []Frame) string {
	f, _ := p.pickFrame(trace)
	return f.Function
}

func (p *parser) pickFrame(trace []Frame) (Frame, bool) {
	return firstOf(trace, func(fn string) bool { return !machinery(fn) && !p.family.helper(fn) })
}

// helper says whether fn only does what its caller asked for. A sleep in atomic
// context names console_lock(): that it may sleep is what the caller did not know.
func (f Family) helper(fn string) bool {
	switch fn {
	case "console_lock":
		if f == AtomicSleep {
			return false
		}
	case "lock_sock", "lock_sock_nested", "lock_sock_fast":
		return f.Lockdep() // there the class says as much
	}
	if f == Kmemleak && strings.Contains(fn, "alloc") { // covers of the allocator: sock_kmalloc()
		return true
	}
	return helper(fn)
}
