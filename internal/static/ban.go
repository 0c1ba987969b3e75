// SPDX-License-Identifier: MIT

package static

import (
	"slices"
	"strings"

	"github.com/fencebot/fencebot/report/contract"
)

// WaitInSignalling is a rule that package contract does not have, because
// lockdep reports none of it: dma_fence_wait() is legal in a section
// (__dma_fence_might_wait() in drivers/dma-buf/dma-fence.c lets go of the map),
// and for a fence that needs this very section it is a deadlock all the same.
const WaitInSignalling = "wait-in-signalling"

// A ban is a call that a signalling path must not make.
type ban struct {
	rule  string
	flags string // of an allocation; empty for calls that always sleep
}

// A banList finds the ban of a call.
type banList struct {
	rules  map[string]string // by function
	sleeps map[string]bool   // forbidden only under a spinlock
}

func newBanList() banList {
	l := banList{rules: map[string]string{}, sleeps: map[string]bool{}}
	for rule, names := range map[string]string{
		contract.AllocInSignalling:       allocators,
		contract.ResvLockInSignalling:    resvLocks,
		contract.ModesetLockInSignalling: modesetLocks,
		contract.MmapLockInSignalling:    userMemory,
		contract.ConsoleLockInSignalling: consoleLocks,
		contract.FlushWorkInSignalling:   flushes,
		WaitInSignalling:                 waits,
	} {
		for name := range strings.FieldsSeq(names) {
			l.rules[name] = rule
		}
	}
	for name := range strings.FieldsSeq(sleepers) {
		l.sleeps[name] = true
	}
	return l
}

// Functions by what they do wherever they are called from. Wrappers are those
// of the kernel's own headers, and of drivers where they are inline functions
// in headers, which spatch does not read here.
const (
	// without a flag in the call, and with GFP_KERNEL inside
	allocators = `vmalloc vzalloc vmalloc_user vmalloc_32 vmalloc_array vcalloc vmalloc_node vzalloc_node
		alloc_workqueue alloc_ordered_workqueue kthread_create kthread_run
		dma_fence_wait_any_timeout dma_fence_array_create dma_fence_chain_alloc dma_resv_reserve_fences dma_resv_get_fences
		sync_file_create drm_sched_job_init drm_sched_job_add_dependency drm_sched_job_add_resv_dependencies
		drm_sched_job_add_implicit_dependencies drm_sched_job_add_syncobj_dependency
		drm_atomic_state_alloc drm_atomic_helper_duplicate_state drm_property_create_blob request_firmware`

	resvLocks = `dma_resv_lock dma_resv_lock_interruptible dma_resv_lock_slow dma_resv_lock_slow_interruptible
		ww_mutex_lock ww_mutex_lock_interruptible ww_mutex_lock_slow ww_mutex_lock_slow_interruptible
		drm_gem_lock_reservations drm_exec_lock_obj drm_exec_prepare_obj drm_exec_prepare_array
		ttm_bo_reserve ttm_bo_reserve_slowpath ttm_eu_reserve_buffers
		amdgpu_bo_reserve radeon_bo_reserve i915_gem_object_lock i915_gem_object_lock_interruptible xe_bo_lock msm_gem_lock
		qxl_bo_reserve virtio_gpu_array_lock_resv`

	modesetLocks = `drm_modeset_lock drm_modeset_lock_interruptible drm_modeset_lock_single_interruptible drm_modeset_lock_all
		drm_modeset_lock_all_ctx drm_modeset_acquire_init DRM_MODESET_LOCK_ALL_BEGIN
		drm_atomic_get_crtc_state drm_atomic_get_plane_state drm_atomic_get_connector_state
		drm_helper_resume_force_mode drm_atomic_helper_suspend drm_atomic_helper_resume drm_atomic_helper_shutdown
		drm_mode_config_helper_suspend drm_mode_config_helper_resume`

	userMemory = `mmap_read_lock mmap_read_lock_killable mmap_write_lock mmap_write_lock_killable
		get_user_pages get_user_pages_fast pin_user_pages pin_user_pages_fast
		copy_from_user copy_to_user get_user put_user memdup_user memdup_array_user vmemdup_user strndup_user`

	consoleLocks = `console_lock drm_fb_helper_set_suspend_unlocked`

	flushes = `flush_work flush_delayed_work cancel_work_sync cancel_delayed_work_sync disable_work_sync disable_delayed_work_sync
		flush_workqueue drain_workqueue destroy_workqueue flush_scheduled_work kthread_flush_work kthread_flush_worker
		kthread_cancel_work_sync`

	waits = `dma_fence_wait dma_fence_wait_timeout dma_resv_wait_timeout i915_request_wait i915_request_wait_timeout`

	// legal in a section, as long as it holds no spinlock
	sleepers = `might_sleep mutex_lock mutex_lock_interruptible mutex_lock_killable mutex_lock_nested down down_interruptible
		down_read down_write msleep msleep_interruptible ssleep usleep_range fsleep schedule schedule_timeout cond_resched
		wait_event wait_event_timeout wait_event_interruptible wait_event_interruptible_timeout wait_event_killable
		wait_for_completion wait_for_completion_timeout wait_for_completion_interruptible
		synchronize_rcu synchronize_srcu synchronize_irq disable_irq`
)

// of returns the ban that c breaks in a signalling path, or under a spinlock
// when atomic is set. noreclaim: inside of memalloc_noreclaim_save(), where
// nothing waits for memory.
func (l banList) of(c call, atomic, noreclaim bool) (ban, bool) {
	args := arguments(c.Args)
	b := ban{rule: l.rules[c.Name]}
	switch {
	case storesFlags(c.Name), harmless(c.Name, args):
		return ban{}, false
	case strings.HasPrefix(c.Name, "mutex_lock") && slices.ContainsFunc(args, isModeConfig):
		b.rule = contract.ModesetLockInSignalling
	case b.rule == "":
		if b.flags = allocFlags(c.Name, args); b.flags != "" {
			b.rule = contract.AllocInSignalling
		}
	}
	if b.rule == contract.AllocInSignalling && noreclaim && !atomic {
		return ban{}, false
	}
	if atomic && (b.rule != "" || l.sleeps[c.Name]) {
		b.rule = contract.SleepInAtomic
	}
	return b, b.rule != ""
}

// harmless knows calls that their arguments make legal: a trylock, and a wait
// that ends after a time whatever happens.
func harmless(name string, args []string) bool {
	arg := func(i int) string {
		if i >= len(args) {
			return ""
		}
		return args[i]
	}
	switch name {
	case "ttm_bo_reserve": // (bo, interruptible, no_wait, ticket)
		return arg(2) != "false"
	case "dma_fence_wait_timeout": // (fence, intr, timeout)
		return arg(2) != "MAX_SCHEDULE_TIMEOUT"
	case "dma_resv_wait_timeout": // (obj, usage, intr, timeout)
		return arg(3) != "MAX_SCHEDULE_TIMEOUT"
	case "i915_request_wait", "i915_request_wait_timeout": // (rq, flags, timeout)
		return arg(2) != "MAX_SCHEDULE_TIMEOUT"
	}
	return false
}

// isModeConfig knows dev->mode_config.mutex, whatever dev is.
func isModeConfig(arg string) bool {
	return strings.HasSuffix(strings.ReplaceAll(arg, " ", ""), "mode_config.mutex")
}

// storesFlags knows what takes flags and allocates nothing.
func storesFlags(name string) bool {
	switch name {
	case "INIT_RADIX_TREE", "mapping_set_gfp_mask", "mapping_gfp_constraint", "mapping_gfp_mask", "gfpflags_allow_blocking":
		return true
	}
	return false
}

// allocFlags returns the flags with which a call may wait for memory. The
// allocators by type of Linux 7.0 (include/linux/slab.h) take GFP_KERNEL when
// they are given none.
func allocFlags(name string, args []string) string {
	if flags := reclaimFlags(args); flags != "" {
		return flags
	}
	plain := 0
	switch strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(name, "kv"), "k"), "m") {
	case "alloc_obj", "zalloc_obj":
		plain = 1
	case "alloc_objs", "zalloc_objs":
		plain = 2
	case "alloc_flex", "zalloc_flex":
		plain = 3
	}
	if plain > 0 && len(args) == plain {
		return "GFP_KERNEL"
	}
	return ""
}
