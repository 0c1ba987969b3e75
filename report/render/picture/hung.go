// SPDX-License-Identifier: MIT

package picture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// hung draws the task that does not go on, and the tasks that have locks.
//
// The kernel lists a lock as held before the task has it (lock_acquire() comes
// before the wait), so the last one of a task that waits in a lock function is the
// one that it wants. Of other tasks the stack is not known: they have or want.
func hung(s lockdep.Splat) drawing {
	mine := own(s)
	if len(s.Held) == 0 {
		return drawing{}
	}
	a := box{name: "A", title: "task " + s.Task + ", blocked", fresh: true}
	wanted := ""
	if n := len(mine); n > 0 && waitsForLock(s.Trace, mine[n-1]) {
		wanted, mine = mine[n-1].Class, mine[:n-1]
	}
	for _, l := range mine {
		a.rows = append(a.rows, row{verb: "holds", lock: l.Class, places: where("taken in", nil, l.Function)})
	}
	a.rows = limit(a.rows)
	last := row{verb: "waits for", lock: wanted, waits: true, places: where("in", s.Trace, s.Function)}
	if wanted == "" {
		last.verb, last.lock, last.places = "waits in", s.Function, nil
	}
	a.rows = append(a.rows, last)
	d := drawing{lead: "A waits and is not woken.", boxes: []box{a}}
	others := tasks(s, wanted)
	for i, t := range others[:min(len(others), maxTasks)] {
		d.boxes = append(d.boxes, t.box(letter(i+1)))
		d.links = append(d.links, t.why(wanted))
	}
	if extra := len(others) - maxTasks; extra > 0 {
		d.boxes = append(d.boxes, box{title: fmt.Sprintf("%d more tasks that hold locks", extra)})
		d.links = append(d.links, "")
	}
	return d
}

// A holder is a task with the locks that the report lists for it.
type holder struct {
	task  string
	locks []lockdep.Lock
}

// tasks are the other tasks of the lists, those that list the wanted lock first.
func tasks(s lockdep.Splat, wanted string) []holder {
	var out []holder
	at := map[string]int{}
	for _, l := range s.Held {
		if l.Task == "" || l.Task == s.Task {
			continue
		}
		i, ok := at[l.Task]
		if !ok {
			i = len(out)
			at[l.Task], out = i, append(out, holder{task: l.Task})
		}
		out[i].locks = append(out[i].locks, l)
	}
	slices.SortStableFunc(out, func(a, b holder) int {
		switch {
		case a.lists(wanted) == b.lists(wanted):
			return 0
		case a.lists(wanted):
			return -1
		}
		return 1
	})
	return out
}

func (h holder) lists(class string) bool {
	return class != "" && slices.ContainsFunc(h.locks, func(l lockdep.Lock) bool { return l.Class == class })
}

func (h holder) box(name string) box {
	b := box{name: name, title: "task " + h.task}
	for _, l := range h.locks {
		b.rows = append(b.rows, row{verb: "has or wants", lock: l.Class, places: where("from", nil, l.Function)})
	}
	b.rows = limit(b.rows)
	return b
}

func (h holder) why(wanted string) string {
	if h.lists(wanted) {
		return "this task may have what A waits for"
	}
	return ""
}

// waitsForLock says whether a stack is blocked in the very call that took a lock, by
// the list of held locks: its function is the first one above the lock's own code.
func waitsForLock(stack []lockdep.Frame, l lockdep.Lock) bool {
	inside := false
	for _, f := range stack {
		switch {
		case !f.Reliable:
		case sleepingLock(f.Function):
			inside = true
		case inside:
			return f.Function == l.Function
		}
	}
	return false
}

// sleepingLock knows the functions of kernel/locking/*.c that a task sleeps in and
// that lockdep follows; semaphores (__down) are none of them.
func sleepingLock(fn string) bool {
	for _, p := range []string{"__mutex_", "mutex_lock", "rwsem_down", "down_read", "down_write", "ww_mutex_", "__ww_mutex_", "rt_mutex_", "__rt_mutex", "percpu_down", "__percpu_down"} {
		if strings.HasPrefix(fn, p) {
			return true
		}
	}
	return false
}
