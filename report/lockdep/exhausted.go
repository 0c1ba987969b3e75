// SPDX-License-Identifier: MIT

package lockdep

import "strings"

// Exhausted says that lockdep gave up because one of its tables is full: it saw
// nothing of what came after. Remedy says which.
func (s Splat) Exhausted() bool { return s.Family == LockdepLimit || s.Remedy() != "" }

// Remedy says in words what gives lockdep the room that it lacked: the Kconfig
// option to raise, or that there is none. It is empty for a report that is not
// Exhausted, and for a table that is not known here. The tables and their sizes
// are in kernel/locking/lockdep_internals.h of Linux 6.12.
func (s Splat) Remedy() string {
	if s.Family != LockdepLimit && s.Family != LockdepInternal {
		return ""
	}
	for _, t := range []struct{ words, remedy string }{
		{"MAX_LOCKDEP_ENTRIES too low", "raise CONFIG_LOCKDEP_BITS"},
		{"MAX_LOCKDEP_CHAINS too low", "raise CONFIG_LOCKDEP_CHAINS_BITS"},
		{"MAX_LOCKDEP_CHAIN_HLOCKS too low", "raise CONFIG_LOCKDEP_CHAINS_BITS"}, // five for each chain
		{"MAX_STACK_TRACE_ENTRIES too low", "raise CONFIG_LOCKDEP_STACK_TRACE_BITS"},
		{"lockdep bfs error:-1", "raise CONFIG_LOCKDEP_CIRCULAR_QUEUE_BITS"}, // BFS_EQUEUEFULL
		{"MAX_LOCKDEP_KEYS too low", "no option raises it; too many lock classes: is a lock_class_key made for each object?"},
		{"MAX_LOCK_DEPTH too low", "no option raises it; one task held 48 locks at once"},
	} {
		if strings.Contains(s.Raw, t.words) {
			return t.remedy
		}
	}
	return ""
}
