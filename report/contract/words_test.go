// SPDX-License-Identifier: MIT

package contract

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fencebot/fencebot/report/lockdep"
)

func TestWordsOfFamilies(t *testing.T) {
	t.Parallel()
	fence := []lockdep.Lock{{Class: FenceMap, Function: "commit"}}
	for name, c := range map[string]struct {
		splat lockdep.Splat
		want  string // in the explanation or the advice
	}{
		"end without begin": {lockdep.Splat{Family: lockdep.BadUnlockBalance, Classes: []string{FenceMap}, At: "commit"}, "commit() ends a"},
		"work item":         {lockdep.Splat{Family: lockdep.WorkqueueLeak, Classes: []string{FenceMap}, Held: fence}, "commit() began a fence signalling section, and the work item"},
		"system call":       {lockdep.Splat{Family: lockdep.LockHeldAtUser, Classes: []string{FenceMap}, Held: fence}, "and the system call returned"},
		"exit":              {lockdep.Splat{Family: lockdep.LocksStillHeld, Classes: []string{FenceMap}, Held: fence}, "and the task exited"},
		"nobody known":      {lockdep.Splat{Family: lockdep.LocksStillHeld, Classes: []string{FenceMap}}, "The code began"},
		"hardirq": {
			lockdep.Splat{Family: lockdep.InconsistentState, Classes: []string{"&a"}, Function: "f", Usage: "{HARDIRQ-ON-W} -> {IN-HARDIRQ-W}"},
			"f() takes &a with interrupts enabled, and an interrupt handler takes the same lock.",
		},
		"softirq": {
			lockdep.Splat{Family: lockdep.InconsistentState, Classes: []string{"&a"}, Function: "f", Usage: "{SOFTIRQ-ON-W} -> {IN-SOFTIRQ-W}"},
			"spin_lock_bh()",
		},
		"two locks":    {lockdep.Splat{Family: lockdep.IRQSafeUnsafe, Classes: []string{"&a", "&b"}}, "&b is taken by an interrupt handler, directly or through another lock; &a is taken under it"},
		"inversion":    {lockdep.Splat{Family: lockdep.IRQInversion, Classes: []string{"&a", "&b"}}, "&a is taken by an interrupt handler"},
		"by its edge":  {lockdep.Splat{Family: lockdep.IRQInversion, Classes: []string{"&a", "&b"}, Edges: []lockdep.Edge{{From: "&a", To: "&b", Context: lockdep.Interrupts}}}, "&b is taken by an interrupt handler"},
		"locks lost":   {lockdep.Splat{Family: lockdep.IRQSafeUnsafe}, "A lock that an interrupt handler takes"},
		"recursion":    {lockdep.Splat{Family: lockdep.RecursiveLocking, Classes: []string{"&a"}, Function: "f"}, "f() takes &a while the task already holds it"},
		"nest lock":    {lockdep.Splat{Family: lockdep.NestedNotTaken, Function: "f"}, "does not hold the outer lock"},
		"lock order":   {round("&a", "&b"), "The code takes &b while &a is held, and the code takes &a while &b is held."},
		"many locks":   {round("&a", "&b", "&c", "&d", "&e"), "Locks are taken in one order here"},
		"reclaim":      {round("&a", "fs_reclaim"), "allocates memory while &a is held, and the code takes &a while the kernel frees memory."},
		"hung in wait": {lockdep.Splat{Family: lockdep.HungTask, Trace: stack("schedule", "dma_fence_default_wait", "dma_fence_wait_timeout", "f")}, "f() waits for a fence that nobody signals."},
		"hung else":    {lockdep.Splat{Family: lockdep.HungTask, Trace: stack("schedule", "f")}, "none of the rules"},
		"sleep": {
			lockdep.Splat{Family: lockdep.AtomicSleep, Trace: stack("dump_stack_lvl", "__might_resched", "__mutex_lock", "mutex_lock_nested", "f"), Held: []lockdep.Lock{{Class: "&s", WaitType: "2:2"}}},
			"f() takes a lock that may sleep (mutex_lock) while a spinlock is held, &s.",
		},
		"sleep, raw apart": {
			lockdep.Splat{Family: lockdep.AtomicSleep, Raw: "(m){+.+.}-{4:4}", Trace: stack("mutex_lock", "f"), Held: []lockdep.Lock{{Class: "&s", WaitType: "3:3"}}},
			"while a spinlock is held, &s.",
		},
		"spin in raw":   {lockdep.Splat{Family: lockdep.InvalidWaitContext, Trace: stack("lock_acquire", "_raw_spin_lock", "f")}, "sleeps on real-time kernels (spin_lock)"},
		"user copy":     {lockdep.Splat{Family: lockdep.AtomicSleep, Trace: stack("__might_fault", "_copy_to_user", "f")}, "touches user memory (copy_to_user) where sleeping is forbidden"},
		"fence wait":    {lockdep.Splat{Family: lockdep.AtomicSleep, Trace: stack("__might_sleep", "dma_fence_wait_timeout", "f", "call_timer_fn")}, "waits (dma_fence_wait_timeout) in an interrupt"},
		"no service":    {lockdep.Splat{Family: lockdep.AtomicSleep, Trace: stack("__might_sleep", "f")}, "f() does what may sleep"},
		"no stack":      {lockdep.Splat{Family: lockdep.AtomicSleep}, "The code may sleep"},
		"circle, alone": {round(FenceMap, "&a", "&b", "&c", "fs_reclaim"), "takes &a inside a fence signalling section, under which, by way of other locks, &c is taken"},
		"damaged":       {lockdep.Splat{Family: lockdep.CircularDependency, Classes: []string{FenceMap}, Edges: []lockdep.Edge{{From: FenceMap, To: "&a"}, {From: "&a", To: "&b"}}}, "each hold what the other one wants."},
	} {
		r := Of(c.splat)
		if !strings.Contains(r.Explanation+" "+r.Advice, c.want) {
			t.Errorf("%s: %s\n%s\nwant %q in it", name, r.Explanation, r.Advice, c.want)
		}
	}
}

// A section that is entered under a lock looks to lockdep as a wait does.
func TestWordsOfASignal(t *testing.T) {
	t.Parallel()
	s := round(FenceMap, "&a")
	s.Edges[1].Stack = stack("lock_acquire", "dma_fence_begin_signalling", "dma_fence_signal", "f")
	const want = "f() begins a fence signalling section while &a is held. The code takes &a inside a fence signalling section."
	if r := Of(s); r.Name != WaitUnderSignallingLock || !strings.HasPrefix(r.Explanation, want) {
		t.Errorf("%s: %s; want %s: %s", r.Name, r.Explanation, WaitUnderSignallingLock, want)
	}
}

// Names come out of the log. Whatever they are, the text stays one that can be read.
func TestWordsAreBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü", 5000)
	for _, s := range []lockdep.Splat{
		round(FenceMap, long, "fs_reclaim"),
		round(FenceMap, "(work_completion)"+long, "&a"),
		round(FenceMap, long),
		round("&a", long),
		{Family: lockdep.RecursiveLocking, Classes: []string{long}, Function: long},
		{Family: lockdep.InconsistentState, Classes: []string{long}, Function: long},
		{Family: lockdep.AtomicSleep, Trace: stack("idr_alloc"+long, long), Held: []lockdep.Lock{{Class: long, WaitType: "2:2"}}},
		{Family: lockdep.LockHeldAtUser, Classes: []string{FenceMap}, Held: []lockdep.Lock{{Class: FenceMap, Function: long}}},
	} {
		r := Of(s)
		if len(r.Explanation) > 1200 || !utf8.ValidString(r.Explanation) {
			t.Errorf("%s: %d bytes, valid %v", r.Name, len(r.Explanation), utf8.ValidString(r.Explanation))
		}
	}
}

// Any log gives rules of the list, and texts of a bounded length.
func FuzzOf(f *testing.F) {
	logs, err := filepath.Glob("testdata/logs/*/*.log")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range logs {
		log, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(log))
	}
	known := map[string]bool{}
	for _, r := range Rules() {
		known[r.Name] = true
	}
	f.Fuzz(func(t *testing.T, log string) {
		splats, err := lockdep.All(strings.NewReader(log), lockdep.Options{})
		if err != nil {
			t.Skip(err)
		}
		for _, s := range splats {
			r := Of(s)
			if !known[r.Name] || r.Explanation == "" || len(r.Explanation) > 2000 || strings.Contains(r.Explanation, "\n") {
				t.Errorf("%q: %q", r.Name, r.Explanation)
			}
		}
	})
}
