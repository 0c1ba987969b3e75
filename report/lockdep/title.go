// SPDX-License-Identifier: MIT

package lockdep

import "strings"

// maxTitle is how much of a message a title keeps, in bytes. The longest ones of the
// kernel have half of it.
const maxTitle = 200

// title is the message of a report in the kernel's words, without what is chance
// there, and the function that the report is about.
func title(f Family, message, function string) string {
	s := trimDate(strings.TrimSpace(message))
	for _, head := range []string{"[ ", "rcu: ", "NMI watchdog: ", "watchdog: ", "traps: ", "PANIC: ", "WARNING: ", "INFO: ", "BUG: "} {
		s = strings.TrimPrefix(s, head)
	}
	if rest, ok := strings.CutPrefix(s, "Oops: "); ok && rest != "" && !isDigit(rest[0]) { // since Linux 6.11, before the name of the trap
		s = rest
	}
	s = steady(f, strings.TrimSuffix(s, " ]"))
	s = withoutAddresses(s)
	s = strings.TrimRight(s, "!.,:; ")
	if len(s) > maxTitle {
		s = strings.ToValidUTF8(s[:maxTitle], "")
	}
	switch {
	case function == "" || names(s, function):
	case f.direct() && strings.Contains(s, " in "), f == KASAN && strings.Contains(s, " in "): // what it names is a helper
		s += ", called by " + function
	default:
		s += " in " + function
	}
	return s
}

// names says that function is the last word of a title, or one of the two of KCSAN.
func names(title, function string) bool {
	return title == function || strings.HasSuffix(title, " "+function) || strings.Contains(title, " "+function+" / ")
}

// steady takes off what changes from boot to boot: tasks, processors, durations and
// counters. Where the report names one place, its offset goes as well: it changes
// with every build.
func steady(f Family, s string) string {
	switch f {
	case HungTask:
		return hungTitle(s)
	case LocksStillHeld:
		if who, _, ok := strings.Cut(s, " still has locks held"); ok {
			return taskName(who) + " still has locks held"
		}
	case HardLockup: // "CPU0: Watchdog detected hard LOCKUP on cpu 1", "CPU 3 self-detected hard LOCKUP @ fn+0x1/0x2"
		if rest, ok := strings.CutPrefix(s, "CPU"); ok {
			s = strings.TrimLeft(rest, "0123456789: ")
		}
	case PreemptID: // "using smp_processor_id() in preemptible [00000000] code: name/12"
		if what, _, ok := strings.Cut(s, " in preemptible "); ok {
			return what + " in preemptible code"
		}
	case ListCorruption:
		return listTitle(s)
	case Warning, LockdepInternal, Refcount, ODebug:
		if file, ok := warningFile(s); ok {
			return "warning at " + file
		}
		if warningFunction(s) {
			return "warning"
		}
		s = cutBetween(s, " at ", " has bad ") // "kernel stack regs at 00000000a in name:12 has bad 'bp' value"
	case KCSAN:
		if kind, _, ok := strings.Cut(s, " in "); ok && len(racing(s)) == 2 { // without the modules
			return kind + " in " + strings.Join(racing(s), " / ")
		}
	}
	if f == ODebug { // "free active (active state 0) object: 00000000a object type: timer_list hint: fn+0x0/0x1"
		s = cutBetween(s, " object: ", " object type: ")
		if what, hint, ok := strings.Cut(s, " hint: "); ok {
			hint, _, _ = strings.Cut(hint, " ")
			s = what + " hint: " + hint
		}
	}
	for _, end := range tails(f) {
		if i := strings.Index(s, end); i > 0 {
			s = s[:i]
		}
	}
	if i := strings.Index(s, "+0x"); i > 0 {
		s = s[:i]
	}
	return s
}

// tails are the words of a family's messages behind which all is chance.
func tails(f Family) []string {
	switch f {
	case SoftLockup: // "soft lockup - CPU#1 stuck for 22s! [name:123]", "soft lockup detected on CPU#1!"
		return []string{" - CPU#", " on CPU#"}
	case HardLockup:
		return []string{" on cpu ", " on other CPUs ", " @ "}
	case WorkqueueLockup: // "workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 30s!"
		return []string{" - pool"}
	case RCUStall: // "rcu_sched self-detected stall on CPU { 1}  (t=10000 jiffies g=1 c=2 q=3)"
		return []string{" {", " ("}
	case SchedulingAtomic, WorkqueueLeak: // "scheduling while atomic: name/123/0x00000002"
		return []string{": "}
	case SpinlockDebug: // "spinlock recursion on CPU#1, name/123"
		return []string{" on CPU"}
	case BadPage: // "Bad page state in process name  pfn:12345", "Bad rss-counter state mm:0000000a type:MM_FILEPAGES val:1"
		return []string{" in process ", ": ", " mm:"}
	case NullDereference, PageFault: // "unable to handle page fault for address: ffff888100000000"
		return []string{", address", " for address", " at virtual address", " at 0x", ": 0", " [#", " (stack is "}
	case GeneralProtection, DivideError, DoubleFault, KernelBug: // "divide error: 0000 [#1] PREEMPT SMP"
		return []string{", error_code", " 0x", ": 0", " [#"}
	case Kmemleak: // "kmemleak: unreferenced object 0xffff888000000000 (size 64):"
		return []string{" 0x"}
	case KASAN: // without a place: "KASAN: null-ptr-deref on address 0000000000000008"; decoded: "in fn (mm/a.c:12)"
		return []string{" on address ", " at addr ", " ("}
	case KMSAN, KCSAN, KFENCE:
		return []string{" ("}
	}
	return nil
}

// hungTitle shortens "task name:123 blocked for more than 20 seconds".
func hungTitle(s string) string {
	for _, what := range []string{" blocked in I/O wait", " blocked", " can't die"} {
		if who, _, ok := strings.Cut(s, what+" for more than "); ok {
			if i := strings.LastIndexByte(who, ':'); i > 0 {
				who = who[:i]
			}
			return "task " + taskName(strings.TrimPrefix(who, "task ")) + what
		}
	}
	return s
}

// listTitle shortens the messages of lib/list_debug.c, in which the first address is
// that of the entry: "list_del corruption. prev->next should be ffff888000000000, but
// was ffff888000000008. (prev=ffff888000000000)".
func listTitle(s string) string {
	for _, end := range []string{", but was ", " but was ", " (", ": new="} {
		if i := strings.Index(s, end); i > 0 {
			s = s[:i]
		}
	}
	words := strings.Split(s, " ")
	for i, w := range words {
		address, rest, _ := strings.Cut(w, "->")
		if !hexAddress(strings.TrimRight(address, ".,")) {
			continue
		}
		words[i] = "entry"
		if rest != "" {
			words[i] += "->" + rest
		}
	}
	return strings.Join(words, " ")
}

// taskName is the name of a task without its number, and without what tells threads
// of one kind apart: "kworker" of "kworker/u4:0/12", "syz" of "syz.2.17/5012".
func taskName(task string) string {
	task = strings.TrimSpace(task)
	if i := strings.IndexByte(task, '/'); i > 0 {
		task = task[:i]
	}
	for {
		i := strings.LastIndexByte(task, '.')
		if i <= 0 || !digits([]byte(task[i+1:])) {
			return task
		}
		task = task[:i]
	}
}

// cutBetween removes what stands from the one text up to the other.
func cutBetween(s, from, to string) string {
	if i := strings.Index(s, from); i >= 0 {
		if j := strings.Index(s[i:], to); j >= 0 {
			return s[:i] + s[i+j:]
		}
	}
	return s
}

// withoutAddresses drops the words that are addresses, wherever a message has one.
func withoutAddresses(s string) string {
	if !strings.ContainsAny(s, "0123456789(") {
		return s
	}
	words := strings.Split(s, " ")
	kept := words[:0]
	for _, w := range words {
		if !hexAddress(strings.Trim(w, "[](),.:!")) && !strings.Contains(w, "____ptrval____") {
			kept = append(kept, w)
		} else if n := len(kept); n > 1 && kept[n-1] == "at" {
			kept = kept[:n-1]
		}
	}
	return strings.Join(kept, " ")
}

// hexAddress knows "ffff888000000000", "0xffff888000000000" and hashed ones.
func hexAddress(s string) bool { return isAddress(strings.TrimPrefix(s, "0x")) }

// racing are the functions in "KCSAN: data-race in a / b", which kcsan sorts by name;
// none where it knows only one side (print_report() in kernel/kcsan/report.c).
func racing(message string) []string {
	_, both, _ := strings.Cut(message, " in ")
	first, second, ok := strings.Cut(both, " / ")
	if !ok {
		return nil
	}
	var out []string
	for _, name := range []string{first, second} {
		name, _, _ = strings.Cut(strings.TrimSpace(name), " ") // "fn [module]"
		name, _, _ = strings.Cut(name, "+0x")
		if !isIdentifier(name) {
			return nil
		}
		out = append(out, StripSuffix(name))
	}
	return out
}
