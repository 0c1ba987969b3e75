// SPDX-License-Identifier: MIT

package patch

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// numbered returns the lines "1" to "n".
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintln(&b, i+1)
	}
	return b.String()
}

// hunks makes a diff of file a.
func hunks(text ...string) string {
	return "diff --git a/a b/a\n--- a/a\n+++ b/a\n" + strings.Join(text, "")
}

// gitApply applies a diff to file a with the real thing.
func gitApply(t *testing.T, have, diff string) (string, bool) {
	t.Helper()
	dir := t.TempDir()
	name := filepath.Join(dir, "a")
	if err := os.WriteFile(name, []byte(have), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "git", "apply", "-")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(diff)
	cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
	if cmd.Run() != nil {
		return "", false
	}
	got, err := os.ReadFile(name)
	return string(got), err == nil || os.IsNotExist(err)
}

// TestRelocate holds the places of moved hunks against those of git apply.
func TestRelocate(t *testing.T) {
	t.Parallel()
	same := "x\ny\nz\n"
	for name, c := range map[string]struct{ have, diff, want string }{
		"moved down": {"0\n" + numbered(9), hunks("@@ -3,3 +3,3 @@\n 3\n-4\n+four\n 5\n"),
			"0\n1\n2\n3\nfour\n5\n6\n7\n8\n9\n"},
		"moved up": {"3\n4\n5\n6\n", hunks("@@ -3,3 +3,3 @@\n 3\n-4\n+four\n 5\n"),
			"3\nfour\n5\n6\n"},
		"forward is tried first": {same + "-\n" + same + "-\n" + same + "-\n", hunks("@@ -3,3 +3,3 @@\n x\n-y\n+Y\n z\n"),
			same + "-\nx\nY\nz\n-\n" + same + "-\n"},
		"back when it is nearer": {same + "-\n-\n-\n" + same + "-\n", hunks("@@ -3,3 +3,3 @@\n x\n-y\n+Y\n z\n"),
			"x\nY\nz\n-\n-\n-\n" + same + "-\n"},
		"expected line beyond the end": {same + "-\n", hunks("@@ -300,3 +300,3 @@\n x\n-y\n+Y\n z\n"),
			"x\nY\nz\n-\n"},
		"first lines": {numbered(5), hunks("@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n"),
			"0\n" + numbered(5)},
		"last lines moved": {"0\n" + numbered(5), hunks("@@ -4,2 +4,3 @@\n 4\n 5\n+6\n"),
			"0\n" + numbered(6)},
		"later hunk counts with the earlier one": {numbered(12),
			hunks("@@ -2,3 +2,5 @@\n 2\n-3\n+a\n+b\n+c\n 4\n", "@@ -8,3 +10,3 @@\n 8\n-9\n+nine\n 10\n"),
			"1\n2\na\nb\nc\n4\n5\n6\n7\n8\nnine\n10\n11\n12\n"},
		"hunks that swap places": {"x\ny\nz\n-\n-\n-\na\nb\nc\n-\n",
			hunks("@@ -6,3 +6,3 @@\n a\n-b\n+B\n c\n", "@@ -12,3 +12,3 @@\n x\n-y\n+Y\n z\n"),
			"x\nY\nz\n-\n-\n-\na\nB\nc\n-\n"},
		"into an empty file": {"", hunks("@@ -0,0 +1,2 @@\n+1\n+2\n"), "1\n2\n"},
		"delete all lines":   {"1\n2\n", hunks("@@ -1,2 +0,0 @@\n-1\n-2\n"), ""},
		"insert without context goes to the end": {numbered(3), hunks("@@ -2,0 +3 @@\n+x\n"),
			numbered(3) + "x\n"},
		"empty context line without its blank": {"1\n\n3\n4\n", hunks("@@ -1,3 +1,3 @@\n 1\n\n-3\n+three\n"), "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if want, ok := gitApply(t, c.have, c.diff); ok != (c.want != "refused") || ok && want != c.want {
				t.Errorf("git apply gives %q, %v; the test wants %q", want, ok, c.want)
			}
			got, err := applyDiff(t, treeOf("a", c.have), c.diff)
			if c.want == "refused" {
				if _, ok := errors.AsType[*ConflictError](err); !ok {
					t.Errorf("got %q, %v; want a conflict", got, err)
				}
				return
			}
			if want := fmt.Sprintf("100644 a %q\n", c.want); got != want || err != nil {
				t.Errorf("got %s%v\nwant %s", got, err, want)
			}
		})
	}
}

func TestRelocateRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ have, diff string }{
		"at the beginning only": {"0\n" + numbered(5), hunks("@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n")},
		"at the end only":       {numbered(6), hunks("@@ -4,2 +4,3 @@\n 4\n 5\n+x\n")},
		"no fuzz":               {"1\n2\n3\n4\nV\n", hunks("@@ -2,4 +2,4 @@\n 2\n-3\n+three\n 4\n 5\n")},
		"overlap": {numbered(9),
			hunks("@@ -2,3 +2,3 @@\n 2\n-3\n+three\n 4\n", "@@ -4,3 +4,3 @@\n 4\n-5\n+five\n 6\n")},
		"no newline where there is one": {"1\n2\n", hunks("@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+x\n")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if want, ok := gitApply(t, c.have, c.diff); ok {
				t.Errorf("git apply gives %q", want)
			}
			got, err := applyDiff(t, treeOf("a", c.have), c.diff)
			if _, ok := errors.AsType[*ConflictError](err); !ok {
				t.Errorf("got %q, %v; want a conflict", got, err)
			}
		})
	}
}

// TestSearchIsBounded wants a refusal, not an hour of searching, for a hunk that
// nearly matches everywhere.
func TestSearchIsBounded(t *testing.T) {
	t.Parallel()
	im := newImage([]byte(strings.Repeat("x\n", 2000)))
	im.budget = 100_000
	pre := append(slices.Repeat([]string{"x\n"}, 900), "y\n")
	if _, _, err := im.find(pre, place{want: 1}); !errors.Is(err, errBudget) {
		t.Errorf("find: %v; want %v", err, errBudget)
	}
	s := &stage{number: 3}
	for _, err := range []error{errBudget, ErrTooBig} {
		err := s.explain(&fileDiff{newName: "a"}, fmt.Errorf("wrapped: %w", err))
		if r, ok := errors.AsType[*RefusedError](err); !ok || r.Patch != 3 || r.File != "a" {
			t.Errorf("explain: %v; want a refusal of a in patch 3", err)
		}
	}
}
