// SPDX-License-Identifier: MIT

package picture

import (
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

// rows writes the rows of a box as "verb lock @function".
func rows(b box) []string {
	var out []string
	for _, r := range b.rows {
		s := strings.TrimSpace(r.verb + " " + r.lock)
		for _, p := range r.places {
			s += " @" + p.function
		}
		out = append(out, s)
	}
	return out
}

func TestTasks(t *testing.T) {
	t.Parallel()
	held := func(class, function string) []lockdep.Lock { return []lockdep.Lock{{Class: class, Function: function}} }
	for name, c := range map[string]struct {
		in   lockdep.Splat
		want []string // nil: no picture
	}{
		"recursion": {
			lockdep.Splat{Family: lockdep.RecursiveLocking, Function: "inner", Trace: sure("inner"),
				Locks: []lockdep.Lock{{Class: "a", Function: "inner"}, {Class: "a", Function: "outer"}}},
			[]string{"holds a @outer", "waits for a @inner"},
		},
		"recursion, torn": {
			lockdep.Splat{Family: lockdep.RecursiveLocking, Function: "inner", Locks: held("a", "inner")},
			[]string{"holds a", "waits for a @inner"},
		},
		"recursion, nothing left": {lockdep.Splat{Family: lockdep.RecursiveLocking}, nil},
		"wait context, the lock that forbids": {
			lockdep.Splat{Family: lockdep.InvalidWaitContext, Function: "f", Trace: sure("f"), Locks: held("mutex", ""),
				Held: []lockdep.Lock{{Class: "outer"}, {Class: "spin", Function: "g"}}, Edges: []lockdep.Edge{{From: "spin", To: "mutex", New: true}}},
			[]string{"holds spin @g", "then takes mutex @f"},
		},
		"wait context, not told": {
			lockdep.Splat{Family: lockdep.InvalidWaitContext, Function: "f", Trace: sure("f"), Locks: held("mutex", ""), Held: held("x", "g")},
			[]string{"holds x @g", "then takes mutex @f"},
		},
		"sleep in the interrupt": {
			lockdep.Splat{Family: lockdep.AtomicSleep, Function: "f", Trace: sure("__might_resched", "mutex_lock", "f"), Raw: "in_atomic(): 1, irqs_disabled(): 0"},
			[]string{"is in atomic context", "then calls mutex_lock @f"},
		},
		"scheduling, no stack": {
			lockdep.Splat{Family: lockdep.SchedulingAtomic, Raw: "BUG: scheduling while atomic"},
			[]string{"is in atomic context", "then sleeps, or may sleep"},
		},
		"sleep, nothing told": {lockdep.Splat{Family: lockdep.AtomicSleep, Function: "f"}, nil},
		"a lock twice in the list": {
			lockdep.Splat{Family: lockdep.AtomicSleep, Function: "f", Trace: sure("kmalloc", "f"), Held: append(held("a", "g"), held("a", "h")...)},
			[]string{"holds a @g", "then calls kmalloc @f"},
		},
		"locks of other tasks": {
			lockdep.Splat{Family: lockdep.AtomicSleep, Task: "me/1", Function: "f", Trace: sure("kmalloc", "f"),
				Held: []lockdep.Lock{{Class: "a", Task: "me/1"}, {Class: "b", Task: "you/2"}}},
			[]string{"holds a", "then calls kmalloc @f"},
		},
		"unlock":      {lockdep.Splat{Family: lockdep.BadUnlockBalance, Function: "f", Locks: held("a", "")}, []string{"releases a @f"}},
		"user space":  {lockdep.Splat{Family: lockdep.LockHeldAtUser, Locks: held("a", "f")}, []string{"holds a @f", "then returns to user space"}},
		"end of task": {lockdep.Splat{Family: lockdep.LocksStillHeld, Locks: held("a", "f")}, []string{"holds a @f", "then goes to sleep or ends"}},
		"work item":   {lockdep.Splat{Family: lockdep.WorkqueueLeak, Function: "w", Locks: held("a", "f")}, []string{"holds a @f", "then ends its work item @w"}},
		"freed":       {lockdep.Splat{Family: lockdep.HeldLockFreed, Function: "d", Locks: held("a", "f")}, []string{"holds a @f", "then frees the memory of the lock @d"}},
		"torn":        {lockdep.Splat{Family: lockdep.HeldLockFreed, Function: "d"}, nil},
		"no locks":    {lockdep.Splat{Family: lockdep.KASAN, Function: "d", Locks: held("a", "f")}, nil},
		"hung in a lock": {
			lockdep.Splat{Family: lockdep.HungTask, Function: "f", Trace: sure("__schedule", "__mutex_lock", "f"), Held: append(held("a", "g"), held("b", "f")...)},
			[]string{"holds a @g", "waits for b @f"},
		},
		"hung in a lock that is not the last one": {
			lockdep.Splat{Family: lockdep.HungTask, Function: "f", Trace: sure("__schedule", "__mutex_lock", "f"), Held: held("a", "g")},
			[]string{"holds a @g", "waits in f"},
		},
		"hung in a semaphore": {
			lockdep.Splat{Family: lockdep.HungTask, Function: "f", Trace: sure("schedule", "__down", "down", "f"), Held: held("a", "f")},
			[]string{"holds a @f", "waits in f"},
		},
		"hung without a lock": {lockdep.Splat{Family: lockdep.HungTask, Function: "f", Trace: sure("schedule", "f")}, nil},
	} {
		d := draw(c.in, Options{})
		if len(d.boxes) == 0 {
			if c.want != nil {
				t.Errorf("%s: no picture", name)
			}
			continue
		}
		if got := rows(d.boxes[0]); !slices.Equal(got, c.want) {
			t.Errorf("%s: rows = %q; want %q", name, got, c.want)
		}
		if d.lead == "" || !d.boxes[0].hot {
			t.Errorf("%s: no sentence over the drawing, or no frame for the culprit", name)
		}
	}
}

func TestHolders(t *testing.T) {
	t.Parallel()
	lock := func(task, class, function string) lockdep.Lock {
		return lockdep.Lock{Task: task, Class: class, Function: function}
	}
	s := lockdep.Splat{Task: "me/1", Held: []lockdep.Lock{
		lock("me/1", "mine", "f"), lock("me/1", "wanted", "f"),
		lock("khungtaskd/9", "rcu_read_lock", "debug_show_all_locks"),
		lock("getty/2", "tty", "read"),
		lock("waiter/3", "mine", "g"),
		lock("owner/4", "wanted", "h"), lock("owner/4", "other", "h"),
		lock("kworker/0:1/5", "(wq_completion)events", "process_one_work"),
	}}
	for wanted, want := range map[string]string{
		"wanted": "owner/4* waiter/3 +2",
		"":       "waiter/3 owner/4 kworker/0:1/5 +1",
	} {
		others, more := tasks(s, wanted)
		var got []string
		for _, h := range others {
			name := h.task
			if h.wanted {
				name += "*"
			}
			got = append(got, name)
		}
		got = append(got, "+"+string(rune('0'+more)))
		if strings.Join(got, " ") != want {
			t.Errorf("wanted %q: %q; want %q", wanted, got, want)
		}
	}
}

func TestBlame(t *testing.T) {
	t.Parallel()
	suspect := func(patch int) []lockdep.Frame {
		return []lockdep.Frame{{Function: "f", Reliable: true, Patch: patch}}
	}
	circle := func(first, second int) lockdep.Splat {
		return lockdep.Splat{Family: lockdep.CircularDependency, Cycle: []string{"a", "b"}, Edges: []lockdep.Edge{
			{From: "a", To: "b", New: true, Stack: suspect(first)}, {From: "b", To: "a", Stack: suspect(second)},
		}}
	}
	for name, c := range map[string]struct {
		in   lockdep.Splat
		opt  Options
		note string
		hot  string
	}{
		"nothing known":        {circle(0, 0), Options{}, "", "A"},
		"a series":             {circle(0, 0), Options{Series: true}, "New with this series.", "A"},
		"a patch, but no line": {circle(0, 0), Options{Patch: 2, Subject: "s"}, "Patch 2 brings this: s", "A"},
		"the new path":         {circle(2, 0), Options{Patch: 2}, "", "A"},
		"the older path":       {circle(0, 2), Options{Patch: 2}, "", "B"},
		"both paths":           {circle(1, 2), Options{Patch: 2}, "", "AB"},
	} {
		d := draw(c.in, c.opt)
		hot := ""
		for _, b := range d.boxes {
			if b.hot {
				hot += b.name
			}
		}
		if d.note != c.note || hot != c.hot {
			t.Errorf("%s: note %q, culprits %q; want %q, %q", name, d.note, hot, c.note, c.hot)
		}
	}
}
