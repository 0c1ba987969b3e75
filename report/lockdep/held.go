// SPDX-License-Identifier: MIT

package lockdep

import "strings"

// heldBy reads "2 locks held by name/123:", the heading of a list that
// lockdep_print_held_locks() writes. Only the locks of the report's own task say
// anything about its cause; those of others are kept beside them.
func (p *parser) heldBy(text string) {
	_, who, _ := strings.Cut(text, " held by ")
	who = strings.TrimSuffix(who, ":")
	switch {
	case p.section == inTrace && !p.family.manyCallers() && p.family != NestedNotTaken:
		// the trace is the last part of the report: this is somebody else's
	case p.task == "" || p.task == who:
		p.task, p.section = who, inHeld
	default:
		p.holder, p.section = who, inOtherHeld
	}
}

// hold reads " #0: ffff888 (class){+.+.}-{3:3}, at: fn+0x1/0x2".
func (p *parser) hold(text string) {
	if !strings.HasPrefix(text, "#") {
		return
	}
	l, rest, ok := parseLock(text)
	switch {
	case !ok:
	case p.section == inHeld && len(p.held) < maxLocks:
		l.Task = p.task
		p.held = append(p.held, l)
		p.taken(l.Class, rest)
	case p.section == inOtherHeld && len(p.others) < maxLocks:
		l.Task = p.holder
		p.others = append(p.others, l)
	}
}

// A place is where the task took a lock that it holds or is about to take.
type place struct {
	class string
	at    Frame
}

// taken notes the place that stands behind a lock.
func (p *parser) taken(class, rest string) {
	if f, ok := placeOf(rest); ok {
		p.places = append(p.places, place{class, f})
	}
}

// takenAt is the frame that took the lock, or false.
func (p *parser) takenAt(class string) (Frame, bool) {
	for _, pl := range p.places {
		if pl.class == class {
			return pl.at, true
		}
	}
	return Frame{}, false
}
