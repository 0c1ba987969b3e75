// SPDX-License-Identifier: MIT

package picture_test

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
	"github.com/fencebot/fencebot/report/render/picture"
)

// TestSharedLogs draws every report of the peers' logs and of the seeded kernels.
func TestSharedLogs(t *testing.T) {
	t.Parallel()
	root := cmp.Or(os.Getenv("FENCEBOT_SHARED"), filepath.Join("..", "..", "..", "..", "shared"))
	var logs []string
	for _, pattern := range []string{"data/lockdep/*", "corpus/*/console*.log"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		logs = append(logs, found...)
	}
	if len(logs) == 0 {
		t.Skipf("no logs in %s; set FENCEBOT_SHARED to the directory of data and corpus", root)
	}
	drawn := map[lockdep.Family]int{}
	for _, path := range logs {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for s, err := range lockdep.Scan(f, lockdep.Options{}) {
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			checkSafe(t, s, picture.Options{})
			if picture.Has(s) {
				drawn[s.Family]++
			} else if s.Family == lockdep.CircularDependency && !s.Corrupted {
				t.Errorf("%s:%d: a circle without a picture", path, s.Line)
			}
		}
		f.Close()
	}
	for _, family := range []lockdep.Family{lockdep.CircularDependency, lockdep.IRQSafeUnsafe, lockdep.InconsistentState, lockdep.RecursiveLocking, lockdep.HungTask} {
		if drawn[family] == 0 {
			t.Errorf("no picture of a report of family %s", family)
		}
	}
}

// TestCorpusCircle says what the drawing of a real report must tell.
func TestCorpusCircle(t *testing.T) {
	t.Parallel()
	f, err := os.Open(filepath.Join("..", "testdata", "raw", "circular.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	splats, err := lockdep.All(f, lockdep.Options{})
	if err != nil || len(splats) != 1 {
		t.Fatalf("%d reports, %v; want one", len(splats), err)
	}
	text := strings.Join(picture.Text(splats[0], picture.Options{}), "\n")
	for _, want := range []string{
		"A: task kms_vblank/86", "dma_fence_map", "taken in vkms_atomic_commit_tail", "fs_reclaim",
		"in vkms_crtc_atomic_begin", "B: seen earlier at boot", "in dma_resv_lockdep", "A waits for B", "B waits for A",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the drawing lacks %q:\n%s", want, text)
		}
	}
}
