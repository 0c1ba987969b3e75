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
	switch {
	case strings.HasPrefix(text, "-> #"):
		return p.chainLink(text)
	case strings.HasSuffix(text, "state was registered at:"):
		p.section = inPast
	case strings.HasPrefix(text, "... which became"),
		strings.HasPrefix(text, "the dependencies between"),
		strings.HasPrefix(text, "the shortest dependencies between"),
		strings.HasPrefix(text, "other info that might help"):
		p.leave(inDetails)
	case strings.HasPrefix(text, "irq event stamp:"):
		if p.section == inPast { // in the header it is a line of another CPU
			p.section = inDetails
		}
	case strings.HasPrefix(text, "to a ") && strings.HasSuffix(text, "unsafe lock:"):
		p.leave(inHeader)
	case strings.HasPrefix(text, "but this lock "):
		p.takenBy = strings.Contains(text, " was taken by another")
		p.leave(inHeader)
	case text == "which would create a new lock dependency:":
		p.newDep = true
	case text == "Chain exists of:":
		p.chainOf = true
	case strings.Contains(text, " held by ") && strings.HasSuffix(text, ":"):
		p.heldBy(text)
	default:
		return p.traceHeading(text)
	}
	return true
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
	case strings.HasPrefix(text, "page last allocated "):
		p.section = inOwner
	case strings.HasPrefix(text, "Allocated by task"), strings.HasPrefix(text, "Freed by task"),
		strings.HasPrefix(text, "Last potentially related work"),
		strings.HasPrefix(text, "Showing all locks held"), strings.HasPrefix(text, "NMI backtrace for cpu"),
		strings.HasPrefix(text, "Uninit was "), strings.HasPrefix(text, "page last free"), strings.HasPrefix(text, "page_owner "),
		strings.HasPrefix(text, "---[ end trace"), strings.HasPrefix(text, "Kernel Offset:"):
		p.section = inOther
	default:
		if p.task == "" && strings.HasPrefix(text, "CPU: ") {
			p.task = commOf(text)
		}
		return false
	}
	return true
}

// beginTrace goes to the stack of the report, unless it has been read already.
// A watchdog shows the stacks of several CPUs; the first one counts.
func (p *parser) beginTrace() {
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

// heldBy reads "2 locks held by name/123:". In a list of all locks in the system
// only those of the report's own task count.
func (p *parser) heldBy(text string) {
	_, who, _ := strings.Cut(text, " held by ")
	who = strings.TrimSuffix(who, ":")
	switch {
	case p.section == inTrace && !p.family.manyCallers():
	case p.task == "" || p.task == who:
		p.task, p.section = who, inHeld
	default:
		p.section = inOther
	}
}

// commOf turns "CPU: 0 UID: 0 PID: 86 Comm: kms_vblank Not tainted ..." into "kms_vblank/86".
func commOf(text string) string {
	_, rest, ok := strings.Cut(text, " PID: ")
	pid, rest, ok2 := strings.Cut(rest, " Comm: ")
	if !ok || !ok2 || !digits([]byte(pid)) {
		return ""
	}
	for _, end := range []string{" Not tainted", " Tainted:", " Kdump:"} {
		if name, _, ok := strings.Cut(rest, end); ok {
			return name + "/" + pid
		}
	}
	return ""
}
