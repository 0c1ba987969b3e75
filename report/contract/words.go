// SPDX-License-Identifier: MIT

package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// who names a function at the beginning of a sentence.
func who(fn string) string {
	if fn == "" {
		return "The code"
	}
	return fn + "()"
}

// section names the section in the middle of a sentence.
func (c circle) section() string {
	if fn := c.opener(); fn != "" {
		return "inside the fence signalling section of " + fn + "()"
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
	return fmt.Sprintf("%s, and %s %s while %s is held.", c.takes(locks), lower(who(caller)), deed, last)
}

// takes says who takes the first of locks in the section, and what that leads to.
func (c circle) takes(locks []string) string {
	taker := callOf(c.stack(locks[0])).caller
	s := fmt.Sprintf("%s takes %s %s", who(taker), locks[0], c.section())
	if len(locks) > 1 {
		s += ", under which " + strings.Join(locks[1:], " and then ") + " is taken"
	}
	return s
}

// waitsFor says who waits for a fence (or signals one) under which lock.
func (c circle) waitsFor(where string) string {
	stack, locks := c.stack(fenceMap), c.between(fenceMap)
	held := locks[len(locks)-1]
	deed := "waits for a fence"
	switch {
	case len(stack) > 0 && !waits(stack):
		deed = "enters a fence signalling section" // lockdep cannot tell it from a wait
	case where == "":
		deed += inBrackets(callOf(stack).service)
	}
	return fmt.Sprintf("%s %s%s while %s is held. %s.", who(callOf(stack).caller), deed, where, held, c.takes(locks))
}

// leakedSection names the function that did not end its section, and the one that
// the report blames for it.
func leakedSection(c circle) string {
	s := fmt.Sprintf("%s() began a fence signalling section and returned without ending it: the section is still open, "+
		"but the function is not on the stack any more.", c.opener())
	if fn := callOf(c.splat.Trace).caller; fn != "" {
		s += " " + fn + "(), where the kernel noticed, is innocent."
	}
	return s
}

// unbalanced tells a missing end from a missing begin.
func unbalanced(s lockdep.Splat) string {
	fn := takenBy(s, fenceMap)
	switch {
	case s.Family == lockdep.BadUnlockBalance && s.At != "":
		return s.At + "() ends a fence signalling section that is not open: its begin is missing, or it was ended before."
	case s.Family == lockdep.BadUnlockBalance || fn == "":
		return ""
	case s.Family == lockdep.WorkqueueLeak:
		return fn + "() began a fence signalling section, and the work item ended without ending it."
	case s.Family == lockdep.LockHeldAtUser:
		return fn + "() began a fence signalling section, and the system call returned without ending it."
	}
	return fn + "() began a fence signalling section, and the task exited without ending it."
}

// sleeps says what sleeps, and where.
func sleeps(s lockdep.Splat) string {
	done := callOf(s.Trace)
	if done.caller == "" {
		return ""
	}
	where := "where sleeping is forbidden"
	spins := slices.IndexFunc(s.Held, func(l lockdep.Lock) bool { return l.WaitType == "2:2" })
	switch {
	case interrupted(s.Trace):
		where = "in an interrupt"
	case spins >= 0:
		where = "while a spinlock is held, " + s.Held[spins].Class
	}
	return fmt.Sprintf("%s() %s %s.", done.caller, sleepDeed(done.service), where)
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

// lower makes the beginning of a sentence its middle, unless it is a name.
func lower(s string) string {
	if s == "The code" {
		return "the code"
	}
	return s
}
