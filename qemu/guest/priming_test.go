// SPDX-License-Identifier: MIT

package guest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const locksFile = "testdata/lockdep-6.12"

// What 6.12 knows is all there; each line that is taken out is missed.
func TestPriming(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(locksFile)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		cut  string // lines with this are taken out
		want []string
	}{
		"all there": {"(none)", nil},
		"no fence in notifiers": {"] dma_fence_map", []string{
			"mmu_notifier_invalidate_range_start -> dma_fence_map", "fs_reclaim -> dma_fence_map",
		}},
		"no notifiers": {"mmu_notifier", []string{
			"fs_reclaim -> mmu_notifier_invalidate_range_start",
			"mmu_notifier_invalidate_range_start -> dma_fence_map",
			"fs_reclaim -> dma_fence_map",
		}},
		"no reservation": {"reservation_ww_class", []string{
			"&mm->mmap_lock -> reservation_ww_class_acquire",
			"reservation_ww_class_acquire -> reservation_ww_class_mutex",
			"reservation_ww_class_mutex -> fs_reclaim",
		}},
		"no mappings": {"i_mmap_rwsem", []string{"fs_reclaim -> &mapping->i_mmap_rwsem"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var kept strings.Builder
			for line := range strings.Lines(string(text)) {
				if !strings.Contains(line, tc.cut) {
					kept.WriteString(line)
				}
			}
			path := filepath.Join(t.TempDir(), "lockdep")
			write(t, path, kept.String())
			got, why := primingState(path)
			if !got.Checked || why != "" || !slices.Equal(got.Missing, tc.want) {
				t.Errorf("primingState() = %+v, %q; want %q", got, why, tc.want)
			}
		})
	}
}

func TestPrimingUnknown(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lockdep")
	if p, why := primingState(path); p.Checked || why == "" {
		t.Errorf("primingState() without the file = %+v, %q; want why it is not known", p, why)
	}
	write(t, path, "all lock classes:\n0000000072726f1a OPS:      55: cpu_hotplug_lock\n")
	if p, why := primingState(path); p.Checked || why == "" {
		t.Errorf("primingState() without PROVE_LOCKING = %+v, %q; want why it is not known", p, why)
	}
}

func TestLockGraph(t *testing.T) {
	t.Parallel()
	g := lockGraph{"a": {"b#2"}, "b#2": {"c/1", "a"}, "ab": {"d"}, "c/1": nil}
	for _, tc := range []struct {
		from, to string
		want     bool
	}{
		{"a", "b", true}, {"a", "c/1", true}, {"b", "a", true}, {"a", "a", true},
		{"a", "c", false}, {"a", "d", false}, {"x", "a", false}, {"c/1", "a", false},
	} {
		if got := g.path(tc.from, tc.to); got != tc.want {
			t.Errorf("path(%s, %s) = %v; want %v", tc.from, tc.to, got, tc.want)
		}
	}
}

func FuzzParseLocks(f *testing.F) {
	text, err := os.ReadFile(locksFile)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	f.Add("0 OPS: 1 FD: 1 BD: 1 ....: a\n -> [0] a\n -> [0] b\n")
	f.Fuzz(func(t *testing.T, text string) {
		g := parseLocks(strings.NewReader(text))
		for class, next := range g {
			for _, n := range next {
				if !g.path(class, n) {
					t.Errorf("no path from %q to %q", class, n)
				}
			}
		}
	})
}
