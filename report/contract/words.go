// SPDX-License-Identifier: MIT

package contract

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// who names a function at the beginning of a sentence.
func who(fn string) string {
	if fn == "" {
		return "The code"
	}
	return short(fn) + "()"
}

// short cuts a name that no kernel has: names come out of a log, and a log may be
// anybody's.
func short(name string) string {
	const limit = 100
	if len(name) <= limit {
		return name
	}
	return strings.ToValidUTF8(name[:limit], "") + "..."
}

// section names the section in the middle of a sentence.
func (c circle) section() string {
	if fn := c.opener(); fn != "" {
		return "inside the fence signalling section of " + who(fn)
	}
	return "inside a fence signalling section"
}

// inSection says that caller did something inside of a section, and through which
// locks it comes to be inside.
func (c circle) inSection(class, caller, deed string) string {
	locks := c.between(class)
	if len(locks) == 0 {
		return fmt.Sprintf("%s %s %s.", who(caller), deed, c.section())
	}
	last := locks[len(locks)-1]
	return fmt.Sprintf("%s, and %s %s while %s is held.", c.takes(locks), lower(who(caller)), deed, short(last))
}

// takes says who takes the first of locks in the section, and what that leads to.
func (c circle) takes(locks []string) string {
	taker := callOf(c.stack(locks[0])).caller
	s := fmt.Sprintf("%s takes %s %s", who(taker), short(locks[0]), c.section())
	switch n := len(locks); {
	case n == 2:
		s += ", under which " + short(locks[1]) + " is taken"
	case n > 2:
		s += ", under which, by way of other locks, " + short(locks[n-1]) + " is taken"
	}
	return s
}

// waitsFor says who waits for a fence under which lock. The edge may also be that of a
// section that begins under the lock: lockdep cannot tell it from a wait.
func (c circle) waitsFor(where string) telling {
	stack, locks := c.stack(FenceMap), c.between(FenceMap)
	held := short(locks[len(locks)-1])
	done := callOf(stack)
	if len(stack) > 0 && !waits(stack) {
		return telling{
			happened: fmt.Sprintf("%s begins a fence signalling section while %s is held. %s.", who(done.caller), held, c.takes(locks)),
			why:      "Lock and section are entered in one order here and in the opposite order there, and whoever waits for a fence of the one holds up the other.",
			advice:   "Begin the section before the lock is taken, and keep that order everywhere.",
		}
	}
	deed := "waits for a fence" + where
	if where == "" {
		deed += inBrackets(done.service)
	}
	return telling{happened: fmt.Sprintf("%s %s while %s is held. %s.", who(done.caller), deed, held, c.takes(locks))}
}

// leakedSection names the function that did not end its section, and the one that
// the report blames for it.
func leakedSection(c circle) telling {
	of := telling{happened: who(c.opener()) + " began a fence signalling section and returned without ending it: the section is still open, " +
		"but the function is not on the stack any more."}
	if fn := callOf(c.splat.Trace).caller; fn != "" {
		of.why = "The kernel takes all that the task does since for part of the section, so " + who(fn) + ", which the report blames, is innocent."
	}
	return of
}

// unbalanced tells a missing end from a missing begin.
func unbalanced(s lockdep.Splat) telling {
	if s.Family == lockdep.BadUnlockBalance {
		return telling{
			happened: who(s.At) + " ends a fence signalling section that is not open: its begin is missing, or it was ended before.",
			why:      "The kernel then checks less than the code says, and bugs go unseen.",
		}
	}
	where := "and the task exited"
	switch s.Family {
	case lockdep.WorkqueueLeak:
		where = "and the work item came to its end"
	case lockdep.LockHeldAtUser:
		where = "and the system call returned"
	}
	return telling{
		happened: who(takenBy(s, FenceMap)) + " began a fence signalling section, " + where + " without ending it.",
		why:      "The kernel takes all that the task does from then on for part of the section, and will find fault with innocent code.",
	}
}

// sleeps says what sleeps, and where.
func sleeps(s lockdep.Splat) string {
	done := callOf(s.Trace)
	fn := s.Function // as the title has it
	if fn == "" || service(fn) != "" {
		fn = cmp.Or(done.caller, fn)
	}
	if fn == "" {
		return ""
	}
	where := "where sleeping is forbidden"
	spin := spinlock(s)
	switch {
	case interrupted(s.Trace):
		where = "in an interrupt"
	case spin != "":
		where = "while a spinlock is held, " + short(spin)
	}
	return fmt.Sprintf("%s %s %s.", who(fn), sleepDeed(done.service), where)
}

// spinlock is the class of a spinlock that the task holds, or "". lockdep prints the
// wait types of enum lockdep_wait_type (include/linux/lockdep_types.h): spinlocks are
// 2, or 3 where raw ones are told apart, and then what sleeps is 4.
func spinlock(s lockdep.Splat) string {
	apart := strings.Contains(s.Raw, "-{4:4}")
	for _, l := range s.Held {
		if l.WaitType == "2:2" || apart && l.WaitType == "3:3" {
			return l.Class
		}
	}
	return ""
}

func sleepDeed(service string) string {
	switch {
	case strings.Contains(service, "alloc") || strings.Contains(service, "free_page") || strings.Contains(service, "dup"):
		return "allocates memory with a flag that may sleep, such as GFP_KERNEL" + inBrackets(service) + ","
	case strings.Contains(service, "user") || strings.Contains(service, "fault"):
		return "touches user memory" + inBrackets(service)
	case strings.Contains(service, "wait"):
		return "waits" + inBrackets(service)
	case strings.Contains(service, "sched") || strings.Contains(service, "sleep"):
		return "goes to sleep" + inBrackets(service)
	case strings.HasPrefix(service, "spin_") || strings.HasPrefix(service, "read_lock") || strings.HasPrefix(service, "write_lock"):
		return "takes a lock that sleeps on real-time kernels" + inBrackets(service)
	case service == "":
		return "does what may sleep"
	}
	return "takes a lock that may sleep" + inBrackets(service)
}

// hung helps with a task that waits for a fence: the report shows the wait, and no
// rule is proven, for nothing tells why the signal does not come.
func hung(s lockdep.Splat) string {
	if !waits(s.Trace) {
		return ""
	}
	return who(callOf(s.Trace).caller) + " waits for a fence that nobody signals. " +
		"The report does not show why: look at who should signal it, and at the locks that the waiting task holds."
}

// lower makes the beginning of a sentence its middle; names of functions stay.
func lower(s string) string {
	if rest, ok := strings.CutPrefix(s, "The code"); ok {
		return "the code" + rest
	}
	return s
}
