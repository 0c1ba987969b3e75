// SPDX-License-Identifier: MIT

package contract

import (
	"fmt"
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
	lock, fn := s.Classes[0], who(s.Function)
	switch {
	case s.Family == lockdep.InconsistentState:
		return fmt.Sprintf("%s takes %s with interrupts enabled, and %s takes the same lock.", fn, lock, kind)
	case len(s.Classes) < 2:
		return ""
	}
	return fmt.Sprintf("%s is taken by %s, directly or through another lock; %s is taken under it, and elsewhere with interrupts enabled.",
		lock, kind, s.Classes[1])
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
func order(s lockdep.Splat) string {
	switch {
	case s.Family == lockdep.NestedNotTaken:
		return fmt.Sprintf("%s takes a lock with mutex_lock_nest_lock() or its kin, but does not hold the outer lock that it names.", who(s.Function))
	case s.Family == lockdep.RecursiveLocking && len(s.Classes) > 0:
		return fmt.Sprintf("%s takes %s while the task already holds it, or another lock of that class.", who(s.Function), s.Classes[0])
	}
	c := circle{splat: s, under: map[string]string{}}
	var said []string
	for _, e := range s.Edges {
		c.under[e.To] = e.From
		said = append(said, fmt.Sprintf("%s takes %s while %s is held", who(callOf(c.stack(e.To)).caller), e.To, e.From))
	}
	const most = 4 // more locks than that are better looked at in the drawing
	if len(said) < 2 || len(said) > most {
		return ""
	}
	return strings.Join(said, ", ") + "."
}
