// SPDX-License-Identifier: MIT

package render

import (
	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/lockdep"
)

// meaning explains a family to a person who has never read such a report, in
// one or two sentences; "" when its title says it all.
func meaning(f lockdep.Family) string {
	switch f {
	case lockdep.CircularDependency:
		return "Two code paths take the same locks in opposite order. When both run at the same time, each waits for the lock that the other holds, and neither goes on. The kernel's lock checker, lockdep, has seen both orders one after the other; the deadlock itself did not have to happen for it to know."
	case lockdep.RecursiveLocking:
		return "A task takes a lock while it already holds one of the same class. If both are the same lock, the task waits for itself."
	case lockdep.InconsistentState:
		return "A lock is taken in an interrupt handler and elsewhere with interrupts on. When the interrupt comes while the lock is held on the same CPU, the handler spins for ever."
	case lockdep.IRQInversion, lockdep.IRQSafeUnsafe:
		return "A lock that interrupt handlers take depends on one that is held with interrupts on. An interrupt at the wrong moment completes the cycle, and the CPUs wait for each other for ever."
	case lockdep.InvalidWaitContext:
		return "A lock that may sleep is taken where sleeping is not allowed, for example a mutex under a spinlock."
	case lockdep.AtomicSleep, lockdep.SchedulingAtomic:
		return "Code sleeps, or calls a function that may sleep, where it must not: under a spinlock, in an interrupt handler, or with preemption off. The CPU can hang there."
	case lockdep.BadUnlockBalance, lockdep.LocksStillHeld, lockdep.LockHeldAtUser, lockdep.WorkqueueLeak:
		return "A lock, or an annotation that acts as one, is taken and released a different number of times on some path. The next one that needs it waits for ever."
	case lockdep.NestedNotTaken:
		return "A lock is taken that is meant to be taken under another one, and the other one is not held."
	case lockdep.HeldLockFreed:
		return "The memory of a lock is freed while the lock is held."
	case lockdep.NonStaticKey:
		return "A lock is used that was not initialised."
	case lockdep.SuspiciousRCU:
		return "Data that RCU protects is read without the lock or the read section that it needs."
	case lockdep.HungTask, report.FamilyHang:
		return "A task waits and is not woken: this is a deadlock, or a lost wake-up, that really happened."
	case report.FamilySilent, lockdep.SoftLockup, lockdep.HardLockup, lockdep.RCUStall, lockdep.WorkqueueLockup:
		return "A CPU is stuck and does nothing else any more: it spins on a lock or in a loop with no end."
	case report.FamilyBuild:
		return "The kernel does not compile with the series applied up to this patch, so that nobody can bisect across it."
	}
	return crashMeaning(f)
}

// crashMeaning explains the families that are not about locks.
func crashMeaning(f lockdep.Family) string {
	switch f {
	case lockdep.KASAN, lockdep.KFENCE:
		return "Memory is used that does not belong to the code any more, or never did: it was freed, or the access is beyond its end. What is damaged by that shows later and elsewhere."
	case lockdep.KMSAN:
		return "A decision is made on memory that nobody has written to."
	case lockdep.KCSAN:
		return "Two CPUs use the same memory at the same time without a lock or an atomic access, and at least one of them writes."
	case lockdep.UBSAN:
		return "The code does what C leaves undefined, such as an index beyond an array or a shift that is too wide: the compiler may have made anything of it."
	case lockdep.Kmemleak:
		return "Memory was allocated that nothing points to any more: it is lost until the next boot."
	case lockdep.Refcount:
		return "A reference count went wrong: something is freed while it is in use, or never."
	case lockdep.ODebug:
		return "An object such as a timer or a work item is freed or set up anew while it is in use."
	case lockdep.ListCorruption:
		return "A list is damaged: an element was added twice, or freed while it was in the list."
	case lockdep.NullDereference, lockdep.PageFault, lockdep.GeneralProtection:
		return "A pointer that points nowhere is used. The task dies there, with all locks that it holds, and others wait for them for ever."
	case lockdep.KernelBug, lockdep.DivideError, lockdep.DoubleFault:
		return "The kernel found itself in a state from which it cannot go on. The task dies there, with all locks that it holds, and others wait for them for ever."
	case lockdep.Panic:
		return "The kernel stopped: the machine has to be started anew."
	case lockdep.BadPage:
		return "A page of memory is freed while something still uses it."
	case lockdep.PreemptID:
		return "Code asks which CPU it runs on, or uses that CPU's data, while it may be moved to another one at any time."
	case lockdep.SpinlockDebug:
		return "A spinlock is used wrongly: taken twice by one CPU, released by somebody else, or never set up."
	case lockdep.Warning:
		return "A check in the kernel (WARN) says that something happened that its author thought impossible."
	case lockdep.LockdepLimit:
		return "lockdep ran out of room and turned itself off: no lock was checked after that."
	case lockdep.LockdepInternal:
		return "lockdep found its own records in disorder, as after a lock that was overwritten or used before it was set up, and turned itself off."
	}
	return ""
}
