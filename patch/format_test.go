// SPDX-License-Identifier: MIT

package patch_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
)

// What Mbox writes must be read back as the same series: a report carries it
// to run the check again.
func TestMboxRoundTrip(t *testing.T) {
	t.Parallel()
	diff := "diff --git a/f b/f\nindex 1234567..89abcde 100644\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-a=\t\n+b \xff \xe9 €  \n c\r\n-- \n2.39.5\n\n"
	tests := map[string]patch.Series{
		"example": readExample(t, "../examples/vgem-deadlock.mbox"),
		"hostile": {Version: 3, Total: 1, Title: "t", Patches: []patch.Patch{{
			Number: 1, MessageID: "x@example.org", Subject: "drm: =?utf-8? [x] \"q\" Ünïcode",
			Author: mail.Address{Name: "A, B (c) Ü", Addr: "a@example.org"}, Body: "From the start\nFrom x\n\nend=\n", Diff: diff,
		}}},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := assembleOne(t, patch.Mbox(want))
			if got.Version != want.Version || got.Total != want.Total || len(got.Patches) != len(want.Patches) || got.BaseCommit != want.BaseCommit {
				t.Fatalf("got v%d %d/%d base %q", got.Version, len(got.Patches), got.Total, got.BaseCommit)
			}
			for i, p := range want.Patches {
				g := got.Patches[i]
				if g.Subject != p.Subject || g.Author != p.Author || g.MessageID != p.MessageID || !g.Date.Equal(p.Date) {
					t.Errorf("patch %d: got %+v %q, want %+v %q", i+1, g.Author, g.Subject, p.Author, p.Subject)
				}
				if d := cmp.Diff(p.Body, g.Body); d != "" {
					t.Errorf("patch %d body: %s", i+1, d)
				}
				if d := cmp.Diff(strings.TrimRight(p.Diff, "\n"), strings.TrimRight(g.Diff, "\n")); d != "" {
					t.Errorf("patch %d diff: %s", i+1, d)
				}
			}
		})
	}
}

func readExample(t *testing.T, path string) patch.Series {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return assembleOne(t, string(text))
}

func assembleOne(t *testing.T, mbox string) patch.Series {
	t.Helper()
	msgs, err := mail.ReadMbox(strings.NewReader(mbox), mail.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	all := patch.Assemble(msgs).Series
	if len(all) != 1 {
		t.Fatalf("%d series, want 1", len(all))
	}
	return all[0]
}
