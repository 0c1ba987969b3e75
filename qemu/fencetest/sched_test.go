// SPDX-License-Identifier: MIT

package fencetest

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/patch/harness"
)

// On a kernel without the test driver every test of it says so.
func TestSchedWithoutDriver(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(schedPath); !errors.Is(err, os.ErrNotExist) {
		t.Skipf("cannot tell that %s is missing: %v", schedPath, err)
	}
	for _, s := range append(schedTests(), schedEndTests()...) {
		got := attempt(s, "", io.Discard)
		if got == nil || !got.skip || !strings.Contains(got.why, schedPath) {
			t.Errorf("%s: %+v; want a skip that names %s", s.name, got, schedPath)
		}
	}
}

// The tests look where the driver is.
func TestSchedPath(t *testing.T) {
	t.Parallel()
	for _, h := range harness.All() {
		if h.Binary == "fence_sched" && h.File == schedPath {
			return
		}
	}
	t.Errorf("no test driver has %s", schedPath)
}
