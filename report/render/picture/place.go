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
	if i := lockdep.FirstCaller(stack); i >= 0 && stack[i].Reliable {
		return i
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
