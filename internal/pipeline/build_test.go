// SPDX-License-Identifier: MIT

package pipeline

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/report"
)

// A warning that the prefix before has is not the patch's, and one beside an
// error is mostly its fallout; an error is kept, so that a break that stays can
// be told from a new one.
func TestFresh(t *testing.T) {
	t.Parallel()
	old := kernelbuild.Diagnostic{Kind: kernelbuild.Warning, File: "a.c", Line: 3, Message: "unused variable 'x'"}
	moved := old
	moved.Line = 9
	brought := kernelbuild.Diagnostic{Kind: kernelbuild.Warning, File: "b.c", Line: 1, Message: "unused variable 'y'"}
	broken := kernelbuild.Diagnostic{Kind: kernelbuild.Error, File: "c.c", Line: 1, Message: "'z' undeclared"}
	got := fresh([]kernelbuild.Diagnostic{old, broken}, []kernelbuild.Diagnostic{moved, brought})
	if d := cmp.Diff([]kernelbuild.Diagnostic{brought}, got); d != "" {
		t.Error(d)
	}
	got = fresh([]kernelbuild.Diagnostic{old}, []kernelbuild.Diagnostic{moved, brought, broken})
	if d := cmp.Diff([]kernelbuild.Diagnostic{broken}, got); d != "" {
		t.Error(d)
	}
}

func TestRawErrorsAreOfBrokenBuildsOnly(t *testing.T) {
	t.Parallel()
	res := kernelbuild.Result{Diagnostics: []kernelbuild.Diagnostic{
		{Kind: kernelbuild.Warning, File: "a.c", Line: 1, Message: "w"},
		{Kind: kernelbuild.Error, File: "c.c", Line: 2, Message: "'z' undeclared"},
	}}
	if got := rawErrors(res); !strings.Contains(got, "c.c:2") || strings.Contains(got, "a.c") {
		t.Errorf("rawErrors = %q", got)
	}
	res.OK = true
	if got := rawErrors(res); got != "" {
		t.Errorf("rawErrors of a good build = %q", got)
	}
}

// A conflict and a refusal are the author's news; everything else is ours.
func TestConflictOf(t *testing.T) {
	t.Parallel()
	conflict := &patch.ConflictError{Patch: 2, File: "f", Hunk: 1, Reason: "r", Expected: []string{"a"}, Found: []string{"b"}}
	want := &report.Conflict{Patch: 2, File: "f", Hunk: 1, Reason: "r", Expected: []string{"a"}, Found: []string{"b"}}
	if d := cmp.Diff(want, conflictOf(conflict)); d != "" {
		t.Error(d)
	}
	if got := conflictOf(&patch.RefusedError{Patch: 1, File: "../x", Reason: "leaves the tree"}); got == nil || got.Patch != 1 || !strings.Contains(got.Reason, "leaves the tree") {
		t.Errorf("conflictOf(refusal) = %+v", got)
	}
	if got := conflictOf(errors.New("disk full")); got != nil {
		t.Errorf("conflictOf(our failure) = %+v; want nil", got)
	}
}

func TestPlaceTellsCommitOrReason(t *testing.T) {
	t.Parallel()
	got := []report.Patch{{Number: 1}, {Number: 2}}
	place(got, gittree.Range{
		Commits: []gittree.Commit{{ID: "c2", Patch: 2}},
		Skipped: []gittree.Skipped{{Patch: 1, Why: "is there already"}},
	})
	if got[0].Commit != "" || got[0].Skipped != "is there already" || got[1].Commit != "c2" || got[1].Skipped != "" {
		t.Errorf("place = %+v", got)
	}
}
