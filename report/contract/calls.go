// SPDX-License-Identifier: MIT

package contract

import (
	"slices"
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// A call is what a stack shows to be done: the service of the kernel that was
// called, and by whom.
type call struct {
	service string // "kmalloc", "mutex_lock"; empty when the stack shows none
	caller  string // first function above the services; empty when the stack does not reach it
}

// callOf reads a stack. Its innermost frames are the services of the kernel that
// take the lock; the outermost one of them is what the caller wrote in its source.
// A service that only allocates for its own needs is the caller of the allocation.
func callOf(stack []lockdep.Frame) call {
	var c call
	for _, f := range stack {
		if !f.Reliable || c.service == "" && hasAny(f.Function, reporting) {
			continue
		}
		s := service(f.Function)
		if s != "" && (c.service == "" || allocates(s) || !allocates(c.service)) {
			c.service = s
			continue
		}
		c.caller = f.Function
		return c
	}
	return call{}
}

// reporting begins the names of the functions that print a report and find its cause
// (lib/dump_stack.c, kernel/locking/lockdep.c, kernel/sched/core.c). They are at the
// top of the report's own stack.
var reporting = []string{
	"dump_stack", "dump_backtrace", "show_stack", "unwind_backtrace", "panic", "__panic", "print_",
	"check_", "mark_", "valid_state", "validate_chain", "__lock_acquire", "lockdep_", "__might_", "__schedule_bug", "__warn", "warn_slowpath", "report_bug", "handle_bug", "exc_", "asm_exc_",
}

// service is the name under which callers know a function of the kernel that takes
// locks, waits or allocates for them, or "" for any other function: __kmalloc_noprof
// is kmalloc, __mutex_lock is mutex_lock.
func service(fn string) string {
	name := strings.TrimPrefix(strings.TrimLeft(fn, "_"), "raw_") // spin_lock() and raw_spin_lock() are both _raw_spin_lock()
	for _, end := range []string{"_noprof", "_nested", "_common", "_track_caller", "_interruptible", "_killable", "_slow", "_slowpath", "_node"} {
		name = strings.TrimSuffix(name, end)
	}
	for _, a := range allocators {
		if strings.HasPrefix(name, a) {
			return a
		}
	}
	if hasAny(name, allocatingTrees) {
		return name
	}
	if slices.Contains(services, name) || hasAny(name, servicePrefixes) {
		return name
	}
	return ""
}

// allocators begin the names of the functions that allocate memory: kmalloc_cache,
// kvmalloc_array, alloc_pages_mpol.
var allocators = []string{
	"kmalloc", "kzalloc", "kcalloc", "krealloc", "kvmalloc", "kvzalloc", "kvcalloc", "kvrealloc", "kmem_cache_alloc", "kmemdup",
	"kstrdup", "kasprintf", "kvasprintf", "vmalloc", "vzalloc", "alloc_pages", "alloc_percpu", "pcpu_alloc", "get_free_page",
	"get_zeroed_page", "folio_alloc",
}

// allocatingTrees begin the names of the functions that allocate nodes for what they
// store (lib/{idr,radix-tree,xarray}.c).
var allocatingTrees = []string{"radix_tree_", "idr_alloc", "idr_get_free", "ida_alloc", "xa_alloc", "xa_store", "xa_insert", "xas_"}

func allocates(service string) bool {
	return hasAny(service, allocators) || hasAny(service, allocatingTrees)
}

// flushes says whether a service waits for work items. The class of a work item tells
// it only for those that INIT_WORK() set up; with DECLARE_WORK() it is the bare name
// of the variable.
func flushes(service string) bool {
	return strings.HasPrefix(service, "flush_") || strings.HasPrefix(service, "cancel_") || strings.HasPrefix(service, "touch_w") ||
		service == "start_flush_work" || service == "drain_workqueue"
}

// services are the functions of include/linux/{mutex,rwsem,spinlock,ww_mutex}.h,
// mm/{slub,page_alloc,util,vmalloc,memory}.c, kernel/workqueue.c and the helpers of
// dma-buf and drm that stand between a caller and a lock class.
var services = []string{
	"lock_acquire", "check_noncircular", "might_sleep", "might_resched", "might_alloc", "might_fault", "might_lock",
	"schedule", "schedule_preempt_disabled", "schedule_timeout", "schedule_timeout_uninterruptible", "schedule_timeout_idle",
	"schedule_hrtimeout_range", "schedule_hrtimeout_range_clock", "msleep", "usleep_range_state", "usleep_range", "ssleep",
	"mutex_lock", "mutex_lock_io", "ww_mutex_lock", "down_read", "down_write", "down", "percpu_down_read", "percpu_down_write",
	"spin_lock", "spin_lock_irq", "spin_lock_irqsave", "spin_lock_bh", "read_lock", "write_lock",
	"fs_reclaim_acquire", "prepare_alloc_pages", "alloc_frozen_pages", "slab_alloc", "slab_pre_alloc_hook", "get_vm_area",
	"rtnl_lock", "lock_sock", "pipe_lock", "wait_for_completion", "wait_for_completion_timeout",
	"mmap_read_lock", "mmap_write_lock", "copy_to_user", "copy_from_user", "get_user", "put_user", "strncpy_from_user",
	"dma_resv_lock", "ww_acquire_init", "drm_gem_lock_reservations", "ttm_bo_reserve",
	"modeset_lock", "drm_modeset_lock", "drm_modeset_lock_all", "drm_modeset_lock_all_ctx", "drm_modeset_acquire_init",
	"drm_modeset_lock_single", "console_lock", "flush_work", "start_flush_work", "flush_workqueue", "drain_workqueue",
	"flush_delayed_work", "cancel_work_sync", "cancel_delayed_work_sync", "cancel_work_timer", "touch_wq_lockdep_map",
	"touch_work_lockdep_map", "dma_fence_might_wait", "dma_fence_wait", "dma_fence_wait_timeout", "dma_fence_default_wait",
	"dma_resv_wait_timeout", "dma_fence_begin_signalling", "dma_fence_signal",
	"mmu_notifier_invalidate_range_start", "zap_page_range_single", "zap_vma_range", "unmap_mapping_range_tree",
	"unmap_mapping_range", "unmap_mapping_pages", "drm_vma_node_unmap",
}

var servicePrefixes = []string{"rwsem_", "ww_mutex_lock", "mutex_lock_"}

func hasAny(s string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

// waits says whether a stack waits for a fence. It knows the annotation, which every
// wait passes, and the calls, in case the annotation was inlined.
func waits(stack []lockdep.Frame) bool {
	return contains(stack, func(fn string) bool {
		return fn == "__dma_fence_might_wait" || strings.HasPrefix(fn, "dma_fence_wait") || strings.HasPrefix(fn, "dma_resv_wait")
	})
}

// reclaimer says by whom a stack was called to free memory, or "" if it was not.
// The functions are those of mm/{shrinker,vmscan,mmu_notifier}.c and fs/drop_caches.c
// that call shrinkers and notifiers.
func reclaimer(stack []lockdep.Frame) string {
	for _, f := range stack {
		switch f.Function {
		case "do_shrink_slab", "shrink_slab", "shrink_slab_memcg", "drop_slab", "shrink_node", "try_to_free_pages":
			return "a shrinker"
		case "__mmu_notifier_invalidate_range_start", "mn_itree_invalidate", "mn_hlist_invalidate_range_start",
			"mmu_notifier_invalidate_range_start":
			return "an MMU notifier"
		}
	}
	return ""
}

// interrupted says whether a stack is that of an interrupt: hard, soft, or timer.
func interrupted(stack []lockdep.Frame) bool {
	return contains(stack, func(fn string) bool {
		switch fn {
		case "__hrtimer_run_queues", "call_timer_fn", "__run_timers", "handle_softirqs", "__do_softirq", "irq_exit_rcu",
			"handle_irq_event", "__handle_irq_event_percpu", "tasklet_action_common", "hrtimer_interrupt":
			return true
		}
		return strings.HasPrefix(fn, "asm_sysvec_") || strings.HasPrefix(fn, "asm_common_interrupt") || fn == "__irq_svc" || fn == "el1_irq"
	})
}

func contains(stack []lockdep.Frame, want func(fn string) bool) bool {
	return slices.ContainsFunc(stack, func(f lockdep.Frame) bool { return f.Reliable && want(f.Function) })
}
