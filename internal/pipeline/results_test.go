// SPDX-License-Identifier: MIT

package pipeline

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/igt"
)

// What a check writes reads back with the same counts; tests that ran again
// count once.
func TestCheckWritesResults(t *testing.T) {
	t.Parallel()
	l := setup(t, "FAIL-three")
	rep, _, err := l.check(t, series(t, "FAIL-three", "FAIL-three FLAKY-two"))
	if err != nil || rep.Word != report.Pass {
		t.Fatalf("check = %s (%s), %v", rep.Word, rep.Reason, err)
	}
	for name, want := range map[string]map[igt.Word]int{
		BaseResultsFile: {igt.Pass: 2, igt.Fail: 1},
		ResultsFile:     {igt.Pass: 1, igt.Fail: 2},
	} {
		found, err := filepath.Glob(filepath.Join(l.state, "runs", "*", name))
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %q, %v; want one", name, found, err)
		}
		f, err := os.Open(found[0])
		if err != nil {
			t.Fatal(err)
		}
		r, err := igt.ReadResults(f)
		if err = errors.Join(err, f.Close()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, w := range igt.Words() {
			if got := r.Totals[""][w]; got != want[w] {
				t.Errorf("%s: %d %s; want %d", name, got, w, want[w])
			}
		}
		if len(r.Tests) != 3 || r.Tests[0].Name != "igt@fence_one@one" || r.Uname != "6.12" {
			t.Errorf("%s: %d tests, kernel %q", name, len(r.Tests), r.Uname)
		}
	}
}

// A series that does not apply ran no test, and leaves no empty results.
func TestCheckWithoutResults(t *testing.T) {
	t.Parallel()
	l := setup(t, "quiet")
	if _, _, err := l.check(t, series(t, "not what is there", "loud")); err != nil {
		t.Fatal(err)
	}
	if found, err := filepath.Glob(filepath.Join(l.state, "runs", "*", "*results.json")); err != nil || len(found) > 0 {
		t.Errorf("written: %q, %v; want nothing", found, err)
	}
}
