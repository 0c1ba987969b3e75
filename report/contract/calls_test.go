// SPDX-License-Identifier: MIT

package contract

import (
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

func stack(functions ...string) []lockdep.Frame {
	var out []lockdep.Frame
	for _, f := range functions {
		out = append(out, lockdep.Frame{Function: f, Reliable: true})
	}
	return out
}

func TestCallOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stack []lockdep.Frame
		want  call
	}{
		"kmalloc":            {stack("lock_acquire", "fs_reclaim_acquire", "__kmalloc_cache_noprof", "vkms_x", "drm_y"), call{"kmalloc", "vkms_x"}},
		"large kmalloc":      {stack("prepare_alloc_pages", "__alloc_pages_noprof", "___kmalloc_large_node", "__kvmalloc_node_noprof", "f"), call{"kvmalloc", "f"}},
		"tree node":          {stack("fs_reclaim_acquire", "kmem_cache_alloc_noprof", "radix_tree_node_alloc", "idr_get_free", "idr_alloc", "f"), call{"idr_alloc", "f"}},
		"helper allocates":   {stack("fs_reclaim_acquire", "__kmalloc_cache_noprof", "drm_modeset_lock_all", "f"), call{"kmalloc", "drm_modeset_lock_all"}},
		"mutex":              {stack("__lock_acquire", "lock_acquire", "__mutex_lock", "mutex_lock_nested", "f"), call{"mutex_lock", "f"}},
		"ww_mutex":           {stack("lock_acquire", "__ww_mutex_lock", "ww_mutex_lock", "modeset_lock", "drm_modeset_lock", "f"), call{"drm_modeset_lock", "f"}},
		"rw semaphore":       {stack("lock_acquire", "down_read_killable", "f"), call{"down_read", "f"}},
		"spinlock":           {stack("lock_acquire", "_raw_spin_lock_irqsave", "f"), call{"spin_lock_irqsave", "f"}},
		"user copy":          {stack("lock_acquire", "__might_fault", "_copy_to_user", "f"), call{"copy_to_user", "f"}},
		"flush":              {stack("start_flush_work", "__flush_work", "flush_work", "f"), call{"flush_work", "f"}},
		"wait":               {stack("__dma_fence_might_wait", "dma_fence_wait_timeout", "f"), call{"dma_fence_wait_timeout", "f"}},
		"top of a report":    {stack("dump_stack_lvl", "print_circular_bug", "check_noncircular", "__lock_acquire", "lock_acquire", "__mutex_lock", "f"), call{"mutex_lock", "f"}},
		"sleep":              {stack("dump_stack_lvl", "__schedule_bug", "__schedule", "schedule", "schedule_timeout", "msleep", "f"), call{"msleep", "f"}},
		"no service":         {stack("f", "mutex_lock"), call{"", "f"}},
		"services only":      {stack("lock_acquire", "mutex_lock_nested"), call{}},
		"empty":              {nil, call{}},
		"unreliable skipped": {append([]lockdep.Frame{{Function: "stale"}}, stack("mutex_lock", "f")...), call{"mutex_lock", "f"}},
	} {
		if got := callOf(c.stack); got != c.want {
			t.Errorf("%s: callOf = %+v; want %+v", name, got, c.want)
		}
	}
}

func TestReclaimer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stack []lockdep.Frame
		want  string
	}{
		"drop_caches":    {stack("dma_fence_wait_timeout", "bo_scan", "do_shrink_slab", "shrink_slab", "drop_slab"), "a shrinker"},
		"direct reclaim": {stack("bo_scan", "shrink_node", "try_to_free_pages"), "a shrinker"},
		"munmap":         {stack("bo_invalidate", "__mmu_notifier_invalidate_range_start", "unmap_vmas"), "an MMU notifier"},
		"notifier below": {stack("bo_invalidate", "__mmu_notifier_invalidate_range_start", "try_to_unmap", "shrink_node"), "an MMU notifier"},
		"ioctl":          {stack("dma_fence_wait_timeout", "drm_ioctl"), ""},
	} {
		if got := reclaimer(c.stack); got != c.want {
			t.Errorf("%s: reclaimer = %q; want %q", name, got, c.want)
		}
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stack []lockdep.Frame
		want  bool
	}{
		"hrtimer":     {stack("vkms_vblank_simulate", "__hrtimer_run_queues", "asm_sysvec_apic_timer_interrupt", "do_idle"), true},
		"timer":       {stack("vgem_fence_timeout", "call_timer_fn", "__run_timers"), true},
		"arm handler": {stack("f", "__handle_irq_event_percpu", "__irq_svc"), true},
		"system call": {stack("f", "drm_ioctl", "do_syscall_64"), false},
	} {
		if got := interrupted(c.stack); got != c.want {
			t.Errorf("%s: interrupted = %v; want %v", name, got, c.want)
		}
	}
}
