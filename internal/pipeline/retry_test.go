// SPDX-License-Identifier: MIT

package pipeline

import (
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/igt"
)

// A test that fails runs again before it counts, and what the kernel reports
// then is a finding.
func TestCheckRetries(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		words   []string
		want    report.Word
		flaky   bool
		retries []string
	}{
		"flaky":          {[]string{"quiet", "FLAKY-two"}, report.Pass, true, []string{"fail", "pass", "pass"}},
		"fails":          {[]string{"quiet", "FAIL-two"}, report.Pass, false, []string{"fail", "fail", "fail"}},
		"failed before":  {[]string{"FAIL-two", "FAIL-two more"}, report.Pass, false, nil},
		"a bug, at last": {[]string{"quiet", "FAIL-two LATE-two"}, report.Findings, false, []string{"fail", "fail", "fail"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := setup(t, tc.words[0])
			rep, told, err := l.check(t, series(t, tc.words...))
			if err != nil || rep.Word != tc.want {
				t.Fatalf("check = %s (%s), %v; want %s", rep.Word, rep.Reason, err, tc.want)
			}
			row := rep.Cases[1]
			if row.Flaky != tc.flaky || !slices.Equal(row.Retries, tc.retries) || row.Patched != "fail" {
				t.Errorf("row %+v; want flaky %v, again %q", row, tc.flaky, tc.retries)
			}
			if told[StageRetry].Ended != (tc.retries != nil) {
				t.Errorf("stage %+v", told[StageRetry])
			}
			if tc.want == report.Findings && (rep.Findings[0].Seen != 1 || rep.Findings[0].Runs != 4) {
				t.Errorf("finding seen %d of %d; want 1 of 4", rep.Findings[0].Seen, rep.Findings[0].Runs)
			}
		})
	}
}

// When our own limit ends the boot, what is known of it is dropped, with a note.
func TestDropUnended(t *testing.T) {
	t.Parallel()
	run := report.Run{
		Boots: []report.Boot{{Number: 0, Exit: report.ExitHang}, {Number: 1, Exit: report.ExitTimeout, Detail: "20 minutes are over"}},
		Cases: []igt.Case{{Name: "a@1", Boot: 0}, {Name: "a@2", Boot: 1}},
	}
	k := &check{}
	k.dropUnended(&run)
	if len(run.Boots) != 1 || len(run.Cases) != 1 || len(k.notes) != 1 || !strings.Contains(k.notes[0], "20 minutes") {
		t.Errorf("left %+v, notes %q", run, k.notes)
	}
}
