// SPDX-License-Identifier: MIT

package main

import (
	"testing"

	"github.com/fencebot/fencebot/internal/pipeline"
	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/patch/harness"
	"github.com/fencebot/fencebot/report"
)

// A report brings the test drivers that it was made with, also when they are no
// longer ours.
func TestReadHarness(t *testing.T) {
	t.Parallel()
	own, err := harness.Series()
	if err != nil {
		t.Fatal(err)
	}
	old := own[0]
	old.Patches = []patch.Patch{old.Patches[0]}
	old.Patches[0].Subject = "an older one"
	for name, tt := range map[string]struct {
		mbox, want string // want is the subject of the first patch
		n          int
	}{
		"before there were any": {},
		"ours":                  {patch.Mbox(patch.Join("harness", own)), own[0].Patches[0].Subject, len(own)},
		"older":                 {patch.Mbox(patch.Join("harness", []patch.Series{old})), "an older one", 1},
	} {
		var req pipeline.Request
		if err := readHarness(t.Context(), report.Reproduce{HarnessMbox: tt.mbox}, &req); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(req.Harness) != tt.n || tt.n > 0 && req.Harness[0].Patches[0].Subject != tt.want {
			t.Errorf("%s: %d test drivers, want %d with %q", name, len(req.Harness), tt.n, tt.want)
		}
	}
	if err := readHarness(t.Context(), report.Reproduce{HarnessMbox: "no mail"}, new(pipeline.Request)); err == nil {
		t.Error("readHarness of no mail = nil; want an error")
	}
}
