// SPDX-License-Identifier: MIT

package contract

import (
	"slices"
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// fenceMap is the lock class that stands for "a fence is to be signalled"
// (drivers/dma-buf/dma-fence.c). It is held between dma_fence_begin_signalling()
// and its end, and taken for a moment by every wait for a fence.
const fenceMap = "dma_fence_map"

// Of names the rule that a report shows to be broken.
func Of(s lockdep.Splat) Rule {
	switch s.Family {
	case lockdep.AtomicSleep, lockdep.SchedulingAtomic, lockdep.InvalidWaitContext:
		return byName(SleepInAtomic)
	case lockdep.InconsistentState, lockdep.IRQInversion, lockdep.IRQSafeUnsafe:
		return byName(IRQ)
	case lockdep.BadUnlockBalance, lockdep.LocksStillHeld, lockdep.LockHeldAtUser, lockdep.WorkqueueLeak:
		if slices.Contains(s.Classes, fenceMap) {
			return byName(UnbalancedAnnotation)
		}
	case lockdep.CircularDependency:
		return byName(ofCircle(s))
	case lockdep.RecursiveLocking, lockdep.NestedNotTaken:
		return byName(LockOrder)
	}
	return byName(None)
}

// ofCircle names the rule that a circle of lock classes breaks.
//
// The edge into dma_fence_map is what everybody may do: wait for a fence under a
// lock, or in reclaim. The way out of it is what is done while signalling, so the
// first class on that way which the contract names is the culprit; locks of the
// driver in between only carry it.
func ofCircle(s lockdep.Splat) string {
	if !slices.Contains(s.Classes, fenceMap) {
		return LockOrder
	}
	for _, class := range reachable(s.Edges, fenceMap) {
		if name := underSignalling(class); name != "" {
			return name
		}
	}
	for _, e := range s.Edges {
		if e.To == fenceMap && e.From != fenceMap {
			if waitsInReclaim(s) {
				return WaitInReclaim
			}
			return WaitUnderSignallingLock
		}
	}
	return LockOrder
}

// reachable lists the classes taken under from, directly or through others, the
// nearest first.
func reachable(edges []lockdep.Edge, from string) []string {
	seen := []string{from}
	for i := 0; i < len(seen); i++ {
		for _, e := range edges {
			if e.From == seen[i] && !slices.Contains(seen, e.To) {
				seen = append(seen, e.To)
			}
		}
	}
	return seen[1:]
}

// underSignalling is the rule that forbids to take class while a fence is to be
// signalled, or "" for a lock of which the contract says nothing.
func underSignalling(class string) string {
	name, _, _ := strings.Cut(class, "/") // subclasses of a lock share its rule
	switch name {
	case "fs_reclaim", "mmu_notifier_invalidate_range_start":
		return AllocInSignalling
	case "reservation_ww_class_acquire", "reservation_ww_class_mutex":
		return ResvLockInSignalling
	case "crtc_ww_class_acquire", "crtc_ww_class_mutex", "&dev->mode_config.mutex":
		return ModesetLockInSignalling
	case "&mm->mmap_lock", "&mm->mmap_sem", "mmap_lock":
		return MmapLockInSignalling
	case "console_lock", "console_mutex", "(console_sem).lock", "console_owner":
		return ConsoleLockInSignalling
	}
	if strings.HasPrefix(name, "(work_completion)") || strings.HasPrefix(name, "(wq_completion)") {
		return FlushWorkInSignalling
	}
	return ""
}

// waitsInReclaim says whether one of the stacks waits for a fence below a shrinker.
func waitsInReclaim(s lockdep.Splat) bool {
	stacks := [][]lockdep.Frame{s.Trace}
	for _, l := range s.Chain {
		stacks = append(stacks, l.Trace)
	}
	return slices.ContainsFunc(stacks, func(stack []lockdep.Frame) bool {
		return slices.ContainsFunc(stack, waits) && slices.ContainsFunc(stack, reclaims)
	})
}

func waits(f lockdep.Frame) bool {
	return f.Reliable && (f.Function == "__dma_fence_might_wait" || strings.HasPrefix(f.Function, "dma_fence_wait") ||
		strings.HasPrefix(f.Function, "dma_resv_wait"))
}

// reclaims knows the functions of mm/{shrinker,vmscan}.c and fs/drop_caches.c that
// call shrinkers.
func reclaims(f lockdep.Frame) bool {
	switch f.Function {
	case "do_shrink_slab", "shrink_slab", "shrink_slab_memcg", "drop_slab", "shrink_node", "try_to_free_pages":
		return f.Reliable
	}
	return false
}
