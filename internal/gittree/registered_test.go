// SPDX-License-Identifier: MIT

package gittree_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/internal/gittree"
)

// Only what a branch has may be built with a writable cache; a commit that a
// series left in the object store stands on the newest one that does.
func TestRegistered(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	git := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=x", "-c", "user.email=x@example.org"}, args...)...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("init", "-q", "-b", "main")
	git("commit", "-q", "--allow-empty", "-m", "old")
	old := git("rev-parse", "HEAD")
	git("commit", "-q", "--allow-empty", "-m", "tip")
	tip := git("rev-parse", "HEAD")
	loose := git("commit-tree", "-p", tip, "-m", "from a series", tip+"^{tree}")
	repo, err := gittree.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { repo.Close() })
	for name, tc := range map[string]struct{ base, want string }{
		"tip of a branch": {tip, tip},
		"in a branch":     {old, old},
		"in no branch":    {loose, tip},
	} {
		got, err := repo.Registered(t.Context(), tc.base)
		if err != nil || got != tc.want {
			t.Errorf("%s: Registered(%s) = %s, %v; want %s", name, tc.base, got, err, tc.want)
		}
	}
	if _, err := repo.Registered(t.Context(), "--all"); err == nil {
		t.Error("Registered took an option for a commit")
	}
}
