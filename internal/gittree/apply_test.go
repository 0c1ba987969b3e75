// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
)

// lines returns "1\n" to "n\n" with some of them replaced: 3, "three" ...
func lines(n int, change ...any) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		line := fmt.Sprint(i)
		for j := 0; j < len(change); j += 2 {
			if change[j] == i {
				line = change[j+1].(string)
			}
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

func TestApplyCommits(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, text("a", lines(9)), text("a", lines(9, 5, "five")), text("a", lines(9, 5, "five"), "d/b", "x\n"))
	r := open(t, dir)
	s := series(t, dir, c[0], c[2])
	got, err := r.Apply(t.Context(), c[0], s)
	if err != nil {
		t.Fatal(err)
	}
	if got.Base != c[0] || len(got.Commits) != 2 || got.Tip() != got.Commits[1].ID || len(got.Skipped) != 0 {
		t.Fatalf("Apply = %+v; want two commits on %s", got, c[0])
	}
	for i, commit := range got.Commits {
		if want, _ := r.TreeID(t.Context(), c[i+1]); commit.Tree != want || commit.Patch != i+1 {
			t.Errorf("commit %+v; want tree %s of patch %d", commit, want, i+1)
		}
	}
	want := "Jörg Ä <joerg@example.org> 1600000060 +0530|fencebot <fencebot@localhost> 1600000060 +0530|drm/fence: change 2\n\nBecause of 2."
	if log := runGit(t, dir, "log", "-1", "--date=raw", "--format=%an <%ae> %ad|%cn <%ce> %cd|%B", got.Commits[0].ID); log != want {
		t.Errorf("commit:\n%s\nwant\n%s", log, want)
	}
	again, err := r.Apply(t.Context(), c[0], s)
	if err != nil || again.Tip() != got.Tip() {
		t.Errorf("a second Apply gives %s, %v; want the same commit %s", again.Tip(), err, got.Tip())
	}
	if refs := runGit(t, dir, "for-each-ref", "refs/fencebot"); refs != "" {
		t.Errorf("refs left behind: %s", refs)
	}
}

func TestApplySkipsWhatIsThere(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, text("a", lines(9)), text("a", lines(9, 5, "five")), text("a", lines(9, 5, "five", 9, "nine")))
	r := open(t, dir)
	got, err := r.Apply(t.Context(), c[2], series(t, dir, c[0], c[1]))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Commits) != 0 || len(got.Skipped) != 1 || got.Skipped[0].Patch != 1 || got.Tip() != c[2] {
		t.Errorf("Apply = %+v; want patch 1 skipped", got)
	}
}

func TestApplyFollowsRenameOfTheBase(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, text("old.c", lines(30)), text("old.c", lines(30, 20, "twenty")), text("new/name.c", lines(30, 3, "three")))
	r := open(t, dir)
	got, err := r.Apply(t.Context(), c[2], series(t, dir, c[0], c[1]))
	if err != nil {
		t.Fatal(err)
	}
	if data := runGit(t, dir, "show", got.Tip()+":new/name.c"); data != strings.TrimSpace(lines(30, 3, "three", 20, "twenty")) {
		t.Errorf("merged file:\n%s", data)
	}
}

// TestMergeRunsNothing gives a repository filters and merge programs of all kinds.
func TestMergeRunsNothing(t *testing.T) {
	t.Parallel()
	attributes := "* filter=evil merge=evil diff=evil\n"
	dir, c := newRepo(t, text("a", lines(9), ".gitattributes", attributes),
		text("a", lines(9, 5, "five"), ".gitattributes", attributes), text("a", lines(9, 3, "three"), ".gitattributes", attributes))
	s := series(t, dir, c[0], c[1])
	ran := filepath.Join(t.TempDir(), "ran")
	for _, key := range []string{"filter.evil.smudge", "filter.evil.clean", "filter.evil.process", "merge.evil.driver",
		"diff.evil.textconv", "diff.evil.command", "diff.external", "gpg.program", "core.fsmonitor", "core.pager", "core.alternateRefsCommand"} {
		runGit(t, dir, "config", key, "touch "+ran)
	}
	runGit(t, dir, "config", "log.showSignature", "true")
	r := open(t, dir)
	got, err := r.Apply(t.Context(), c[2], s)
	if err != nil || len(got.Commits) != 1 {
		t.Fatalf("Apply = %+v, %v; want one merged commit", got, err)
	}
	if _, err := r.Range(t.Context(), c[0], got.Tip()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a program that the repository names was run")
	}
}

func TestApplySHA256(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	runGit(t, dir, "init", "--quiet", "--object-format=sha256")
	c := addCommits(t, dir, "", text("a", lines(9)), text("a", lines(9, 5, "five")), text("a", lines(9, 3, "three")))
	got, err := open(t, dir).Apply(t.Context(), c[2], series(t, dir, c[0], c[1]))
	if err != nil || len(got.Commits) != 1 {
		t.Fatalf("Apply = %+v, %v; want one merged commit", got, err)
	}
}

func TestApplyAbbreviatedIDs(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, text("a", lines(9)), text("a", lines(9, 5, "five")), text("a", lines(9, 3, "three")))
	r := open(t, dir)
	s := series(t, dir, c[0], c[1])
	s.Patches[0].Diff = runGit(t, dir, "diff", "--abbrev=8", c[0], c[1]) + "\n"
	got, err := r.Apply(t.Context(), c[2], s)
	if err != nil || len(got.Commits) != 1 {
		t.Fatalf("Apply = %+v, %v; want one merged commit", got, err)
	}
	s.Patches[0].Diff = strings.Replace(s.Patches[0].Diff, "index ", "index ffffff", 1)
	if _, err := r.Apply(t.Context(), c[2], s); !isConflict(err) {
		t.Errorf("Apply with an unknown blob: %v; want a conflict", err)
	}
}

func isConflict(err error) bool {
	_, ok := errors.AsType[*patch.ConflictError](err)
	return ok
}

func TestApplyConflict(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, text("a", lines(9), "b", lines(9)), text("a", lines(9, 2, "two"), "b", lines(9, 5, "five")), text("a", lines(9), "b", lines(9, 5, "FIVE")))
	_, err := open(t, dir).Apply(t.Context(), c[2], series(t, dir, c[0], c[1]))
	got, ok := errors.AsType[*patch.ConflictError](err)
	if !ok {
		t.Fatalf("Apply: %v; want a conflict", err)
	}
	if got.Patch != 1 || got.File != "b" || got.Hunk != 1 || fmt.Sprint(got.Expected, got.Found) != "[5] [FIVE]" {
		t.Errorf("conflict %+v; want 5 against FIVE in b", *got)
	}
}

// TestApplyRefusesAndWritesNothing counts the objects of the repository.
func TestApplyRefusesAndWritesNothing(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, files{"a": {data: lines(9)}, "l": {mode: patch.ModeSymlink, data: "a"}})
	r := open(t, dir)
	before := runGit(t, dir, "count-objects", "-v")
	for _, name := range []string{"../x", ".git/config", ".GIT/config", "git~1/x", "l/x", "/x"} {
		s := patch.Series{Patches: []patch.Patch{
			{Number: 1, Subject: "fine", Author: mail.Address{Name: "x", Addr: "x@example.org"},
				Diff: "diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n"},
			{Number: 2, Subject: "evil", Diff: fmt.Sprintf("diff --git a/a b/n\nsimilarity index 100%%\nrename from a\nrename to %s\n", name)},
		}}
		_, err := r.Apply(t.Context(), c[0], s)
		if refused, ok := errors.AsType[*patch.RefusedError](err); !ok || refused.Patch != 2 {
			t.Errorf("%q: %v; want patch 2 refused", name, err)
		}
	}
	if after := runGit(t, dir, "count-objects", "-v"); after != before {
		t.Errorf("objects before:\n%s\nafter:\n%s", before, after)
	}
}

func TestApplyWithoutAuthorOrDate(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, text("a", "1\n"))
	s := patch.Series{Patches: []patch.Patch{{Number: 1, Subject: "x\x00y", Author: mail.Address{Name: "<\n>", Addr: "a@example.org>\nevil <b"},
		Diff: "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+2\n"}}}
	got, err := open(t, dir).Apply(t.Context(), c[0], s)
	if err != nil {
		t.Fatal(err)
	}
	const want = "a@example.orgevil b <a@example.orgevil b> 1600000000 +0000 xy"
	if log := runGit(t, dir, "log", "-1", "--date=raw", "--format=%an <%ae> %ad %s", got.Tip()); log != want {
		t.Errorf("commit %q; want %q", log, want)
	}
}

func TestCancelledAndDeadReader(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, text("a", "1\n"))
	r := open(t, dir)
	if _, err := r.TreeID(t.Context(), c[0]); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.TreeID(ctx, c[0]); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := r.TreeID(t.Context(), c[0]); err != nil {
		t.Errorf("after a cancelled question: %v", err)
	}
	if err := r.reader.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = r.reader.cmd.Process.Wait()
	if _, err := r.TreeID(t.Context(), c[0]); err == nil || isConflict(err) || !strings.Contains(err.Error(), "cat-file") {
		t.Errorf("dead reader: %v; want an error that names git cat-file", err)
	}
	if _, err := r.TreeID(t.Context(), c[0]); err != nil {
		t.Errorf("after a dead reader: %v", err)
	}
}

func TestOverlay(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, text("a", lines(20)), text("a", lines(20, 5, "five")), text("a", lines(20, 5, "five", 9, "nine")))
	over := func(title string, n int, line string) patch.Series {
		return patch.Series{Title: title, Patches: []patch.Patch{{Number: 1, Subject: title, Date: time.Unix(1700000000, 0).UTC(),
			Author: mail.Address{Name: "fencebot", Addr: "f@example.org"},
			Diff:   fmt.Sprintf("diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -%[1]d,3 +%[1]d,3 @@\n %[1]d\n-%[2]d\n+%[3]s\n %[4]d\n", n-1, n, line, n+1)}}}
	}
	over1, over2 := over("annotate", 15, "fifteen"), over("in the way", 9, "NINE")
	r := open(t, dir)
	rng, err := r.Range(t.Context(), c[0], c[2])
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Overlay(t.Context(), rng, over2, over1)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Commits) != 2 || len(got.Used) != 1 || got.Used[0] != 1 || len(got.Dropped) != 1 ||
		got.Dropped[0].Overlay != 0 || !strings.Contains(got.Dropped[0].Why, "patch 2") {
		t.Fatalf("Overlay = %+v; want overlay 0 dropped because of patch 2", got)
	}
	for i, id := range append([]string{got.Base}, got.Commits...) {
		if diff := runGit(t, dir, "diff", "--stat", c[i], id); !strings.Contains(diff, "1 insertion(+), 1 deletion(-)") {
			t.Errorf("overlay on commit %d changes %s", i, diff)
		}
		if data := runGit(t, dir, "show", id+":a"); !strings.Contains(data, "fifteen") || strings.Contains(data, "NINE") {
			t.Errorf("file on commit %d:\n%s", i, data)
		}
	}
	if got.Tip() != got.Commits[1] {
		t.Errorf("Tip() = %s", got.Tip())
	}
}
