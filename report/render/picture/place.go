// SPDX-License-Identifier: MIT

package picture

import (
	"fmt"
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// where finds the places that a reader should look at in a stack: the first frame
// that is no helper, and the frame that a patch adds or moves, if it is another.
func where(word string, stack []lockdep.Frame, function string) []place {
	at := first(stack, function)
	if at < 0 {
		if function == "" {
			return nil
		}
		return []place{{word: word, function: function}}
	}
	out := []place{newPlace(word, stack[at])}
	for i, f := range stack {
		if f.Patch > 0 && f.Function != "" && i != at {
			if out[0].patch == 0 {
				out = append(out, newPlace("called by", f))
			}
			break
		}
	}
	return out
}

func newPlace(word string, f lockdep.Frame) place {
	p := place{word: word, function: f.Function, patch: f.Patch}
	if f.File != "" && f.Line > 0 {
		p.site = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	return p
}

// first is the index of the frame of function, else of the first reliable frame
// that is no helper, else of the first reliable frame; -1 if there is none.
func first(stack []lockdep.Frame, function string) int {
	fallback := -1
	for i, f := range stack {
		if !f.Reliable || f.Function == "" {
			continue
		}
		if function != "" && f.Function == function {
			return i
		}
		if fallback < 0 {
			fallback = i
		}
	}
	if function != "" {
		return -1
	}
	for i, f := range stack {
		if f.Reliable && f.Function != "" && !service(f.Function) {
			return i
		}
	}
	return fallback
}

// origin says from where a code path came, by the outer frames of its stack.
func origin(stack []lockdep.Frame) string {
	for _, f := range stack {
		if !f.Reliable {
			continue
		}
		switch fn := f.Function; {
		case fn == "do_one_initcall" || fn == "kernel_init_freeable" || fn == "start_kernel":
			return "at boot"
		case fn == "process_one_work":
			return "in a work item"
		case fn == "kswapd":
			return "in kswapd, which frees memory"
		case fn == "__handle_irq_event_percpu" || fn == "__hrtimer_run_queues":
			return "in an interrupt handler"
		case fn == "handle_softirqs" || fn == "__do_softirq":
			return "in a soft interrupt"
		case fn == "exc_page_fault" || fn == "do_page_fault" || fn == "do_user_addr_fault" || fn == "do_mem_abort":
			return "in a page fault"
		case syscallOf(fn) != "":
			return "in the system call " + syscallOf(fn)
		case fn == "kthread":
			return "in a kernel thread"
		}
	}
	return ""
}

// syscallOf is the name of the system call that fn is the entry of, or "".
func syscallOf(fn string) string {
	for _, p := range []string{"__x64_sys_", "__ia32_sys_", "__arm64_sys_", "__se_sys_", "__do_sys_", "SyS_"} {
		if name, ok := strings.CutPrefix(fn, p); ok {
			return name
		}
	}
	return ""
}

// service knows functions that a caller chose to use: a lock taken inside of them
// is the caller's. lockdep's own checks are among them. It is a shorter list than
// that of package lockdep, for stacks that have no [lockdep.Splat.Function].
func service(fn string) bool {
	for _, p := range services() {
		if strings.HasPrefix(fn, p) {
			return true
		}
	}
	switch fn {
	case "down", "dma_resv_lock", "modeset_lock", "might_alloc", "prepare_alloc_pages", "get_page_from_freelist", "new_slab",
		"allocate_slab", "flush_work", "start_flush_work", "console_lock", "lock_sock_nested", "schedule",
		"rtnl_lock", "pipe_lock", "cpus_read_lock", "lock_page", "save_trace", "validate_chain", "check_noncircular", "__might_fault", "might_fault":
		return true
	}
	return false
}

func services() []string {
	return []string{
		"lock_acquire", "__lock_acquire", "dump_", "show_", "print_", "check_", "mark_lock", "__might_", "___might_", "__schedule",
		"_raw_", "__raw_", "do_raw_", "queued_", "raw_spin_", "spin_lock", "rt_spin_", "rt_mutex_", "__rt_mutex",
		"mutex_lock", "__mutex_", "ww_mutex_", "__ww_mutex", "down_read", "down_write", "down_trylock", "__down", "percpu_down", "rwsem_",
		"dma_resv_lock_", "dma_resv_wait", "drm_modeset_lock", "dma_fence_begin_signalling", "__dma_fence_might_wait", "dma_fence_wait",
		"dma_fence_default_wait", "wait_for_", "__wait_for_", "__flush_work", "flush_workqueue", "__cancel_work", "cancel_work_sync",
		"fs_reclaim_", "__fs_reclaim_", "kmem_cache_", "__kmem_cache", "kmalloc", "__kmalloc", "___kmalloc", "__do_kmalloc", "kzalloc",
		"kcalloc", "kvmalloc", "__kvmalloc", "krealloc", "vmalloc", "__vmalloc", "slab_", "__slab_", "___slab_", "alloc_pages",
		"__alloc_pages", "__alloc_frozen", "alloc_frozen", "folio_alloc", "__folio_alloc", "vma_alloc_", "__get_free_pages",
		"schedule_", "console_trylock", "__down_trylock", "vprintk", "printk", "_printk", "io_schedule",
	}
}
