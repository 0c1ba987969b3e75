// SPDX-License-Identifier: MIT

package picture

import "strings"

// isFence knows the lock class of dma_fence_begin_signalling()
// (drivers/dma-buf/dma-fence.c).
func isFence(class string) bool { return base(class) == "dma_fence_map" }

// base is a class without its subclass.
func base(class string) string {
	name, _, _ := strings.Cut(class, "/")
	return name
}

// meaning says in words what it is to hold a lock, or to wait for it, where the
// name alone misleads: lockdep's classes that are marks and no locks, and a few
// locks that everybody meets.
func meaning(class string, waits bool) string {
	say := func(held, wanted string) string {
		if waits {
			return wanted
		}
		return held
	}
	name := base(class)
	switch name {
	case "dma_fence_map":
		return say("annotated section: a fence waits for its end", "waits for a fence")
	case "fs_reclaim":
		return say("frees memory", "allocates memory: may wait until some is freed")
	case "mmu_notifier_invalidate_range_start":
		return say("tells drivers that page tables change", "page tables change, and drivers are told")
	case "reservation_ww_class_mutex", "reservation_ww_class_acquire":
		return say("lock of a buffer's fences, dma_resv", "lock of a buffer's fences, dma_resv")
	case "crtc_ww_class_mutex", "crtc_ww_class_acquire":
		return say("modeset lock", "modeset lock")
	case "mmap_lock", "&mm->mmap_lock", "&mm->mmap_sem":
		return say("lock of an address space; page faults take it", "lock of an address space; page faults take it")
	case "console_lock", "console_owner", "(console_sem).lock":
		return say("lock of the kernel consoles", "lock of the kernel consoles; printk may take it")
	case "cpu_hotplug_lock":
		return say("no CPU may come or go", "a CPU comes or goes")
	case "rcu_read_lock", "rcu_read_lock_bh", "rcu_read_lock_sched":
		return say("RCU read section: must not sleep", "")
	}
	switch {
	case strings.HasPrefix(name, "(work_completion)"):
		return say("runs this work item", "waits until this work item is done")
	case strings.HasPrefix(name, "(wq_completion)"):
		return say("runs an item of this work queue", "waits until this work queue is empty")
	}
	return ""
}
