// SPDX-License-Identifier: MIT

package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// interrupts says which lock meets which interrupt.
func interrupts(s lockdep.Splat) string {
	if len(s.Classes) == 0 {
		return ""
	}
	kind := "an interrupt handler"
	if soft(s) {
		kind = "a soft interrupt or timer"
	}
	switch {
	case s.Family == lockdep.InconsistentState:
		return fmt.Sprintf("%s takes %s with interrupts enabled, and %s takes the same lock.", who(s.Function), short(s.Classes[0]), kind)
	case len(s.Classes) < 2:
		return ""
	}
	handler, open := crossing(s)
	return fmt.Sprintf("%s is taken by %s, directly or through another lock; %s is taken under it, and elsewhere with interrupts enabled.",
		short(handler), kind, short(open))
}

// crossing returns the lock that the handler takes and the one that is held
// with interrupts on. The edge of the interrupt tells; a damaged report has
// only the order in which its family names the two.
func crossing(s lockdep.Splat) (handler, open string) {
	for _, e := range s.Edges {
		if e.Interrupt() && e.From != e.To {
			return e.To, e.From
		}
	}
	if s.Family == lockdep.IRQSafeUnsafe { // "trying to acquire", then "already holding"
		return s.Classes[1], s.Classes[0]
	}
	return s.Classes[0], s.Classes[1]
}

// soft says whether the interrupt is a soft one: it is in the usage, or in the title
// of a report about two locks.
func soft(s lockdep.Splat) bool {
	return strings.Contains(s.Usage, "SOFTIRQ") || strings.HasPrefix(s.Title, "SOFTIRQ") ||
		strings.Contains(s.Raw, "SOFTIRQ-unsafe lock in the past")
}

func irqAdvice(s lockdep.Splat) string {
	if soft(s) {
		return "Use spin_lock_bh() outside of the soft interrupt or timer, or spin_lock_irqsave() when it runs with interrupts off."
	}
	return "Use spin_lock_irqsave() everywhere outside of the handler, or spin_lock_irq() where interrupts are known to be enabled."
}

// order says who takes which lock under which.
func order(s lockdep.Splat) telling {
	switch {
	case s.Family == lockdep.NestedNotTaken:
		return telling{
			happened: who(s.Function) + " takes a lock with mutex_lock_nest_lock() or its kin, but does not hold the outer lock that it names.",
			why:      "Only that outer lock makes it safe to take several locks of one class: without it, two tasks can each hold what the other one wants.",
			advice:   "Take the outer lock first, or name the one that is held.",
		}
	case s.Family == lockdep.RecursiveLocking && len(s.Classes) > 0:
		return telling{
			happened: fmt.Sprintf("%s takes %s while the task already holds it, or another lock of that class.", who(s.Function), short(s.Classes[0])),
			why:      "A task that takes the same lock twice waits for itself, for ever; with two locks of a class, two tasks can each hold what the other one wants.",
			advice: "Look for a caller that already holds the lock. If they are two locks that are always taken in one order, say so " +
				"with mutex_lock_nested() and its kin.",
		}
	}
	return opposite(s)
}

// opposite says in which orders the locks of a circle are taken.
func opposite(s lockdep.Splat) telling {
	c := circle{splat: s, under: map[string]string{}}
	var said []string
	reclaim := false
	for _, e := range s.Edges {
		c.under[e.To] = e.From
		done := callOf(c.stack(e.To))
		deed, held := "takes "+short(e.To), short(e.From)+" is held"
		if e.To == "fs_reclaim" {
			deed, reclaim = "allocates memory"+inBrackets(done.service), true
		}
		if e.From == "fs_reclaim" {
			held = "the kernel frees memory"
		}
		said = append(said, fmt.Sprintf("%s %s while %s", who(done.caller), deed, held))
	}
	const most = 4 // more locks than that are better looked at in the drawing
	if len(said) < 2 || len(said) > most {
		return telling{}
	}
	of := telling{happened: strings.Join(said[:len(said)-1], ", ") + ", and " + lower(said[len(said)-1]) + "."}
	switch {
	case slices.Contains(s.Classes, FenceMap): // a damaged report: its circle is not whole
		of.why = "Two tasks that do this at the same time each hold what the other one wants."
	case reclaim:
		of.why = "When memory is short, the allocation waits for code that waits for the lock. No fence is part of it."
		of.advice = "Allocate before the lock is taken, or let the code that frees memory only try the lock (mutex_trylock) and give up."
	}
	return of
}
