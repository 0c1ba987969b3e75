// SPDX-License-Identifier: MIT

package lockdep

// helper says that fn is a service of the kernel which the caller chose to use:
// locks, waiting, memory, strings, reference counts, printing. A report that is
// raised inside of it is about the caller.
func helper(fn string) bool {
	switch fn {
	case "down", "down_interruptible", "down_killable", "down_timeout", "down_trylock", "up", "console_lock",
		"console_trylock", "lock_sock_nested", "lock_sock", "lock_sock_fast", "modeset_lock", "mutex_unlock",
		"schedule", "__schedule", "__sched_text_start", "schedule_idle", "context_switch", "__switch_to", "io_schedule", "yield",
		"flush_work", "__flush_work", "start_flush_work", "flush_workqueue", "__flush_workqueue", "drain_workqueue", "cancel_work_sync", "cancel_delayed_work_sync",
		"kthread_stop", "kthread_park", "__cancel_work_timer", "__cancel_work_sync", "touch_wq_lockdep_map", "touch_work_lockdep_map", "bit_wait", "bit_wait_io", "__wait_rcu_gp",
		"might_alloc", "might_sleep", "__might_sleep", "___might_sleep", "__might_resched", "__might_fault", "might_fault",
		"_cond_resched", "cond_resched", "destroy_workqueue", "try_to_grab_pending", "kthread_flush_work", "kthread_cancel_work_sync",
		"sched_submit_work", "__lock_page", "__lock_page_killable", "__folio_lock", "__folio_lock_killable", "__wait_on_buffer", "wait_woken",
		"wake_up_klogd", "defer_console_output", "pointer", "number", "va_format", "symbol_string", "format_decode",
		"copy_overflow", "check_stack_object", "complete", "complete_all", "try_to_wake_up", "wake_up_process",
		"task_rq_lock", "__task_rq_lock", "wake_up_q", "__up", "__up_console_sem", "deactivate_slab", "flush_cpu_slab", "prepare_alloc_pages", "get_page_from_freelist", "new_slab",
		"allocate_slab", "dput", "fast_dput", "add_uevent_var", "device_add", "device_register",
		"console_unlock", "irq_exit", "do_softirq", "local_bh_enable", "invoke_softirq",
		"percpu_counter_add_batch", "string", "string_nocheck", "hex_string", "ip6_string", "copyout", "copyin",
		"usercopy_abort", "check_heap_object", "skb_panic", "skb_over_panic", "skb_under_panic", "skb_put", "skb_push", "skb_pull",
		"call_rcu", "__call_rcu", "__call_rcu_common", "timerqueue_add", "timerqueue_del", "process_one_work",
		"process_scheduled_works", "worker_thread", "kthread", "ret_from_fork", "ret_from_fork_asm", "handle_overflow", "read_word_at_a_time", "cipher_crypt_one", "rng_setkey", "jent_read_entropy":
		return true
	case "dma_resv_lockdep": // no service, but the initcall that teaches lockdep the order
		return false
	}
	return hasPrefix(fn, lockPrefixes) || hasPrefix(fn, waitPrefixes) ||
		hasPrefix(fn, memoryPrefixes) || hasPrefix(fn, dataPrefixes)
}

// Locks: kernel/locking/*.c, and the thin covers that drm and dma-buf put on them.
var lockPrefixes = []string{
	"_raw_", "__raw_", "do_raw_", "queued_", "native_queued_", "raw_spin_", "spin_lock", "spin_unlock", "rt_spin_",
	"rt_mutex_", "__rt_mutex", "mutex_lock", "__mutex_", "mutex_trylock", "ww_mutex_", "__ww_mutex", "down_read",
	"down_write", "__down", "up_read", "up_write", "_mutex_lock", "_mutex_trylock", "ww_acquire_", "drm_modeset_acquire_", "rwsem_", "__rwsem", "percpu_down", "percpu_up", "__percpu_down",
	"percpu_rwsem", "__rwbase", "rwbase_", "bit_spin_", "dma_resv_", "drm_modeset_lock", "drm_gem_lock_reservations",
	"dma_fence_get", "dma_fence_put", "dma_fence_enable_sw_signaling", "dma_fence_begin_signalling", "dma_fence_end_signalling", "__dma_fence_might_wait", "_atomic_dec_and_lock",
	"lockref_", "osq_lock", "osq_unlock", "lock_acquire", "pv_queued_", "__pv_queued_", "kvm_wait", "mutex_optimistic_", "call_rwsem_",
	"seqcount_lockdep_", "read_seq", "write_seq", "__seqprop_", "srcu_read_", "__srcu_read_", "srcu_lock_", "rcu_lock_", "local_lock_",
}

// Waiting: kernel/sched/{core,completion,wait,wait_bit,swait}.c, timers, work items,
// and waits for fences.
var waitPrefixes = []string{
	"schedule_timeout", "schedule_preempt_disabled", "schedule_hrtimeout", "preempt_schedule", "io_schedule_",
	"wait_for_common", "__wait_for_common", "do_wait_for_common", "wait_for_completion", "wait_on_bit", "__wait_on_bit",
	"out_of_line_wait", "dma_fence_wait", "dma_fence_default_wait", "prepare_to_wait", "finish_wait", "__wake_up",
	"del_timer", "__del_timer", "try_to_del_timer", "timer_delete", "__timer_delete", "timer_shutdown", "mod_timer",
	"add_timer", "lock_timer_base", "hrtimer_cancel", "hrtimer_start", "queue_work", "__queue_work", "queue_delayed_work",
	"hrtimer_try_to_cancel", "hrtimer_active", "__cond_resched", "folio_wait_bit", "wait_on_page_bit", "__wait_on_page_bit",
	"msleep", "usleep_range", "fsleep", "ssleep", "swake_up", "__swait", "autoremove_wake", "default_wake",
}

// Memory: mm/*.c, lib/kobject*.c, and the inline functions that only a log with
// symbols shows (include/linux/{atomic,bitops,list}*).
var memoryPrefixes = []string{
	"fs_reclaim_", "__fs_reclaim_", "kmem_cache_", "__kmem_cache", "kmalloc", "__kmalloc", "___kmalloc", "__do_kmalloc",
	"kzalloc", "kcalloc", "kvmalloc", "__kvmalloc", "kvzalloc", "krealloc", "__do_krealloc", "kvfree", "kfree", "__kfree",
	"vmalloc", "__vmalloc", "vzalloc", "vfree", "slab_", "__slab_", "___slab_", "slab_pre_alloc",
	"alloc_pages", "__alloc_pages", "__alloc_frozen", "alloc_frozen", "folio_alloc", "__folio_alloc", "vma_alloc_",
	"__get_free_pages", "get_zeroed_page", "free_pages", "__free_pages", "pcpu_alloc", "__alloc_percpu", "devm_k",
	"kstrdup", "kmemdup", "kasprintf", "kvasprintf", "page_pool_", "__page_pool", "bad_page", "alloc_slab", "post_alloc_hook", "free_unref",
	"refcount_", "__refcount", "kref_", "kobject_", "kset_", "percpu_ref_", "atomic_", "atomic64_", "arch_atomic", "raw_atomic",
	"set_bit", "__set_bit", "clear_bit", "__clear_bit", "change_bit", "test_bit", "test_and_", "instrument_",
	"list_add", "list_del", "list_move", "list_splice", "hlist_add", "hlist_del", "__list_", "__hlist_", "rb_", "__rb_", "__check_object", "__check_heap", "fortify_", "__fortify_", "mempool_",
	"mmu_notifier_invalidate_range", "__mmu_notifier_invalidate_range", "unmap_mapping_", "zap_page_range",
	"consume_skb", "__kfree_skb", "skb_release_", "skb_free_",
}

// Data: lib/string.c, lib/vsprintf.c, kernel/printk, user copies and ciphers.
var dataPrefixes = []string{
	"memcpy", "memmove", "memset", "memcmp", "__memcpy", "__memmove", "__memset", "strlen", "strnlen", "strcmp", "strncmp",
	"strcpy", "strncpy", "strlcpy", "strscpy", "sized_str", "strcat", "strchr", "strstr", "strcasecmp", "copy_user", "_copy_",
	"__copy_", "copy_to_user", "copy_from_user", "copy_to_iter", "copy_from_iter", "__put_user", "__get_user", "clear_user",
	"__pi_mem", "__pi_str", "rep_movs", "vsnprintf", "vscnprintf", "snprintf", "sprintf", "scnprintf", "seq_printf",
	"printk", "_printk", "vprintk", "dev_printk", "__dev_printk", "dev_vprintk", "_dev_err", "_dev_warn", "_dev_info", "_dev_notice",
	"_dev_printk", "__netdev_printk", "netdev_printk", "netdev_err", "netdev_warn", "netdev_info",
	"console_flush", "console_emit_", "__console_emit_", "csum_partial", "crc32", "crypto_", "aes_", "aesti_", "drbg_",
	"sha1_", "sha256_", "sha512_", "md5_", "chacha_", "poly1305_", "ghash_", "jent_",
}
