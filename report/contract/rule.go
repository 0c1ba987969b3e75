// SPDX-License-Identifier: MIT

package contract

// A Rule is one sentence of the contract.
type Rule struct {
	Name        string `json:"rule"`        // "alloc-in-signalling"
	Explanation string `json:"explanation"` // what went wrong, and why it is a deadlock
	Advice      string `json:"advice"`      // what usually mends it
	Doc         string `json:"doc"`         // where the kernel says so
}

// Names of the rules.
const (
	AllocInSignalling       = "alloc-in-signalling"
	ResvLockInSignalling    = "resv-lock-in-signalling"
	ModesetLockInSignalling = "modeset-lock-in-signalling"
	MmapLockInSignalling    = "mmap-lock-in-signalling"
	ConsoleLockInSignalling = "console-lock-in-signalling"
	FlushWorkInSignalling   = "flush-work-in-signalling"
	WaitUnderSignallingLock = "wait-under-lock-needed-to-signal"
	WaitInReclaim           = "wait-in-reclaim"
	UnbalancedAnnotation    = "unbalanced-annotation"
	SleepInAtomic           = "sleep-in-atomic"
	IRQ                     = "irq"
	LockOrder               = "lock-order"
	None                    = "none"
	fenceDoc                = "https://docs.kernel.org/driver-api/dma-buf.html#dma-fence-signalling-annotations"
	crossDriverDoc          = "https://docs.kernel.org/driver-api/dma-buf.html#dma-fence-cross-driver-contract"
	lockdepDoc              = "https://docs.kernel.org/locking/lockdep-design.html"
	sleepDoc                = "https://docs.kernel.org/locking/locktypes.html"
)

var rules = []Rule{
	{
		Name: AllocInSignalling,
		Explanation: "Memory is allocated, in a way that may wait for free memory, while others wait for a fence that this code has yet to signal. " +
			"When memory is short, the kernel frees some by waiting for that very fence: each waits for the other, for ever.",
		Advice: "Allocate before the critical section (in atomic_check or when the job is created), or with GFP_ATOMIC or GFP_NOWAIT and an answer to failure. " +
			"GFP_NOFS and GFP_NOIO are not enough.",
		Doc: fenceDoc,
	},
	{
		Name: ResvLockInSignalling,
		Explanation: "The reservation lock of a buffer (dma_resv) is taken while others wait for a fence that this code has yet to signal. " +
			"Anybody may wait for a fence while holding such a lock, so the one who should signal can be stuck behind the one who waits.",
		Advice: "Take the reservation lock before the critical section, or do without it: pin the buffer and collect its fences beforehand.",
		Doc:    fenceDoc,
	},
	{
		Name: ModesetLockInSignalling,
		Explanation: "A display lock (drm_modeset_lock or mode_config.mutex) is taken while others wait for a fence that this code has yet to signal. " +
			"Atomic commits wait for fences while holding these locks, so the one who should signal can be stuck behind the one who waits.",
		Advice: "Take display locks before the critical section. Reset and recovery code must work without them.",
		Doc:    fenceDoc,
	},
	{
		Name: MmapLockInSignalling,
		Explanation: "The lock of a process's address space (mmap_lock) is taken while others wait for a fence that this code has yet to signal. " +
			"Page faults allocate memory and wait for fences under that lock. The usual ways in are copying from or to user space, and a critical section that was never ended.",
		Advice: "Copy from and to user space before the critical section. If no such copy is in sight, look for a dma_fence_begin_signalling() whose end is missing on some path: " +
			"the place after \"already holding lock\" names it.",
		Doc: fenceDoc,
	},
	{
		Name: ConsoleLockInSignalling,
		Explanation: "The console lock is taken while others wait for a fence that this code has yet to signal. " +
			"The console draws through the display driver under that lock, and drawing waits for fences.",
		Advice: "Move the work on the console (suspend, restore, hot-plug of the framebuffer) out of the critical section, for example to a work item of its own.",
		Doc:    fenceDoc,
	},
	{
		Name: FlushWorkInSignalling,
		Explanation: "The code waits for a work item to end while others wait for a fence that this code has yet to signal. " +
			"The work item, or another one before it in the queue, may itself wait for that fence.",
		Advice: "Flush before the critical section, or use a work queue whose items all keep the rules of fence signalling.",
		Doc:    fenceDoc,
	},
	{
		Name: WaitUnderSignallingLock,
		Explanation: "A lock is held during a wait for a fence, and the code that signals fences takes the same lock. " +
			"If the wait comes first, the signal never comes.",
		Advice: "Drop the lock before the wait, or let the signalling side do without it.",
		Doc:    fenceDoc,
	},
	{
		Name: WaitInReclaim,
		Explanation: "The code that frees memory when it is short waits for a fence under a lock that the code which signals fences takes too. " +
			"Under memory pressure the wait comes first, and the signal never comes.",
		Advice: "Do not wait in the shrinker or the notifier (only try), or do not take the lock on the signalling side.",
		Doc:    crossDriverDoc,
	},
	{
		Name: UnbalancedAnnotation,
		Explanation: "dma_fence_begin_signalling() and dma_fence_end_signalling() do not come in pairs on some path. " +
			"The kernel takes everything that runs after a missing end for part of the critical section.",
		Advice: "Check every early return and goto between begin and end; pass the cookie of begin to end.",
		Doc:    fenceDoc,
	},
	{
		Name: SleepInAtomic,
		Explanation: "The code may sleep where sleeping is forbidden: in an interrupt, under a spinlock or with preemption off. " +
			"The CPU then goes on with something else while the lock is held or the interrupt is unfinished.",
		Advice: "Take sleeping locks and allocate before the spinlock, or use what does not sleep (GFP_ATOMIC, a spinlock, a work item).",
		Doc:    sleepDoc,
	},
	{
		Name: IRQ,
		Explanation: "A lock that an interrupt handler takes is also taken, directly or through another lock, with interrupts enabled. " +
			"If the interrupt comes on the same CPU while the lock is held, its handler waits for a lock that cannot be released before the handler ends.",
		Advice: "Use spin_lock_irqsave() or spin_lock_irq() (spin_lock_bh() for soft interrupts) everywhere outside of the handler.",
		Doc:    lockdepDoc,
	},
	{
		Name: LockOrder,
		Explanation: "Locks are taken in one order here and in the opposite order there, or one lock is taken twice. " +
			"Two tasks that do this at the same time each hold what the other one wants.",
		Advice: "Decide on one order and keep it everywhere; do not call out to other code with the lock held.",
		Doc:    lockdepDoc,
	},
	{
		Name:        None,
		Explanation: "The report shows none of the rules of the dma-fence contract to be broken.",
	},
}

// Rules returns all rules, the most specific ones first.
func Rules() []Rule {
	return append([]Rule(nil), rules...)
}

func byName(name string) Rule {
	for _, r := range rules {
		if r.Name == name {
			return r
		}
	}
	return rules[len(rules)-1]
}
