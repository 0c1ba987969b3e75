// SPDX-License-Identifier: MIT

package lockdep

import (
	"bytes"
	"strings"
)

// A start maps the words a report begins with to its family.
type start struct {
	words  string
	family Family
	with   string // must stand behind the words; programs and drivers use some of them, too
}

// Texts of print_*_bug() in kernel/locking/lockdep.c. Old kernels write
// "[ INFO: text ]" or "[ BUG: text ]", newer ones "WARNING: text".
var lockdepStarts = []start{
	{"possible circular locking dependency", CircularDependency, ""},
	{"circular locking deadlock detected", SpinlockDebug, ""}, // kernel/locking/rtmutex-debug.c up to Linux 5.13
	{"possible recursive locking detected", RecursiveLocking, ""},
	{"inconsistent lock state", InconsistentState, ""},
	{"possible irq lock inversion dependency", IRQInversion, ""},
	{"Invalid wait context", InvalidWaitContext, ""},
	{"Nested lock was not taken", NestedNotTaken, ""},
	{"bad unlock balance detected", BadUnlockBalance, ""},
	{"bad contention detected", LockdepInternal, ""},
	{"held lock freed", HeldLockFreed, ""},
	{"lock held when returning to user space", LockHeldAtUser, ""},
	{"lock held at task exit time", LocksStillHeld, ""},
	{"suspicious RCU usage", SuspiciousRCU, ""},
	{"suspicious rcu_dereference_check() usage", SuspiciousRCU, ""},
	{"trying to register non-static key", NonStaticKey, ""},
	{"chain_key collision", LockdepInternal, ""},
}

// bugStarts are the words after "BUG: ".
var bugStarts = []start{
	{"KASAN: ", KASAN, ""},
	{"KASan: ", KASAN, ""}, // Linux 4.0 to 4.3
	{"KMSAN: ", KMSAN, ""},
	{"KCSAN: ", KCSAN, ""},
	{"KFENCE: ", KFENCE, ""},
	{"memory leak", Kmemleak, ""},
	{"sleeping function called from invalid context", AtomicSleep, ""},
	{"scheduling while atomic", SchedulingAtomic, ""},
	{"scheduling in a non-blocking section", SchedulingAtomic, ""}, // non_block_start(), as around MMU notifiers
	{"assuming atomic context", PreemptID, ""},                     // cant_sleep()
	{"assuming non migratable context", PreemptID, ""},             // cant_migrate()
	{"spinlock ", SpinlockDebug, ""},
	{"rwlock ", SpinlockDebug, ""},
	{"rwlock-lockup on CPU", SpinlockDebug, ""},
	{"read-lock lockup on CPU", SpinlockDebug, ""},
	{"write-lock lockup on CPU", SpinlockDebug, ""},
	{"soft lockup ", SoftLockup, ""},
	{"workqueue leaked ", WorkqueueLeak, ""},
	{"workqueue lockup", WorkqueueLockup, ""},
	{"unable to handle kernel NULL pointer", NullDereference, ""},
	{"kernel NULL pointer dereference", NullDereference, ""},
	{"Kernel NULL pointer dereference", NullDereference, ""}, // powerpc
	{"Unable to handle kernel ", PageFault, ""},
	{"unable to handle ", PageFault, ""},
	{"stack guard page was hit", PageFault, ""},
	{"Bad page", BadPage, ""},
	{"Bad rss-counter", BadPage, ""},
	{"non-zero ", BadPage, " on freeing mm"},
	{"looking up invalid subclass", LockdepInternal, ""},
	{"key ", LockdepInternal, "has not been registered"},
	{"key ", LockdepInternal, "not in .data"}, // the same up to Linux 5.0
}

// kmemleakTag is what the kernel writes before each line of a leak (pr_fmt in
// mm/kmemleak.c). A program that reads the leaks from debugfs gets them without.
const kmemleakTag = "kmemleak: "

// plainStarts are reports that begin without "BUG: ", "WARNING: " or "INFO: ".
var plainStarts = []start{
	{"Kernel panic - not syncing", Panic, ""},
	{"kernel BUG at ", KernelBug, ""},
	{"Kernel BUG at ", KernelBug, ""}, // without CONFIG_DEBUG_BUGVERBOSE
	{"UBSAN: ", UBSAN, ""},
	{kmemleakTag + "unreferenced object ", Kmemleak, ""}, // with kmemleak.verbose=1
	{"refcount_t: ", Refcount, ""},
	{"ODEBUG: ", ODebug, "(active state"},
	{"general protection fault", GeneralProtection, ""},
	{"Oops: general protection fault", GeneralProtection, ""},
	{"Unable to handle kernel NULL pointer", NullDereference, ""},
	{"Unable to handle kernel ", PageFault, ""},
	{"stack segment: ", GeneralProtection, "[#"},
	{"divide error: ", DivideError, "[#"},
	{"Oops: divide error", DivideError, ""},
	{"double fault: ", DoubleFault, "[#"},
	{"Oops: double fault", DoubleFault, ""},
	{"PANIC: double fault", DoubleFault, ""},
	{"traps: PANIC: double fault", DoubleFault, ""},
	{"DEBUG_LOCKS_WARN_ON(", LockdepInternal, ""},
	{"Watchdog detected hard LOCKUP", HardLockup, ""},
	{"Oops: ", continuation, "[#"},
	{"Oops - ", continuation, "[#"},
	{"Internal error: ", continuation, "[#"},
	{"invalid opcode: ", continuation, "[#"},
	{"int3: ", continuation, "[#"},
	{"invalid TSS: ", continuation, "[#"},
	{"segment not present: ", continuation, "[#"},
	{"alignment check: ", continuation, "[#"},
	{"bounds: ", continuation, "[#"},
}

// family is that of the report that begins with text, or noFamily.
func (m *matcher) family(text []byte) Family {
	if m.words(text)&reportWord == 0 {
		return noFamily
	}
	s := trimDate(string(bytes.TrimLeft(text[:min(len(text), 256)], " ")))
	for _, source := range []string{"rcu: ", "NMI watchdog: ", "watchdog: "} {
		s = strings.TrimPrefix(s, source)
	}
	s = strings.TrimPrefix(strings.TrimPrefix(s, "["), " ")
	if len(s) == 0 {
		return noFamily
	}
	switch s[0] {
	case 'B':
		if rest, ok := strings.CutPrefix(s, "BUG: "); ok {
			return afterBug(rest)
		}
	case 'W':
		if rest, ok := strings.CutPrefix(s, "WARNING: "); ok {
			return afterWarning(rest)
		}
	case 'I':
		if rest, ok := strings.CutPrefix(s, "INFO: "); ok {
			return afterInfo(rest)
		}
	case 'l':
		if strings.HasPrefix(s, "list_add ") || strings.HasPrefix(s, "list_del ") {
			if strings.Contains(s, "corruption") || strings.Contains(s, "double add") {
				return ListCorruption
			}
			return noFamily
		}
	case 'c':
		if strings.HasPrefix(s, "chain_key collision") {
			return LockdepInternal
		}
	case 'C':
		if strings.HasPrefix(s, "CPU") && hardLockup(s) {
			return HardLockup
		}
	}
	return match(m.plain[s[0]], s)
}

// hardLockup knows "CPU0: Watchdog detected hard LOCKUP on cpu 1" and what powerpc
// writes behind "watchdog: ".
func hardLockup(s string) bool {
	return strings.Contains(s, "detected hard LOCKUP ") || strings.Contains(s, " Hard LOCKUP")
}

func match(starts []start, s string) Family {
	for _, st := range starts {
		if strings.HasPrefix(s, st.words) && strings.Contains(s[len(st.words):], st.with) {
			return st.family
		}
	}
	return noFamily
}

func afterBug(s string) Family {
	switch {
	case strings.HasPrefix(s, "MAX_") && strings.Contains(s, "too low"):
		return LockdepLimit
	case strings.HasPrefix(s, "using ") && strings.Contains(s, " in preemptible"):
		return PreemptID
	}
	if f := match(lockdepStarts, s); f != noFamily {
		return f
	}
	if f := lockOrder(s); f != noFamily {
		return f
	}
	if strings.Contains(s, " stack guard page was hit") {
		return PageFault
	}
	return match(bugStarts, s)
}

func afterWarning(s string) Family {
	if f := match(lockdepStarts, s); f != noFamily {
		return f
	}
	if f := lockOrder(s); f != noFamily {
		return f
	}
	file, ok := warningFile(s)
	switch {
	case !ok && warningFunction(s), strings.HasPrefix(s, "kernel stack ") && strings.Contains(s, " has bad "):
		return Warning
	case !ok:
		return noFamily
	case strings.HasSuffix(file, "kernel/locking/lockdep.c"), strings.HasSuffix(file, "kernel/lockdep.c"):
		return LockdepInternal
	case strings.HasSuffix(file, "lib/refcount.c"):
		return Refcount
	case strings.HasSuffix(file, "lib/debugobjects.c"):
		return ODebug
	}
	return Warning
}

func afterInfo(s string) Family {
	if f := match(lockdepStarts, s); f != noFamily {
		return f
	}
	if f := lockOrder(s); f != noFamily {
		return f
	}
	switch {
	case (strings.HasPrefix(s, "rcu_") || strings.HasPrefix(s, "RCU ")) && strings.Contains(s, "detected") && strings.Contains(s, "stall"):
		return RCUStall
	case strings.HasPrefix(s, "task ") &&
		(strings.Contains(s, " blocked for more than ") || strings.Contains(s, " blocked in I/O wait for more than ") ||
			strings.Contains(s, " can't die for more than ")):
		return HungTask
	}
	return noFamily
}

// lockOrder knows the two texts that begin with a name: "HARDIRQ-safe -> HARDIRQ-unsafe
// lock order detected" and "name/123 still has locks held!".
func lockOrder(s string) Family {
	if strings.Contains(s, "-safe -> ") && strings.Contains(s, "-unsafe lock order detected") {
		return IRQSafeUnsafe
	}
	if strings.Contains(s, " still has locks held!") {
		return LocksStillHeld
	}
	return noFamily
}

// warningFile is the source file of "CPU: 1 PID: 22 at lib/x.c:670 fn+0x1/0x2" and of
// "fs/dcache.c:829 at fn+0x1/0x2, CPU#1: name/1" (since Linux 6.19).
func warningFile(s string) (string, bool) {
	if strings.HasPrefix(s, "CPU: ") || strings.HasPrefix(s, "at ") {
		_, after, ok := strings.Cut(s, "at ")
		file, _, colon := strings.Cut(after, ":")
		return file, ok && colon && !strings.Contains(file, " ")
	}
	place, _, ok := strings.Cut(s, " at ")
	file, line, colon := strings.Cut(place, ":")
	return file, ok && colon && digits([]byte(line)) && !strings.Contains(file, " ")
}

// warningFunction knows "CPU: 1 PID: 22 at fn+0x1/0x2" and "at fn+0x1/0x2, CPU#1: name/1"
// of kernels without CONFIG_DEBUG_BUGVERBOSE.
func warningFunction(s string) bool {
	if !strings.HasPrefix(s, "CPU: ") && !strings.HasPrefix(s, "at ") {
		return false
	}
	_, after, ok := strings.Cut(s, "at ")
	place, _, _ := strings.Cut(after, " ")
	f, frame := parseFrame(strings.TrimSuffix(place, ","))
	return ok && frame && f.Offset != ""
}

// trimDate takes "2018/01/09 14:28:48 " off, the stamp of a log daemon.
func trimDate(s string) string {
	const form = "0000/00/00 00:00:00 "
	if len(s) < len(form) {
		return s
	}
	for i, c := range []byte(form) {
		if c == '0' && !isDigit(s[i]) || c != '0' && s[i] != c {
			return s
		}
	}
	return s[len(form):]
}

// isRule says that text is a line of one repeated character, as it frames a report.
func isRule(text []byte, c byte) bool {
	text = bytes.TrimSpace(text)
	return len(text) >= 20 && len(bytes.Trim(text, string(c))) == 0
}

func isCutHere(text []byte) bool {
	return bytes.HasPrefix(text, []byte("------------[ cut here"))
}
