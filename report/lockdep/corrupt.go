// SPDX-License-Identifier: MIT

package lockdep

// damaged says that a report lacks what every report of its family has: the stack,
// the locks that its header names, or links in the middle of its chain.
func (p *parser) damaged() bool {
	switch {
	case len(p.trace) == 0 && p.family.traced():
		return true
	case len(p.locks) < p.family.namedLocks():
		return true
	case p.torn != "":
		return true
	}
	switch p.family {
	case LocksStillHeld, LockHeldAtUser:
		return len(p.held) == 0
	case CircularDependency:
		return !p.wholeChain()
	}
	return false
}

// traced says that reports of the family always end with a stack.
func (f Family) traced() bool {
	switch f {
	case Panic, Kmemleak, KFENCE, RCUStall, WorkqueueLockup, LockHeldAtUser:
		return false
	}
	return true
}

// namedLocks is how many locks the header of a report names, by the print_*_bug()
// functions of kernel/locking/lockdep.c.
func (f Family) namedLocks() int {
	switch f {
	case IRQSafeUnsafe: // wanted, held, safe and unsafe; two may be one class
		return 4
	case CircularDependency, RecursiveLocking, IRQInversion:
		return 2
	case InconsistentState, InvalidWaitContext, NestedNotTaken, HeldLockFreed, BadUnlockBalance:
		return 1
	}
	return 0
}

// wholeChain says that no link between "-> #N" and "-> #0" is missing.
func (p *parser) wholeChain() bool {
	n := len(p.chain)
	if n < 2 || p.chain[n-1].number != 0 {
		return false
	}
	for i := 1; i < n; i++ {
		if p.chain[i-1].number != p.chain[i].number+1 {
			return false
		}
	}
	return true
}
