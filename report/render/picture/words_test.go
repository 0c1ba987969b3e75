// SPDX-License-Identifier: MIT

package picture

import (
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

func TestMeaning(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		class string
		waits bool
		want  string
	}{
		"annotated section":        {"dma_fence_map", false, "annotated section: a fence waits for its end"},
		"wait for a fence":         {"dma_fence_map", true, "waits for a fence"},
		"subclass":                 {"dma_fence_map/1", true, "waits for a fence"},
		"reclaim":                  {"fs_reclaim", false, "frees memory"},
		"allocation":               {"fs_reclaim", true, "allocates memory: may wait until some is freed"},
		"notifier":                 {"mmu_notifier_invalidate_range_start", false, "tells drivers that page tables change"},
		"reservation":              {"reservation_ww_class_mutex", true, "lock of a buffer's fences, dma_resv"},
		"modeset":                  {"crtc_ww_class_acquire", false, "modeset lock"},
		"old name of mmap_lock":    {"&mm->mmap_sem", true, "lock of an address space; page faults take it"},
		"console":                  {"console_owner", true, "lock of the kernel consoles; printk may take it"},
		"hotplug":                  {"cpu_hotplug_lock", true, "a CPU comes or goes"},
		"RCU":                      {"rcu_read_lock", false, "RCU read section: must not sleep"},
		"RCU is never waited for":  {"rcu_read_lock", true, ""},
		"work item":                {"(work_completion)(&x->work)", true, "waits until this work item is done"},
		"work queue":               {"(wq_completion)events", false, "runs an item of this work queue"},
		"lock of a driver":         {"&vkms_out->lock", true, ""},
		"name that only begins so": {"dma_fence_mapper", false, ""},
		"no name":                  {"", false, ""},
	} {
		if got := meaning(c.class, c.waits); got != c.want {
			t.Errorf("%s: meaning(%q, %v) = %q; want %q", name, c.class, c.waits, got, c.want)
		}
	}
}

// TestMeaningFits keeps the words of one line in one line.
func TestMeaningFits(t *testing.T) {
	t.Parallel()
	for _, class := range []string{
		"dma_fence_map", "fs_reclaim", "mmu_notifier_invalidate_range_start", "reservation_ww_class_mutex", "crtc_ww_class_mutex",
		"mmap_lock", "console_lock", "cpu_hotplug_lock", "rcu_read_lock", "(work_completion)x", "(wq_completion)x",
	} {
		for _, waits := range []bool{false, true} {
			if m := "(" + meaning(class, waits) + ")"; len(m) > rowWidth {
				t.Errorf("%q takes %d columns; there are %d", m, len(m), rowWidth)
			}
		}
	}
}

func TestShared(t *testing.T) {
	t.Parallel()
	for context, want := range map[string]string{
		"":                         "",
		"write":                    "",
		"irqs off, write":          "",
		lockdep.Read:               "as a reader: waits for writers",
		"irqs off, recursive read": "as a reader: waits for writers",
		lockdep.Sync:               "waits until nobody holds it any more",
		"already":                  "",
	} {
		if got := shared(context); got != want {
			t.Errorf("shared(%q) = %q; want %q", context, got, want)
		}
	}
}

func TestLetter(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for i := range 1000 {
		if l := letter(i); seen[l] {
			t.Fatalf("letter(%d) = %q, again", i, l)
		} else {
			seen[l] = true
		}
	}
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "A1", 51: "Z1", 52: "A2"} {
		if got := letter(i); got != want {
			t.Errorf("letter(%d) = %q; want %q", i, got, want)
		}
	}
}
