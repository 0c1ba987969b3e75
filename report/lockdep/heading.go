// SPDX-License-Identifier: MIT

package lockdep

import (
	"strconv"
	"strings"
)

// heading reads the lines that open a section of a report, in the wording of
// print_circular_bug(), print_usage_bug(), print_bad_irq_dependency() and
// lockdep_print_held_locks() in kernel/locking/lockdep.c.
func (p *parser) heading(text string) bool {
	switch text[0] {
	case '-':
		if strings.HasPrefix(text, "-> #") {
			return p.chainLink(text)
		}
	case '.':
		if strings.HasPrefix(text, "... which became") {
			p.became(text)
			return true
		}
	case 'c':
		if p.family == InvalidWaitContext && strings.HasPrefix(text, "context-{") {
			p.usage = text
			return true
		}
	}
	if p.inPart(text) {
		return true
	}
	switch {
	case strings.HasSuffix(text, "state was registered at:"):
		p.section = inPast
	case strings.HasPrefix(text, "the dependencies between"), strings.HasPrefix(text, "the shortest dependencies between"):
		p.beginPart(text)
	case strings.HasPrefix(text, "other info that might help"):
		p.leave(inDetails)
	case strings.HasPrefix(text, "irq event stamp:"):
		if p.section == inPast { // in the header it is a line of another CPU
			p.section = inDetails
		}
	case text == "which would create a new lock dependency:":
		p.next = wantsDep
	case text == "Chain exists of:":
		p.next = wantsAll
	case text == "but this task is not holding:" && p.section == inHeader:
		p.next = wantsNest
	case strings.Contains(text, " held by ") && strings.HasSuffix(text, ":"):
		p.heldBy(text)
	default:
		return p.irqHeading(text) || p.traceHeading(text)
	}
	return true
}

// irqHeading reads the lines that say what the next lock is to an interrupt.
func (p *parser) irqHeading(text string) bool {
	switch {
	case strings.HasPrefix(text, "but this new dependency connects a "):
		p.irq, p.role = irqKind(text), isSafe
		p.leave(inHeader)
	case strings.HasPrefix(text, "to a ") && strings.HasSuffix(text, "unsafe lock:"):
		p.irq, p.role = irqKind(text), isUnsafe
		p.leave(inHeader)
	case strings.HasPrefix(text, "but this lock "):
		p.irq, p.takenBy = irqKind(text), strings.Contains(text, " was taken by another")
		p.leave(inHeader)
	default:
		return false
	}
	return true
}

// irqKind is "HARDIRQ" or "SOFTIRQ"; a "-READ" behind it (state_rnames[]) is left
// out. Before Linux 2.6.31 the words were "hard" and "soft".
func irqKind(text string) string {
	switch {
	case strings.Contains(text, "SOFTIRQ"), strings.Contains(text, "soft-"):
		return "SOFTIRQ"
	case strings.Contains(text, "HARDIRQ"), strings.Contains(text, "hard-"):
		return "HARDIRQ"
	}
	return "RECLAIM_FS" // until Linux 4.14
}

// leave goes to another section, except from the trace: that is the last one of
// a lockdep report, and what follows it is noise.
func (p *parser) leave(to section) {
	if p.section != inTrace {
		p.section = to
	}
}

// traceHeading reads the lines that begin or end the stack of the report.
func (p *parser) traceHeading(text string) bool {
	switch {
	case strings.EqualFold(text, "call trace:"), text == "stack backtrace:", text == "backtrace:",
		strings.HasPrefix(text, "Backtrace:"):
		p.beginTrace()
	case strings.HasSuffix(text, "RCU grace-period kthread stack dump:"):
		p.section, p.starved = inHeader, true
	case strings.HasSuffix(text, "Stack dump where RCU GP kthread last ran:"):
		p.starved, p.starver = false, len(p.trace) == 0
	case strings.HasPrefix(text, "page last allocated "):
		p.section = inOwner
	case strings.HasPrefix(text, "Allocated by task"), strings.HasPrefix(text, "Freed by task"),
		strings.HasPrefix(text, "Last potentially related work"),
		strings.HasPrefix(text, "Showing all locks held"), strings.HasPrefix(text, "NMI backtrace for cpu"),
		strings.HasPrefix(text, "Uninit was "), strings.HasPrefix(text, "page last free"), strings.HasPrefix(text, "page_owner "),
		strings.HasPrefix(text, "---[ end trace"), strings.HasPrefix(text, "Kernel Offset:"):
		p.section = inOther
	default:
		return p.identity.stack(text)
	}
	return true
}

// beginTrace goes to the stack of the report, unless it has been read already.
// A watchdog shows the stacks of several CPUs; the first one counts.
func (p *parser) beginTrace() {
	if p.starved { // that of RCU's own thread counts where there is no other
		p.section = inHeader
		return
	}
	if len(p.trace) > 0 && p.section != inTrace {
		p.section = inOther
		return
	}
	p.section, p.sawTrace = inTrace, true
}

// chainLink reads "-> #1 (class){+.+.}-{3:3}:".
func (p *parser) chainLink(text string) bool {
	number, rest, _ := strings.Cut(text[len("-> #"):], " ")
	n, err := strconv.Atoi(number)
	if err != nil || len(p.chain) >= maxLocks {
		return false
	}
	lock, _, ok := parseLock(rest)
	if !ok {
		return false
	}
	p.section = inChain
	p.chain = append(p.chain, Link{number: n, Lock: lock})
	return true
}
