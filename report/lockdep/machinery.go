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
		"spin_dump", "spin_bug", "rwlock_bug", "sched_show_task", "show_regs", "__show_regs", "save_trace",
		"check_noncircular", "check_prev_add", "check_prevs_add", "check_deadlock", "check_irq_usage",
		"check_usage", "check_usage_backwards", "check_usage_forwards", "check_chain_key", "check_wait_context",
		"check_preemption_disabled", "debug_smp_processor_id", "__this_cpu_preempt_check",
		"validate_chain", "mark_lock", "mark_lock_irq", "mark_held_locks", "mark_usage", "register_lock_class",
		"assign_lock_key", "find_held_lock", "add_lock_to_list", "reacquire_held_locks", "look_up_lock_class",
		"check_path", "check_redundant", "__bfs", "lock_set_class", "lock_downgrade", "lock_pin_lock", "lock_unpin_lock", "lock_contended",
		"warn_bogus_irq_restore", "timer_is_static_object", "work_is_static_object", "check_region_inline",
		"rcu_dynticks_curr_cpu_in_eqs", "rcu_is_watching",
		"lock_acquire", "__lock_acquire", "lock_release", "__lock_release", "lock_is_held_type", "valid_state",
		"ret_from_exception", "error_entry", "die_kernel_fault", "do_translation_fault", "do_mem_abort",
		"do_DataAbort", "__dabt_svc", "__und_svc", "bad_area_nosemaphore", "kernelmode_fixup_or_oops",
		"rcu_check_callbacks", "rcu_sched_clock_irq", "rcu_pending", "check_cpu_stall", "rcu_dump_cpu_stacks",
		"update_process_times", "smp_apic_timer_interrupt", "apic_timer_interrupt", "hrtimer_interrupt",
		"watchdog_timer_fn", "__schedule_bug", "end_report", "object_err", "trace_hardirqs_on", "trace_hardirqs_off":
		return true
	}
	return hasPrefix(fn, machineryPrefixes)
}

var machineryPrefixes = []string{
	"dump_stack", "__dump_stack", "dump_backtrace", "show_stack", "show_trace_log", "__warn", "warn_slowpath", "warn_alloc",
	"print_", "__print_", "do_trap", "do_error_trap", "exc_", "asm_exc_", "do_page_fault", "__do_page_fault", "do_user_addr_fault",
	"do_general_protection", "__bad_area", "bad_area", "__do_kernel_fault", "el1_", "el1h_", "do_debug_exception",
	"__lock_set", "lockdep_", "debug_check_no_", "debug_show_", "debug_lockdep_", "debug_locks", "debug_mutex_",
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
