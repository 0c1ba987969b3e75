// SPDX-License-Identifier: MIT

package lockdep

import "strings"

// stalled names the function that does not come to an end. The timer hits a loop
// at a random place, so the leaf says nothing; the entry into the layer that loops
// does: the protocol handler below __netif_receive_skb(), the work item, the timer,
// the driver's function below vfs_ioctl(). The stack may begin with the timer tick;
// interrupted says that it does not. A processor that waits for the others is told
// apart, whatever it wants from them.
func stalled(trace []Frame, interrupted bool) string {
	last := ""
	for _, f := range trace {
		switch {
		case !f.Reliable:
		case interruptEntry(f.Function):
			last, interrupted = "", true // what came before was the timer tick
		case strings.HasPrefix(f.Function, "smp_call_function") && interrupted:
			return f.Function
		case dispatcher(f.Function):
			if last != "" && interrupted {
				return last
			}
		case !f.Inlined && !machinery(f.Function): // what was inlined shows in logs with symbols only
			last = f.Function
		}
	}
	return ""
}

// interruptEntry knows the frames between the timer tick and the code that it hit.
func interruptEntry(fn string) bool {
	switch fn {
	case "apic_timer_interrupt", "asm_sysvec_apic_timer_interrupt", "asm_common_interrupt",
		"el1_irq", "el1h_64_irq", "__irq_svc":
		return true
	}
	return false
}

// AboveInterrupt is the part of a stack that ran in an interrupt, or all of it where
// none shows. What stands below the entry was hit by chance and differs from boot
// to boot.
func AboveInterrupt(stack []Frame) []Frame {
	for i, f := range stack {
		if i > 0 && f.Reliable && (interruptEntry(f.Function) || strings.HasPrefix(f.Function, "asm_sysvec_") ||
			f.Function == "common_interrupt" || f.Function == "ret_from_intr") {
			return stack[:i+1]
		}
	}
	return stack
}

// dispatcher knows the callers that run somebody else's function.
func dispatcher(fn string) bool {
	switch fn {
	case "process_one_work", "kthread", "smpboot_thread_fn", "run_ksoftirqd", "cpu_startup_entry",
		"call_timer_fn", "__run_timers", "run_timer_softirq", "__run_hrtimer", "__hrtimer_run_queues", "tasklet_action_common",
		"net_rx_action", "__do_softirq", "handle_softirqs",
		"do_syscall_64", "do_syscall_x64", "do_fast_syscall_32", "entry_SYSCALL_64_fastpath", "entry_SYSCALL_64_after_hwframe",
		"invoke_syscall", "el0_svc_common", "ret_fast_syscall",
		"vfs_ioctl", "do_vfs_ioctl", "drm_ioctl_kernel", "drm_ioctl", "sock_ioctl", "vfs_read", "__vfs_read", "new_sync_read",
		"vfs_write", "__vfs_write", "new_sync_write", "sock_sendmsg", "__sock_sendmsg", "sock_sendmsg_nosec", "__sys_connect":
		return true
	}
	return strings.HasPrefix(fn, "__netif_receive_skb")
}

// stuckPool is the "cpus=0 node=0 flags=0x0 nice=0" of a workqueue lockup's message.
func stuckPool(message string) string {
	_, pool, _ := strings.Cut(message, " - pool ")
	pool, _, _ = strings.Cut(pool, " stuck for ")
	return strings.TrimSpace(pool)
}

// worker reads "pwq 2: cpus=0 node=0 flags=0x0 nice=0 active=1" and, below the one that
// is stuck, "in-flight: 17:fn": what it runs keeps the others waiting
// (show_pwq() in kernel/workqueue.c).
func (p *parser) worker(text string) {
	if strings.HasPrefix(text, "pwq ") {
		p.stuck = p.pool != "" && strings.Contains(text, " "+p.pool+" ")
	}
	work, ok := strings.CutPrefix(text, "in-flight: ")
	if !ok || !p.stuck || p.last != "" {
		return
	}
	work, _, _ = strings.Cut(work, " ")
	_, fn, _ := strings.Cut(strings.TrimSuffix(work, ","), ":")
	fn, _, _ = strings.Cut(fn, "+0x")
	if isIdentifier(fn) {
		p.last = StripSuffix(fn)
	}
}
