// SPDX-License-Identifier: MIT

package contract

import (
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

// round is a report of a circle: each class is held while the next one is taken.
func round(classes ...string) lockdep.Splat {
	s := lockdep.Splat{Family: lockdep.CircularDependency, Classes: classes, Task: "a/1"}
	for i, c := range classes {
		s.Edges = append(s.Edges, lockdep.Edge{From: c, To: classes[(i+1)%len(classes)]})
	}
	return s
}

func TestBetween(t *testing.T) {
	t.Parallel()
	c := circleOf(round("fs_reclaim", FenceMap, "&a", "&b"))
	for class, want := range map[string][]string{
		"&a":         nil,
		"&b":         {"&a"},
		"fs_reclaim": {"&a", "&b"},
		FenceMap:     {"&a", "&b", "fs_reclaim"},
		"&unknown":   nil,
	} {
		if got := c.between(class); !slices.Equal(got, want) {
			t.Errorf("between(%s) = %q; want %q", class, got, want)
		}
	}
	if want := []string{"&a", "&b", "fs_reclaim"}; !slices.Equal(c.out, want) || !c.closed() {
		t.Errorf("out = %q, closed %v; want %q, closed", c.out, c.closed(), want)
	}
}

// Edges of a damaged report need not make a circle; nothing may go round for ever.
func TestBetweenOfTangles(t *testing.T) {
	t.Parallel()
	for name, edges := range map[string][]lockdep.Edge{
		"self":         {{From: FenceMap, To: FenceMap}},
		"tail":         {{From: FenceMap, To: "&a"}, {From: "&a", To: "&b"}},
		"inner circle": {{From: "&a", To: "&b"}, {From: "&b", To: "&a"}, {From: FenceMap, To: "&a"}},
		"no fence":     {{From: "&a", To: "&b"}, {From: "&b", To: "&a"}},
		"none":         nil,
	} {
		s := lockdep.Splat{Family: lockdep.CircularDependency, Classes: []string{FenceMap}, Edges: edges}
		c := circleOf(s)
		for _, class := range []string{FenceMap, "&a", "&b"} {
			if n := len(c.between(class)); n > len(edges) {
				t.Errorf("%s: %d locks between %s and the section", name, n, class)
			}
		}
		if got := Of(s).Name; got != LockOrder {
			t.Errorf("%s: rule %s; want %s", name, got, LockOrder)
		}
	}
}

func TestStackPrefersTheEdge(t *testing.T) {
	t.Parallel()
	s := round(FenceMap, "&a")
	s.Chain = []lockdep.Link{{Lock: lockdep.Lock{Class: "&a"}, Trace: stack("old")}}
	if got := circleOf(s).stack("&a"); len(got) != 1 || got[0].Function != "old" {
		t.Errorf("stack of the chain = %v; want old", got)
	}
	s.Edges[0].Stack = stack("new")
	if got := circleOf(s).stack("&a"); len(got) != 1 || got[0].Function != "new" {
		t.Errorf("stack of the edge = %v; want new", got)
	}
}

func TestLeaked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		opener, task string
		trace        []lockdep.Frame
		corrupted    bool
		want         bool
	}{
		"returned":             {opener: "commit", trace: stack("copy_to_user", "drm_ioctl"), want: true},
		"still running":        {opener: "commit", trace: stack("mutex_lock", "commit", "drm_ioctl")},
		"perhaps running":      {opener: "commit", trace: append(stack("mutex_lock"), lockdep.Frame{Function: "commit"})},
		"begins for others":    {opener: "job_begin_section", trace: stack("mutex_lock", "run_job")},
		"signalling wrapper":   {opener: "i915_vma_resource_signaling_start", trace: stack("mutex_lock", "bind")},
		"held by another":      {opener: "commit", task: "b/2", trace: stack("mutex_lock", "f")},
		"stack lost":           {opener: "commit"},
		"damaged":              {opener: "commit", trace: stack("f"), corrupted: true},
		"taker not told":       {trace: stack("f")},
		"of the task, by name": {opener: "commit", task: "a/1", trace: stack("f"), want: true},
	} {
		s := round(FenceMap, "&mm->mmap_lock")
		s.Held = []lockdep.Lock{{Class: FenceMap, Function: c.opener, Task: c.task}}
		s.Trace, s.Corrupted = c.trace, c.corrupted
		if got := circleOf(s).leaked(); got != c.want {
			t.Errorf("%s: leaked = %v; want %v", name, got, c.want)
		}
		want := MmapLockInSignalling
		if c.want {
			want = UnbalancedAnnotation
		}
		if got := Of(s).Name; got != want {
			t.Errorf("%s: rule %s; want %s", name, got, want)
		}
	}
}

func TestBanOf(t *testing.T) {
	t.Parallel()
	for class, c := range map[string]struct{ service, rule, says string }{
		"fs_reclaim":                            {"kmalloc", AllocInSignalling, "GFP_KERNEL (kmalloc)"},
		"mmu_notifier_invalidate_range_start":   {"kmalloc", AllocInSignalling, "GFP_NOFS or GFP_NOIO"},
		"mmu_notifier_invalidate_range_start/1": {"unmap_mapping_range", AllocInSignalling, "from user space"},
		"reservation_ww_class_acquire":          {"", ResvLockInSignalling, "ww_acquire_init"},
		"reservation_ww_class_mutex":            {"dma_resv_lock", ResvLockInSignalling, "dma_resv_lock"},
		"crtc_ww_class_acquire":                 {"", ModesetLockInSignalling, "display locks"},
		"&dev->mode_config.mutex":               {"mutex_lock", ModesetLockInSignalling, "mode_config.mutex"},
		"&mm->mmap_lock":                        {"copy_from_user", MmapLockInSignalling, "user memory (copy_from_user)"},
		"&mm->mmap_sem":                         {"down_read", MmapLockInSignalling, "mmap_lock"},
		"&vma->vm_lock->lock":                   {"down_read", MmapLockInSignalling, "mmap_lock"},
		"console_lock":                          {"console_lock", ConsoleLockInSignalling, "console"},
		"(work_completion)(&x->work)":           {"flush_work", FlushWorkInSignalling, "work item &x->work to end (flush_work)"},
		"(work_completion)(&(&x->work)->work)":  {"cancel_delayed_work_sync", FlushWorkInSignalling, "work item &(&x->work)->work to"},
		"(wq_completion)events":                 {"flush_workqueue", FlushWorkInSignalling, "work queue events"},
		`"events"`:                              {"flush_workqueue", FlushWorkInSignalling, "work queue events"},
		"cleanup_work":                          {"flush_work", FlushWorkInSignalling, "work item cleanup_work"},
		"&x->lock":                              {"mutex_lock", "", ""},
		"&x->fs_reclaim":                        {"mutex_lock", "", ""},
	} {
		b, ok := banOf(class, c.service)
		if ok != (c.rule != "") || b.rule != c.rule {
			t.Errorf("%s: rule %q; want %q", class, b.rule, c.rule)
			continue
		}
		if ok && !strings.Contains(b.tell(c.service, class).happened, c.says) {
			t.Errorf("%s: says %q; want %q in it", class, b.tell(c.service, class).happened, c.says)
		}
	}
}
