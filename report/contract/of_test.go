// SPDX-License-Identifier: MIT

package contract_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/fencebot/fencebot/report/contract"
	"github.com/fencebot/fencebot/report/lockdep"
)

// circle is a report of a circular dependency through classes: each one is held
// while the next one is taken, and the last one while the first one is.
func circle(classes ...string) lockdep.Splat {
	s := lockdep.Splat{Family: lockdep.CircularDependency, Classes: classes}
	for i, c := range classes {
		s.Edges = append(s.Edges, lockdep.Edge{From: c, To: classes[(i+1)%len(classes)]})
	}
	return s
}

func frames(functions ...string) []lockdep.Frame {
	var out []lockdep.Frame
	for _, f := range functions {
		out = append(out, lockdep.Frame{Function: f, Reliable: true})
	}
	return out
}

func TestOfCircle(t *testing.T) {
	t.Parallel()
	inReclaim := circle("dma_fence_map", "&bo->lock")
	inReclaim.Chain = []lockdep.Link{{Lock: lockdep.Lock{Class: "dma_fence_map"}, Trace: frames("dma_fence_wait_timeout", "bo_shrink", "do_shrink_slab", "shrink_slab")}}
	for name, c := range map[string]struct {
		splat lockdep.Splat
		want  string
	}{
		"alloc":                         {circle("dma_fence_map", "fs_reclaim"), contract.AllocInSignalling},
		"alloc, printed the other way":  {circle("fs_reclaim", "dma_fence_map"), contract.AllocInSignalling},
		"alloc under a driver's lock":   {circle("fs_reclaim", "dma_fence_map", "&vkms_out->lock"), contract.AllocInSignalling},
		"notifier range":                {circle("dma_fence_map", "mmu_notifier_invalidate_range_start"), contract.AllocInSignalling},
		"reservation":                   {circle("reservation_ww_class_mutex", "fs_reclaim", "dma_fence_map"), contract.ResvLockInSignalling},
		"reservation, subclass":         {circle("dma_fence_map", "reservation_ww_class_mutex/1"), contract.ResvLockInSignalling},
		"modeset":                       {circle("dma_fence_map", "crtc_ww_class_acquire", "crtc_ww_class_mutex", "fs_reclaim"), contract.ModesetLockInSignalling},
		"mmap":                          {circle("&mm->mmap_lock", "reservation_ww_class_acquire", "fs_reclaim", "dma_fence_map"), contract.MmapLockInSignalling},
		"console":                       {circle("dma_fence_map", "console_lock", "fs_reclaim"), contract.ConsoleLockInSignalling},
		"flush":                         {circle("dma_fence_map", "(work_completion)(&x->work)", "fs_reclaim"), contract.FlushWorkInSignalling},
		"wait under a driver's lock":    {circle("dma_fence_map", "&bo->lock"), contract.WaitUnderSignallingLock},
		"wait in a shrinker":            {inReclaim, contract.WaitInReclaim},
		"no fence in it":                {circle("&a->lock", "&b->lock"), contract.LockOrder},
		"no fence, but reclaim":         {circle("fs_reclaim", "&b->lock"), contract.LockOrder},
		"fence named, edges lost":       {lockdep.Splat{Family: lockdep.CircularDependency, Classes: []string{"dma_fence_map"}}, contract.LockOrder},
		"a lock that is only named so":  {circle("dma_fence_map", "&x->fs_reclaim"), contract.WaitUnderSignallingLock},
		"first rule on the way decides": {circle("dma_fence_map", "&dev->mode_config.mutex", "reservation_ww_class_mutex"), contract.ModesetLockInSignalling},
	} {
		if got := contract.Of(c.splat).Name; got != c.want {
			t.Errorf("%s: rule %s; want %s", name, got, c.want)
		}
	}
}

func TestOfFamily(t *testing.T) {
	t.Parallel()
	fence := []string{"dma_fence_map"}
	for name, c := range map[string]struct {
		splat lockdep.Splat
		want  string
	}{
		"sleep":            {lockdep.Splat{Family: lockdep.AtomicSleep}, contract.SleepInAtomic},
		"schedule":         {lockdep.Splat{Family: lockdep.SchedulingAtomic}, contract.SleepInAtomic},
		"mutex under spin": {lockdep.Splat{Family: lockdep.InvalidWaitContext}, contract.SleepInAtomic},
		"irq state":        {lockdep.Splat{Family: lockdep.InconsistentState}, contract.IRQ},
		"irq order":        {lockdep.Splat{Family: lockdep.IRQSafeUnsafe}, contract.IRQ},
		"irq inversion":    {lockdep.Splat{Family: lockdep.IRQInversion}, contract.IRQ},
		"recursion":        {lockdep.Splat{Family: lockdep.RecursiveLocking}, contract.LockOrder},
		"end without begin": {
			lockdep.Splat{Family: lockdep.BadUnlockBalance, Classes: fence}, contract.UnbalancedAnnotation,
		},
		"begin without end": {
			lockdep.Splat{Family: lockdep.LockHeldAtUser, Classes: fence}, contract.UnbalancedAnnotation,
		},
		"unlock of a mutex": {lockdep.Splat{Family: lockdep.BadUnlockBalance, Classes: []string{"&x->lock"}}, contract.None},
		"kasan":             {lockdep.Splat{Family: lockdep.KASAN, Classes: fence}, contract.None},
		"zero":              {lockdep.Splat{}, contract.None},
	} {
		if got := contract.Of(c.splat).Name; got != c.want {
			t.Errorf("%s: rule %s; want %s", name, got, c.want)
		}
	}
}

// The logs of seeded bugs that report/lockdep is tested with.
func TestOfRealLogs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"alloc-in-commit-tail":        contract.AllocInSignalling,
		"irq-unsafe-lock":             contract.IRQ,
		"irq-unsafe-lock-interleaved": contract.IRQ,
		"lock-order-in-vgem":          contract.LockOrder,
	} {
		log, err := os.Open("../lockdep/testdata/reports/" + name + ".log")
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		splats, err := lockdep.All(log, lockdep.Options{})
		if err != nil || len(splats) != 1 {
			t.Fatalf("%s: %d reports, %v; want 1", name, len(splats), err)
		}
		if got := contract.Of(splats[0]).Name; got != want {
			t.Errorf("%s: rule %s; want %s", name, got, want)
		}
	}
}

func ExampleOf() {
	rule := contract.Of(lockdep.Splat{
		Family:  lockdep.CircularDependency,
		Classes: []string{"fs_reclaim", "dma_fence_map"},
		Edges: []lockdep.Edge{
			{From: "fs_reclaim", To: "dma_fence_map"}, // reclaim may wait for fences: legal
			{From: "dma_fence_map", To: "fs_reclaim"}, // an allocation before the fence is signalled
		},
	})
	fmt.Println(rule.Name)
	// Output: alloc-in-signalling
}
