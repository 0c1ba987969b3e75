// SPDX-License-Identifier: MIT

package contract

import (
	"slices"

	"github.com/fencebot/fencebot/report/lockdep"
)

// Of names the rule that a report shows to be broken, and says in its explanation
// and advice what the report tells about the case.
func Of(s lockdep.Splat) Rule {
	switch s.Family {
	case lockdep.AtomicSleep, lockdep.SchedulingAtomic, lockdep.InvalidWaitContext:
		return textOf(SleepInAtomic).rule(telling{happened: sleeps(s)})
	case lockdep.InconsistentState, lockdep.IRQInversion, lockdep.IRQSafeUnsafe:
		return ofInterrupt(s)
	case lockdep.BadUnlockBalance, lockdep.LocksStillHeld, lockdep.LockHeldAtUser, lockdep.WorkqueueLeak:
		if slices.Contains(s.Classes, FenceMap) {
			return textOf(UnbalancedAnnotation).rule(unbalanced(s))
		}
	case lockdep.CircularDependency:
		return ofCircle(circleOf(s))
	case lockdep.RecursiveLocking, lockdep.NestedNotTaken:
		return textOf(LockOrder).rule(order(s))
	case lockdep.HungTask:
		return textOf(None).rule(telling{happened: hung(s)})
	}
	return textOf(None).rule(telling{})
}

// A matcher finds one rule in a circle. It returns false where the circle does not
// prove the rule to be broken.
type matcher func(circle) (Rule, bool)

// ofCircle asks the matchers in turn: a section that was never ended makes every lock
// look forbidden, a lock that the contract names explains a circle better than the
// locks around it, and waiting is what remains.
func ofCircle(c circle) Rule {
	for _, match := range []matcher{leak, forbidden, waitInReclaim, waitUnderLock} {
		if rule, ok := match(c); ok {
			return rule
		}
	}
	return textOf(LockOrder).rule(order(c.splat))
}

// leak finds a section that was begun and not ended.
func leak(c circle) (Rule, bool) {
	if !c.closed() || !c.leaked() {
		return Rule{}, false
	}
	return textOf(UnbalancedAnnotation).rule(leakedSection(c)), true
}

// forbidden finds the lock that the contract does not allow inside of a section. It
// may be taken under locks of the driver, which only carry it.
func forbidden(c circle) (Rule, bool) {
	for _, class := range c.out {
		done := callOf(c.stack(class))
		b, ok := banOf(class, done.service)
		if !ok {
			continue
		}
		of := b.tell(done.service, class)
		of.happened = c.inSection(class, done.caller, of.happened)
		return textOf(b.rule).rule(of), true
	}
	return Rule{}, false
}

// waitInReclaim finds a wait for a fence in a shrinker or an MMU notifier, under a
// lock that a section takes.
func waitInReclaim(c circle) (Rule, bool) {
	stack := c.stack(FenceMap)
	if !c.closed() || !waits(stack) || reclaimer(stack) == "" {
		return Rule{}, false
	}
	return textOf(WaitInReclaim).rule(c.waitsFor(" in " + reclaimer(stack))), true
}

// waitUnderLock finds a wait for a fence under a lock that a section takes.
func waitUnderLock(c circle) (Rule, bool) {
	if !c.closed() {
		return Rule{}, false
	}
	return textOf(WaitUnderSignallingLock).rule(c.waitsFor("")), true
}

// ofInterrupt tells locks from what only looks like one: a report that fs_reclaim is
// used in an interrupt says that memory was allocated there.
func ofInterrupt(s lockdep.Splat) Rule {
	for _, class := range s.Classes {
		switch class {
		case "fs_reclaim", "mmu_notifier_invalidate_range_start", FenceMap:
			return textOf(SleepInAtomic).rule(telling{happened: sleeps(s)})
		}
	}
	return textOf(IRQ).rule(telling{happened: interrupts(s), advice: irqAdvice(s)})
}
