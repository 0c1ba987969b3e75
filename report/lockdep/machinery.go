// SPDX-License-Identifier: MIT

package lockdep

import "strings"

// machinery says that fn is part of how the kernel prints a report: stack dumps,
// lockdep's checks, traps and their handlers, watchdogs.
func machinery(fn string) bool {
	switch fn {
	case "panic", "__panic", "vpanic", "panic_saved_regs", "nmi_panic", "report_bug", "fixup_bug", "handle_bug",
		"bug_handler", "brk_handler", "invalid_op", "do_invalid_op", "oops_end", "die", "__die", "no_context",
		"page_fault", "async_page_fault", "general_protection", "divide_error", "unwind_backtrace", "show_trace",
		"spin_dump", "spin_bug", "rwlock_bug", "sched_show_task", "show_regs", "__show_regs",
		"check_preemption_disabled", "debug_smp_processor_id", "__this_cpu_preempt_check",
		"warn_bogus_irq_restore", "timer_is_static_object", "work_is_static_object", "check_region_inline",
		"rcu_dynticks_curr_cpu_in_eqs", "rcu_is_watching",
		"ret_from_exception", "error_entry", "die_kernel_fault", "do_translation_fault", "do_mem_abort",
		"do_DataAbort", "__dabt_svc", "__und_svc", "bad_area_nosemaphore", "kernelmode_fixup_or_oops",
		"rcu_check_callbacks", "rcu_sched_clock_irq", "rcu_pending", "check_cpu_stall", "rcu_dump_cpu_stacks",
		"update_process_times", "smp_apic_timer_interrupt", "apic_timer_interrupt", "hrtimer_interrupt",
		"watchdog_timer_fn", "__schedule_bug", "end_report", "object_err", "trace_hardirqs_on", "trace_hardirqs_off":
		return true
	}
	return validator(fn) || hasPrefix(fn, machineryPrefixes)
}

// validator says that fn is of kernel/locking/lockdep.c, under a name that has none of
// machineryPrefixes. All of them can stand on top of a stack: what it inlines differs
// from compiler to compiler.
func validator(fn string) bool {
	switch fn {
	case "lock_acquire", "__lock_acquire", "lock_release", "__lock_release", "lock_acquired", "__lock_acquired",
		"lock_contended", "__lock_contended", "lock_sync", "lock_is_held_type", "__lock_is_held", "lock_set_class",
		"lock_downgrade", "__lock_downgrade", "lock_pin_lock", "__lock_pin_lock", "lock_repin_lock", "__lock_repin_lock",
		"lock_unpin_lock", "__lock_unpin_lock", "lock_release_holdtime", "lock_release_nested", "lock_release_non_nested",
		"find_held_lock", "match_held_lock", "reacquire_held_locks", "validate_chain", "register_lock_class",
		"assign_lock_key", "look_up_lock_class", "static_obj", "is_dynamic_key", "count_matching_names", "verify_lock_unused",
		"mark_lock", "mark_lock_irq", "mark_lock_accessed", "mark_held_locks", "mark_usage", "valid_state", "separate_irq_context":
		return true
	case "check_noncircular", "check_prev_add", "check_prevs_add", "check_prev_add_irq", "check_deadlock", "check_irq_usage",
		"check_usage", "check_usage_backwards", "check_usage_forwards", "check_chain_key", "check_wait_context", "check_path",
		"check_redundant", "check_flags", "check_no_collision", "check_lock_chain_key", "check_data_structures", "__check_data_structures",
		"find_usage_backwards", "find_usage_forwards", "find_exclusive_match", "__bfs", "__bfs_backwards", "__bfs_forwards",
		"usage_match", "usage_accumulate", "usage_skip", "hlock_conflict", "hlock_equal", "hlock_class", "class_filter",
		"graph_lock", "graph_unlock", "traces_identical", "save_trace", "get_usage_chars", "noop_count":
		return true
	case "add_lock_to_list", "alloc_list_entry", "add_chain_cache", "lookup_chain_cache", "lookup_chain_cache_add",
		"lock_chain_get_class", "alloc_lock_chain", "alloc_chain_hlocks", "free_chain_hlocks", "add_chain_block", "del_chain_block",
		"init_chain_block", "init_data_structures_once", "inc_chains", "dec_chains", "iterate_chain_key", "zap_class", "reinit_class",
		"remove_class_from_lock_chain", "remove_class_from_lock_chains", "__free_zapped_classes", "free_zapped_rcu", "call_rcu_zapped",
		"prepare_call_rcu_zapped", "get_pending_free", "__trace_hardirqs_on_caller":
		return true
	}
	return false
}

var machineryPrefixes = []string{
	"dump_stack", "__dump_stack", "dump_backtrace", "show_stack", "show_trace_log", "__warn", "warn_slowpath", "warn_alloc",
	"print_", "__print_", "do_trap", "do_error_trap", "exc_", "asm_exc_", "do_page_fault", "__do_page_fault", "do_user_addr_fault",
	"do_general_protection", "__bad_area", "bad_area", "__do_kernel_fault", "el1_", "el1h_", "do_debug_exception",
	"__lock_set", "lockdep_", "__lockdep_", "debug_check_no_", "debug_show_", "debug_lockdep_", "debug_locks", "debug_mutex_",
	"__asan_", "__kasan", "kasan_", "check_memory_region", "__msan_", "kmsan_", "__kmsan", "kcsan_", "__tsan_",
	"__ubsan_", "ubsan_", "__sanitizer_", "kfence_", "__kfence", "describe_", "nmi_", "trigger_", "arch_trigger",
	"tick_sched_", "tick_nohz_", "tick_handle_periodic", "__sysvec_", "sysvec_apic", "asm_sysvec", "trace_hardirqs", "debug_object", "debug_print_object", "__debug_",
	"debug_spin_", "debug_timer_", "debug_hrtimer_", "debug_work_", "debug_rcu_head_", "preempt_count_",
	"rcu_read_lock_", "__rcu_read_", "rcu_lockdep", "arch_stack_walk", "stack_trace_", "entry_SYSCALL", "entry_SYSENTER", "entry_INT80",
	"do_syscall_", "do_fast_syscall", "x64_sys_call", "tracesys", "el0_", "el0t_", "invoke_syscall", "ret_fast_syscall",
	"should_fail", "__should_fail", "fail_dump",
}

func hasPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
