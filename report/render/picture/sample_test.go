// SPDX-License-Identifier: MIT

package picture_test

import (
	"fmt"

	"github.com/fencebot/fencebot/report/lockdep"
	"github.com/fencebot/fencebot/report/render/picture"
)

// A sample is a report with what else is known of it.
type sample struct {
	splat lockdep.Splat
	opt   picture.Options
}

// stack makes the frames of functions, the innermost first.
func stack(functions ...string) []lockdep.Frame {
	var out []lockdep.Frame
	for _, f := range functions {
		out = append(out, lockdep.Frame{Function: f, Reliable: true})
	}
	return out
}

// line makes a frame of which the source is known.
func line(function, file string, n, patch int) lockdep.Frame {
	return lockdep.Frame{Function: function, File: file, Line: n, Patch: patch, Reliable: true}
}

func locks(classes ...string) []lockdep.Lock {
	var out []lockdep.Lock
	for _, c := range classes {
		out = append(out, lockdep.Lock{Class: c})
	}
	return out
}

// samples are reports of all families that have a picture.
func samples() map[string]sample {
	return map[string]sample{
		"alloc-in-commit-tail": {vkms(), picture.Options{Patch: 2, Subject: "drm/vkms: allocate the line buffers when a commit begins"}},
		"alloc-no-lines":       {chainOnly(), picture.Options{Patch: 2}},
		"alloc-log-only":       {chainOnly(), picture.Options{}},
		"older-side-is-new":    {olderSide(), picture.Options{Patch: 1, Series: true}},
		"cut":                  {cut(), picture.Options{Series: true}},
		"work-item":            {workItem(), picture.Options{}},
		"enters-section":       {entersSection(), picture.Options{}},
		"ring-of-20":           {longRing(20), picture.Options{}},
		"ring-of-100":          {longRing(100), picture.Options{}},
		"recursive":            {recursive(), picture.Options{}},
		"in-interrupt":         {inInterrupt(), picture.Options{}},
		"outside-interrupt":    {outsideInterrupt(), picture.Options{}},
		"reclaim":              {reclaim(), picture.Options{}},
		"irq-order":            {irqOrder(), picture.Options{}},
		"wait-context":         {waitContext(), picture.Options{}},
		"atomic-sleep":         {atomicSleep(), picture.Options{}},
		"hung":                 {hung(), picture.Options{}},
		"hung-many":            {hungMany(), picture.Options{}},
		"leaked-annotation":    {leaked(), picture.Options{}},
		"bad-unlock":           {badUnlock(), picture.Options{}},
		"freed":                {freed(), picture.Options{}},
		"hostile":              {hostile(), picture.Options{Patch: 1, Subject: "</text><script>alert(1)</script> \x1b[2J\u202egnp.exe \u00e9"}},
	}
}

func vkms() lockdep.Splat {
	const tail, begin = "vkms_atomic_commit_tail", "vkms_crtc_atomic_begin"
	return lockdep.Splat{
		Family: lockdep.CircularDependency, Task: "kms_vblank/86", Function: begin,
		Cycle: []string{"fs_reclaim", "dma_fence_map"},
		Edges: []lockdep.Edge{
			{From: "fs_reclaim", To: "dma_fence_map", Stack: stack("__dma_fence_might_wait", "dma_resv_lockdep", "do_one_initcall")},
			{From: "dma_fence_map", To: "fs_reclaim", New: true,
				FromStack: []lockdep.Frame{line("dma_fence_begin_signalling", "drivers/dma-buf/dma-fence.c", 294, 0), line(tail, "drivers/gpu/drm/vkms/vkms_drv.c", 71, 0)},
				Stack: append(stack("__lock_acquire", "lock_acquire", "__fs_reclaim_acquire", "prepare_alloc_pages", "__kmalloc_node_noprof"),
					line(begin, "drivers/gpu/drm/vkms/vkms_crtc.c", 231, 2), line(tail, "drivers/gpu/drm/vkms/vkms_drv.c", 73, 0)),
			},
		},
	}
}

// chainOnly is a report as parsers give it that know neither cycle nor stacks of
// edges.
func chainOnly() lockdep.Splat {
	return lockdep.Splat{
		Family: lockdep.CircularDependency, Task: "kms_vblank/86", Function: "vkms_crtc_atomic_begin",
		Locks: []lockdep.Lock{{Class: "fs_reclaim", Function: "prepare_alloc_pages"}, {Class: "dma_fence_map", Function: "vkms_atomic_commit_tail"}},
		Edges: []lockdep.Edge{{From: "fs_reclaim", To: "dma_fence_map"}, {From: "dma_fence_map", To: "fs_reclaim"}},
		Held:  []lockdep.Lock{{Class: "crtc_ww_class_mutex", Function: "modeset_lock"}, {Class: "dma_fence_map", Function: "vkms_atomic_commit_tail"}},
		Chain: []lockdep.Link{
			{Lock: lockdep.Lock{Class: "dma_fence_map"}, Trace: stack("__dma_fence_might_wait", "dma_resv_lockdep", "do_one_initcall")},
			{Lock: lockdep.Lock{Class: "fs_reclaim"}, Trace: stack("lock_acquire", "prepare_alloc_pages", "vkms_crtc_atomic_begin", "__x64_sys_ioctl")},
		},
	}
}

// olderSide is a circle in which the line of the patch is in the older path, in a
// caller of the function that took the lock.
func olderSide() lockdep.Splat {
	return lockdep.Splat{
		Family: lockdep.CircularDependency, Task: "vgem_basic/59", Function: "vgem_fence_signal_ioctl",
		Cycle: []string{"&a->lock", "&b->lock", "&c->lock"},
		Edges: []lockdep.Edge{
			{From: "&a->lock", To: "&b->lock", New: true, Context: "read", Stack: stack("vgem_fence_signal_ioctl")},
			{From: "&b->lock", To: "&c->lock", Stack: append(stack("mutex_lock_nested", "vgem_inner"), line("vgem_outer", "drivers/gpu/drm/vgem/vgem_fence.c", 120, 1))},
			{From: "&c->lock", To: "&a->lock", Stack: stack("_raw_spin_lock", "vgem_timer", "handle_softirqs")},
		},
	}
}

func cut() lockdep.Splat {
	return lockdep.Splat{
		Family: lockdep.CircularDependency, Task: "a.out/7", Function: "f", Corrupted: true,
		Locks: []lockdep.Lock{{Class: "console_owner", Function: "f"}, {Class: "&rq->__lock", Function: "g"}},
	}
}

func workItem() lockdep.Splat {
	const wq, work = "(wq_completion)vkms_composer", "(work_completion)(&crtc_state->composer_work)"
	return lockdep.Splat{
		Family: lockdep.CircularDependency, Task: "kworker/u8:2/43", Function: "process_one_work",
		Edges: []lockdep.Edge{
			{From: wq, To: work, New: true, Stack: stack("__lock_acquire", "lock_acquire", "process_one_work", "worker_thread")},
			{From: work, To: "dma_fence_map", Stack: stack("dma_fence_wait_timeout", "vkms_composer_worker", "process_one_work")},
			{From: "dma_fence_map", To: wq, Stack: stack("__flush_workqueue", "vkms_atomic_commit_tail", "commit_tail", "__arm64_sys_ioctl")},
		},
	}
}

func entersSection() lockdep.Splat {
	return lockdep.Splat{
		Family: lockdep.CircularDependency, Task: "kms_flip/9",
		Edges: []lockdep.Edge{
			{From: "&mm->mmap_lock", To: "dma_fence_map", Stack: stack("lock_acquire", "dma_fence_begin_signalling", "fault_handler", "exc_page_fault")},
			{From: "dma_fence_map", To: "&mm->mmap_lock", New: true, Stack: stack("__might_fault", "drm_ioctl")},
		},
	}
}

func longRing(n int) lockdep.Splat {
	s := lockdep.Splat{Family: lockdep.CircularDependency, Task: "ring/1"}
	for i := range n {
		from, to := fmt.Sprintf("&ring->lock%d", i), fmt.Sprintf("&ring->lock%d", (i+1)%n)
		s.Cycle = append(s.Cycle, from)
		s.Edges = append(s.Edges, lockdep.Edge{From: from, To: to, New: i == 3, Stack: stack("mutex_lock_nested", fmt.Sprintf("step%d", i), "kthread")})
	}
	return s
}

func recursive() lockdep.Splat {
	return lockdep.Splat{
		Family: lockdep.RecursiveLocking, Task: "kms_flip/12", Function: "vkms_inner",
		Locks: []lockdep.Lock{{Class: "reservation_ww_class_mutex", Function: "vkms_inner"}, {Class: "reservation_ww_class_mutex", Function: "vkms_outer"}},
		Trace: stack("dump_stack_lvl", "lock_acquire", "__ww_mutex_lock", "vkms_inner", "vkms_outer"),
	}
}

func inInterrupt() lockdep.Splat {
	return lockdep.Splat{
		Family: lockdep.InconsistentState, Task: "swapper/0/0", Function: "vkms_crtc_atomic_enable", Usage: "{HARDIRQ-ON-W} -> {IN-HARDIRQ-W}",
		Locks: []lockdep.Lock{{Class: "&vkms_out->lock", Function: "vkms_vblank_simulate"}},
		Cycle: []string{"&vkms_out->lock"},
		Edges: []lockdep.Edge{{From: "&vkms_out->lock", To: "&vkms_out->lock", Context: "interrupts, hardirq, write", New: true,
			FromStack: append(stack("lock_acquire", "_raw_spin_lock"), line("vkms_crtc_atomic_enable", "drivers/gpu/drm/vkms/vkms_crtc.c", 218, 1), line("__x64_sys_ioctl", "", 0, 0)),
			Stack:     stack("dump_stack_lvl", "mark_lock", "lock_acquire", "_raw_spin_lock", "vkms_vblank_simulate", "__hrtimer_run_queues")}},
	}
}

func outsideInterrupt() lockdep.Splat {
	return lockdep.Splat{
		Family: lockdep.InconsistentState, Task: "cat/77", Function: "sync_info_debugfs_show", Usage: "{IN-SOFTIRQ-W} -> {SOFTIRQ-ON-W}",
		Locks: []lockdep.Lock{{Class: "sync_timeline_list_lock", Function: "sync_info_debugfs_show"}},
		Cycle: []string{"sync_timeline_list_lock"},
		Edges: []lockdep.Edge{{From: "sync_timeline_list_lock", To: "sync_timeline_list_lock", Context: "interrupts, softirq, write", New: true,
			FromStack: stack("_raw_spin_lock", "sync_info_debugfs_show")}},
	}
}

func reclaim() lockdep.Splat {
	return lockdep.Splat{
		Family: lockdep.InconsistentState, Task: "kswapd0/30", Function: "shrink", Usage: "{RECLAIM_FS-ON-W} -> {IN-RECLAIM_FS-W}",
		Cycle: []string{"&gem->lock"},
		Edges: []lockdep.Edge{{From: "&gem->lock", To: "&gem->lock", Context: "interrupts, write", New: true, Stack: stack("mutex_lock", "shrink")}},
	}
}

func irqOrder() lockdep.Splat {
	return lockdep.Splat{
		Family: lockdep.IRQSafeUnsafe, Task: "evtest/175", Function: "kill_fasync",
		Cycle: []string{"&client->buffer_lock", "&new->fa_lock", "&dev->event_lock"},
		Edges: []lockdep.Edge{
			{From: "&client->buffer_lock", To: "&new->fa_lock", Context: "irqs off, read", New: true,
				Stack: stack("lock_acquire", "_raw_read_lock", "kill_fasync"), FromStack: stack("evdev_pass_values")},
			{From: "&dev->event_lock", To: "&client->buffer_lock", Context: "write", Stack: stack("_raw_spin_lock", "evdev_pass_values", "ksys_write")},
			{From: "&new->fa_lock", To: "&dev->event_lock", Context: "interrupts, hardirq, write",
				Stack: stack("_raw_spin_lock_irqsave", "input_event", "psmouse_interrupt"), FromStack: stack("_raw_read_lock", "kill_fasync", "__x64_sys_shutdown")},
		},
	}
}

func waitContext() lockdep.Splat {
	return lockdep.Splat{
		Family: lockdep.InvalidWaitContext, Task: "dhcpcd/41", Function: "kernel_wait4",
		Locks: []lockdep.Lock{{Class: "&mm->mmap_lock", Function: "__might_fault"}},
		Held:  []lockdep.Lock{{Class: "rcu_read_lock", Function: "count_memcg_event_mm"}},
		Trace: stack("lock_acquire", "__might_fault", "kernel_wait4"),
	}
}

func atomicSleep() lockdep.Splat {
	return lockdep.Splat{
		Family: lockdep.AtomicSleep, Task: "kms_flip/9", Function: "vkms_plane_update", Raw: "in_atomic(): 1, irqs_disabled(): 1, non_block: 0",
		Held:  locks("&a", "&b", "&c", "&d", "&e", "&f", "&g", "&h", "&i", "&vkms_out->lock"),
		Trace: stack("dump_stack_lvl", "__might_resched", "__kmalloc_noprof", "vkms_plane_update"),
	}
}

func hung() lockdep.Splat {
	return lockdep.Splat{
		Family: lockdep.HungTask, Task: "kms_flip/9", Function: "vkms_commit",
		Held: []lockdep.Lock{
			{Class: "crtc_ww_class_mutex", Function: "modeset_lock", Task: "kms_flip/9"}, {Class: "&b->lock", Function: "vkms_commit", Task: "kms_flip/9"},
			{Class: "tasklist_lock", Function: "debug_show_all_locks", Task: "khungtaskd/21"},
			{Class: "&b->lock", Function: "vkms_worker", Task: "kworker/0:1/11"}, {Class: "&c->lock", Function: "vkms_worker", Task: "kworker/0:1/11"},
		},
		Trace: stack("__schedule", "schedule", "schedule_preempt_disabled", "__mutex_lock", "vkms_commit"),
	}
}

func hungMany() lockdep.Splat {
	s := lockdep.Splat{Family: lockdep.HungTask, Task: "a/1", Function: "wait_here", Trace: stack("__schedule", "wait_here")}
	s.Held = []lockdep.Lock{{Class: "&shared", Function: "outer", Task: "a/1"}, {Class: "tasklist_lock", Function: "debug_show_all_locks", Task: "khungtaskd/21"}}
	for i := range 12 {
		s.Held = append(s.Held, lockdep.Lock{Class: "&shared", Function: "f", Task: fmt.Sprintf("t/%d", i)})
	}
	s.Held = append(s.Held, lockdep.Lock{Class: "&tty->ldisc_sem", Function: "ldsem_down_read", Task: "getty/1"},
		lockdep.Lock{Class: "(wq_completion)events", Function: "process_one_work", Task: "kworker/0:1/7"})
	return s
}

func leaked() lockdep.Splat {
	held := []lockdep.Lock{{Class: "dma_fence_map", Function: "vkms_atomic_commit_tail"}}
	return lockdep.Splat{Family: lockdep.LockHeldAtUser, Task: "kms_flip/9", Locks: held, Held: held}
}

func badUnlock() lockdep.Splat {
	return lockdep.Splat{Family: lockdep.BadUnlockBalance, Task: "kms_flip/9", Function: "vkms_atomic_commit_tail", Locks: locks("dma_fence_map")}
}

func freed() lockdep.Splat {
	return lockdep.Splat{
		Family: lockdep.HeldLockFreed, Task: "kms_flip/9", Function: "vkms_destroy",
		Locks: []lockdep.Lock{{Class: "&vkms->mutex", Function: "vkms_open"}}, Trace: stack("debug_check_no_locks_freed", "kfree", "vkms_destroy"),
	}
}

// hostile has what a stranger would put into names.
func hostile() lockdep.Splat {
	long := "&" + string(make([]byte, 5000)) + "end"
	evil := "\"><script xlink:href='x'>&amp;<!--]]>\u202e\x00\x1b[31m|+--+|"
	return lockdep.Splat{
		Family: lockdep.CircularDependency, Task: evil, Function: evil, Cycle: []string{evil, long},
		Edges: []lockdep.Edge{
			{From: evil, To: long, New: true, Context: evil, Stack: []lockdep.Frame{line(evil, evil, 1<<40, 1<<40)}},
			{From: long, To: evil, Stack: stack(long)},
		},
	}
}
