// SPDX-License-Identifier: MIT

package lockdep

// Families of lockdep and of the checks that live beside it.
const (
	CircularDependency Family = "circular-dependency"
	RecursiveLocking   Family = "recursive-locking"
	InconsistentState  Family = "inconsistent-lock-state"
	IRQInversion       Family = "irq-lock-inversion"
	IRQSafeUnsafe      Family = "irq-safe-unsafe-order"
	InvalidWaitContext Family = "invalid-wait-context"
	NestedNotTaken     Family = "nested-lock-not-taken"
	BadUnlockBalance   Family = "bad-unlock-balance"
	HeldLockFreed      Family = "held-lock-freed"
	LockHeldAtUser     Family = "lock-held-returning-to-user"
	LocksStillHeld     Family = "locks-still-held"
	WorkqueueLeak      Family = "workqueue-leaked-lock"
	NonStaticKey       Family = "non-static-key"
	SuspiciousRCU      Family = "suspicious-rcu"
	LockdepLimit       Family = "lockdep-limit"    // MAX_LOCKDEP_* too low: lockdep is off from here on
	LockdepInternal    Family = "lockdep-internal" // a WARNING in lockdep itself, DEBUG_LOCKS_WARN_ON
	AtomicSleep        Family = "atomic-sleep"
	SchedulingAtomic   Family = "scheduling-while-atomic"
	PreemptID          Family = "preempt-id"
	SpinlockDebug      Family = "spinlock-debug"
	HungTask           Family = "hung-task"
	RCUStall           Family = "rcu-stall"
	SoftLockup         Family = "soft-lockup"
	HardLockup         Family = "hard-lockup"
	WorkqueueLockup    Family = "workqueue-lockup"
	KASAN              Family = "kasan"
	KMSAN              Family = "kmsan"
	KCSAN              Family = "kcsan"
	KFENCE             Family = "kfence"
	UBSAN              Family = "ubsan"
	Kmemleak           Family = "kmemleak"
	Warning            Family = "warning"
	Refcount           Family = "refcount"
	ODebug             Family = "odebug"
	KernelBug          Family = "kernel-bug"
	ListCorruption     Family = "list-corruption"
	GeneralProtection  Family = "gpf"
	PageFault          Family = "page-fault"
	NullDereference    Family = "null-deref"
	BadPage            Family = "bad-page"
	DivideError        Family = "divide-error"
	DoubleFault        Family = "double-fault"
	Panic              Family = "panic"
	continuation       Family = "oops" // "Oops: 0000 [#1]": belongs to the report before it
	noFamily           Family = ""
)

// Lockdep reports whether lockdep itself wrote the report. lockdep turns itself off
// with the first one of these (debug_locks_off()), except for suspicious RCU usage.
func (f Family) Lockdep() bool {
	switch f {
	case CircularDependency, RecursiveLocking, InconsistentState, IRQInversion, IRQSafeUnsafe,
		InvalidWaitContext, NestedNotTaken, BadUnlockBalance, HeldLockFreed, LockHeldAtUser,
		LocksStillHeld, NonStaticKey, SuspiciousRCU, LockdepLimit, LockdepInternal:
		return true
	}
	return false
}

// oops says that the report is of a trap: the instruction pointer is its place.
func (f Family) oops() bool {
	switch f {
	case KernelBug, ListCorruption, GeneralProtection, PageFault, NullDereference, DivideError, DoubleFault:
		return true
	}
	return false
}

// manyCallers says that lines of other tasks and CPUs belong to the report:
// backtraces by NMI, and lists of all locks in the system.
func (f Family) manyCallers() bool {
	switch f {
	case RCUStall, SoftLockup, HardLockup, HungTask, WorkqueueLockup:
		return true
	}
	return false
}

// direct says that the stack of the report stands right below its message, without
// a heading.
func (f Family) direct() bool {
	switch f {
	case KMSAN, KCSAN, KFENCE, Kmemleak:
		return true
	}
	return false
}

// titlesTrace says that the report writes "stack backtrace:" before its stack.
func (f Family) titlesTrace() bool {
	switch f {
	case CircularDependency, RecursiveLocking, InconsistentState, IRQInversion, IRQSafeUnsafe, InvalidWaitContext,
		NestedNotTaken, BadUnlockBalance, HeldLockFreed, LocksStillHeld, SuspiciousRCU:
		return true
	}
	return false
}

// boxed says that the report is framed by two lines of '='.
func (f Family) boxed() bool {
	switch f {
	case KASAN, KMSAN, KCSAN, KFENCE, UBSAN:
		return true
	}
	return false
}
