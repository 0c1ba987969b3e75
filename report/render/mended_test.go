// SPDX-License-Identifier: MIT

package render

import (
	"testing"

	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/lockdep"
)

func TestMendedLine(t *testing.T) {
	t.Parallel()
	for want, in := range map[string][2]int{
		"bad lock: patch 1 brings it, patch 3 mends it":     {1, 3},
		"bad lock: patch 1 brings it, a later one mends it": {1, 0},
		"bad lock: patch 3 mends it":                        {0, 3},
		"bad lock: seen at patch 2":                         {0, 0},
	} {
		f := report.Finding{Splat: lockdep.Splat{Title: "bad lock"}, Culprit: report.Culprit{Patch: in[0], Why: "seen at patch 2"}, MendedBy: in[1]}
		if got := mendedLine(f); got != want {
			t.Errorf("mendedLine(%v) = %q; want %q", in, got, want)
		}
	}
}
