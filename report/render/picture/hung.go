// SPDX-License-Identifier: MIT

package picture

import (
	"fmt"
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
	if len(mine) == 0 {
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
	others, more := tasks(s, wanted)
	for i, h := range others {
		d.boxes = append(d.boxes, h.box(letter(i+1)))
		d.links = append(d.links, h.why())
	}
	if more > 0 {
		d.boxes = append(d.boxes, box{title: fmt.Sprintf("%d more tasks are in the list of locks", more)})
		d.links = append(d.links, "")
	}
	return d
}

// A holder is a task with the locks that the report lists for it.
type holder struct {
	task   string
	locks  []lockdep.Lock
	wanted bool // one of them is what the hung task waits for
	near   bool // one of them is of the hung task, too
}

// tasks are the other tasks that can have to do with it, at most maxTasks of them,
// those that list the wanted lock first, and how many others there are: terminals
// that wait for input and the like hold locks, too. Where it is not known what A
// waits for, workers are of interest, as it may be one of their items.
func tasks(s lockdep.Splat, wanted string) (others []holder, more int) {
	mine := map[string]bool{}
	at := map[string]int{}
	var all []holder
	for _, l := range s.Held {
		if l.Task == "" || l.Task == s.Task {
			mine[l.Class] = true
		}
	}
	for _, l := range s.Held {
		if l.Task == "" || l.Task == s.Task || l.Function == "debug_show_all_locks" {
			continue
		}
		i, ok := at[l.Task]
		if !ok {
			i = len(all)
			at[l.Task], all = i, append(all, holder{task: l.Task})
		}
		h := &all[i]
		h.locks = append(h.locks, l)
		h.wanted = h.wanted || wanted != "" && l.Class == wanted
		h.near = h.near || mine[l.Class] || wanted == "" && strings.HasPrefix(l.Task, "kworker/")
	}
	for _, first := range []bool{true, false} {
		for _, h := range all {
			if h.near && h.wanted == first && len(others) < maxTasks {
				others = append(others, h)
			}
		}
	}
	return others, len(all) - len(others)
}

func (h holder) box(name string) box {
	b := box{name: name, title: "task " + h.task}
	for _, l := range h.locks {
		b.rows = append(b.rows, row{verb: "has or wants", lock: l.Class, places: where("from", nil, l.Function)})
	}
	b.rows = limit(b.rows)
	return b
}

func (h holder) why() string {
	if h.wanted {
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
