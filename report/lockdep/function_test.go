// SPDX-License-Identifier: MIT

package lockdep

import (
	"strings"
	"testing"
)

func sure(names string) (out []Frame) {
	for _, n := range strings.Fields(names) {
		out = append(out, Frame{Function: strings.TrimPrefix(n, "?"), Reliable: n[0] != '?'})
	}
	return out
}

func TestStalled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stack       string
		interrupted bool
		want        string
	}{
		"work item":         {"leaf vkms_loop vkms_composer_worker process_one_work worker_thread kthread", true, "vkms_composer_worker"},
		"below the tick":    {"rcu_sched_clock_irq update_process_times apic_timer_interrupt leaf my_poll net_rx_action __do_softirq", false, "my_poll"},
		"tick not over":     {"leaf my_poll process_one_work", false, ""},
		"ioctl of a driver": {"leaf vgem_ioctl drm_ioctl_kernel drm_ioctl vfs_ioctl __x64_sys_ioctl do_syscall_64", true, "vgem_ioctl"},
		"protocol":          {"leaf ip_rcv_finish ip_rcv __netif_receive_skb_one_core __netif_receive_skb", true, "ip_rcv"},
		"other processors":  {"csd_lock_wait smp_call_function_many on_each_cpu my_work process_one_work", true, "smp_call_function_many"},
		"guesses":           {"?process_one_work leaf do_syscall_64", true, "leaf"},
		"nothing":           {"", true, ""},
	} {
		if got := stalled(sure(c.stack), c.interrupted); got != c.want {
			t.Errorf("%s: stalled(%s) = %q; want %q", name, c.stack, got, c.want)
		}
	}
}

// Inline functions show in logs with symbols only: they must not become the topic
// there.
func TestPlumbing(t *testing.T) {
	t.Parallel()
	for _, fn := range strings.Fields(`dump_stack_lvl __might_resched __mutex_lock mutex_lock_nested _raw_spin_lock_irqsave queued_spin_lock_slowpath
		__pv_queued_spin_lock_slowpath osq_unlock lock_acquire lock_pin_lock read_seqcount_begin srcu_read_lock folio_wait_bit_common __kmalloc_noprof
		arch_atomic_inc atomic64_inc_return test_and_set_bit instrument_atomic_read_write list_del_init __list_del_entry_valid hlist_add_head
		refcount_inc kobject_put memcpy __dev_printk _dev_err netdev_info vprintk_emit console_emit_next_record symbol_string
		timer_is_static_object debug_timer_activate __bfs preempt_count_sub check_region_inline dma_fence_wait_timeout dma_resv_lock`) {
		if !Plumbing(fn) {
			t.Errorf("Plumbing(%s) = false; it does what its caller asked for", fn)
		}
	}
	for _, fn := range strings.Fields(`vkms_crtc_atomic_begin vgem_fence_attach_ioctl drm_atomic_helper_commit_tail __alloc_skb iput rtnl_lock
		radix_tree_node_alloc exit_to_user_mode_prepare dma_fence_signal drm_sched_main dma_resv_lockdep set_config list_lru_add_obj`) {
		if Plumbing(fn) {
			t.Errorf("Plumbing(%s) = true; it can be at fault", fn)
		}
	}
}

// The compiler decides which functions of lockdep.c show on a stack.
func TestMachineryOfLockdep(t *testing.T) {
	t.Parallel()
	for _, fn := range strings.Fields(`check_no_collision alloc_list_entry add_chain_cache lookup_chain_cache_add find_usage_backwards
		__bfs_forwards hlock_conflict match_held_lock graph_unlock lock_repin_lock lock_sync static_obj save_trace zap_class
		print_circular_bug lockdep_rcu_suspicious __lockdep_reset_lock debug_check_no_locks_held mark_lock_irq`) {
		if !machinery(fn) {
			t.Errorf("machinery(%s) = false; it is of kernel/locking/lockdep.c", fn)
		}
	}
}

func TestFirstCaller(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stack string
		want  int
	}{
		"lock":               {"__lock_acquire lock_acquire __mutex_lock vkms_get drm_ioctl", 3},
		"nested lock":        {"lock_acquire __mutex_lock _mutex_lock_nest_lock vgem_nest", 3},
		"sleep":              {"__schedule_bug __schedule schedule_timeout msleep sync_timeline_signal", 4},
		"unmap":              {"lock_acquire mmu_notifier_invalidate_range_start zap_page_range_single unmap_mapping_range vkms_pin", 4},
		"named lock":         {"lock_acquire __mutex_lock rtnl_lock my_ioctl", 3},
		"flush":              {"lock_acquire touch_wq_lockdep_map __flush_workqueue virtio_gpu_retire", 3},
		"guess above":        {"lock_acquire ?vkms_guess vkms_get", 2},
		"only a guess":       {"lock_acquire ?mutex_lock ?vkms_guess", 2},
		"all of it plumbing": {"lock_acquire mutex_lock", -1},
		"empty":              {"", -1},
	} {
		if got := FirstCaller(sure(c.stack)); got != c.want {
			t.Errorf("%s: FirstCaller(%s) = %d; want %d", name, c.stack, got, c.want)
		}
	}
}

func TestLeftBehind(t *testing.T) {
	t.Parallel()
	held := []Lock{{Class: "dma_fence_map", Function: "vgem_fence_signal_ioctl"}}
	for name, c := range map[string]struct{ stack, fn, want string }{
		"victim":                {"__might_fault drm_ioctl vfs_ioctl", "drm_ioctl", "vgem_fence_signal_ioctl"},
		"the section goes on":   {"__might_fault drm_ioctl vgem_fence_signal_ioctl", "drm_ioctl", "drm_ioctl"},
		"a function of its own": {"__might_fault vgem_pin drm_ioctl", "vgem_pin", "vgem_pin"},
	} {
		p := &parser{family: CircularDependency, trace: sure(c.stack), held: held}
		if got := p.leftBehind(c.fn); got != c.want {
			t.Errorf("%s: leftBehind(%s) = %q; want %q", name, c.fn, got, c.want)
		}
	}
}
