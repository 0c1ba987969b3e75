// SPDX-License-Identifier: MIT

package contract

// texts has one entry for each rule, none last.
var texts = []text{
	{
		name:    AllocInSignalling,
		general: "Memory is allocated inside a fence signalling section, in a way that may wait for free memory.",
		why: "When memory is short, the kernel frees some by waiting for fences, perhaps for the very one that this section has yet to signal: " +
			"each then waits for the other, for ever.",
		advice: "Move the allocation out of the section (into atomic_check, or to where the job is created), or use GFP_NOWAIT or GFP_ATOMIC and handle failure. " +
			"GFP_NOFS and GFP_NOIO do not help: MMU notifiers may wait for fences, too.",
		doc: crossDriverDoc,
	},
	{
		name:    ResvLockInSignalling,
		general: "The reservation lock of a buffer (dma_resv) is taken inside a fence signalling section.",
		why: "Every driver may wait for fences while it holds a reservation lock, " +
			"so the section can be stuck behind somebody who waits for the fence that it has yet to signal.",
		advice: "Take reservation locks before the section begins, or do without: pin the buffer and collect its fences beforehand.",
		doc:    crossDriverDoc,
	},
	{
		name:    ModesetLockInSignalling,
		general: "A display lock (a drm_modeset_lock or mode_config.mutex) is taken inside a fence signalling section, or in hang recovery, which is one.",
		why: "Display updates allocate memory and wait for fences while they hold these locks, " +
			"so the section can be stuck behind an update that waits for the fence that it has yet to signal.",
		advice: "Take display locks before the section begins. Reset and hang recovery must do without them, or force all fences to completion first.",
		doc:    annotationDoc,
	},
	{
		name:    MmapLockInSignalling,
		general: "The lock of a process's address space (mmap_lock) is taken inside a fence signalling section.",
		why: "Page faults allocate memory and wait for fences under that lock, " +
			"so the section can be stuck behind a fault that waits for the fence that it has yet to signal.",
		advice: "Copy from and to user space, and pin user pages, before or after the section. Any access to user memory may fault.",
		doc:    crossDriverDoc,
	},
	{
		name:    ConsoleLockInSignalling,
		general: "The console lock is taken inside a fence signalling section.",
		why: "The console draws through display drivers under that lock, and drawing allocates memory and waits for fences, " +
			"perhaps for the very one that this section has yet to signal.",
		advice: "Move the work on the console (suspend, restore, hot-plug of the framebuffer) out of the section, for example into a work item of its own.",
		doc:    annotationDoc,
	},
	{
		name:    FlushWorkInSignalling,
		general: "A fence signalling section waits for a work item to end.",
		why: "That work, or other work queued before it, may itself wait for the fence that this section has yet to signal: " +
			"each then waits for the other, for ever.",
		advice: "Flush or cancel the work before the section begins or after it ends, or use a work queue on which all work keeps the rules of fence signalling.",
		doc:    annotationDoc,
	},
	{
		name:    WaitUnderSignallingLock,
		general: "A lock is held during a wait for a fence, and a fence signalling section takes the same lock.",
		why:     "If the wait comes first, the section cannot get the lock, and the fence is never signalled.",
		advice:  "Drop the lock before the wait, or let the signalling side do without it.",
		doc:     annotationDoc,
	},
	{
		name:    WaitInReclaim,
		general: "Code that the kernel calls to free memory waits for a fence under a lock, and a fence signalling section takes the same lock.",
		why: "Waiting there is allowed, but not with that lock held: if the wait comes first, the section cannot get the lock, " +
			"and neither the fence nor the free memory ever comes.",
		advice: "Drop the lock before the wait (or use mutex_trylock() and give up), or let the signalling side do without the lock.",
		doc:    crossDriverDoc,
	},
	{
		name:    UnbalancedAnnotation,
		general: "dma_fence_begin_signalling() and dma_fence_end_signalling() do not come in pairs.",
		why:     "The kernel takes all that the task does after a missing end for part of the section, so the report may name innocent code.",
		advice:  "Check every early return and goto between begin and end, and give end the cookie that begin returned.",
		doc:     annotationDoc,
	},
	{
		name:    SleepInAtomic,
		general: "The code may sleep where sleeping is forbidden: in an interrupt, under a spinlock or with preemption off.",
		why: "The processor then runs something else while the lock is held or the interrupt is unfinished, and may never come back. " +
			"In such places dma_fence_begin_signalling() checks nothing, so this report is the only sign.",
		advice: "Do what sleeps before the spinlock is taken, or hand it to a work item; allocate with GFP_ATOMIC; use a spinlock in place of a mutex.",
		doc:    sleepDoc,
	},
	{
		name:    IRQ,
		general: "A lock that an interrupt handler takes is also taken, directly or through another lock, with interrupts enabled.",
		why:     "If the interrupt comes on the same processor while the lock is held, its handler waits for a lock that is not released before the handler ends.",
		advice:  "Use spin_lock_irqsave() or spin_lock_irq() (spin_lock_bh() for soft interrupts and timers) everywhere outside of the handler.",
		doc:     irqDoc,
	},
	{
		name:    LockOrder,
		general: "Locks are taken in one order here and in the opposite order elsewhere, or one lock is taken twice.",
		why:     "Two tasks that do this at the same time each hold what the other one wants. No fence is part of it.",
		advice:  "Decide on one order and keep it everywhere; do not call out to other code with the lock held.",
		doc:     orderDoc,
	},
	{
		name:    None,
		general: "The report shows none of the rules of the dma-fence contract to be broken.",
	},
}
