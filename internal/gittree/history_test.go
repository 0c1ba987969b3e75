// SPDX-License-Identifier: MIT

package gittree

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRange(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, text("a", "1\n"), text("a", "2\n"), text("a", "3\n", "b", "x\n"))
	runGit(t, dir, "branch", "side", c[1])
	side := addCommits(t, dir, c[1], text("a", "side\n"))[0]
	r := open(t, filepath.Join(dir, ".git"))
	got, err := r.Range(t.Context(), c[0], c[2])
	if err != nil {
		t.Fatal(err)
	}
	if got.Base != c[0] || len(got.Commits) != 2 || got.Commits[0].ID != c[1] || got.Tip() != c[2] ||
		got.Commits[1].Subject != "drm/fence: change 3" || got.Commits[1].Patch != 2 {
		t.Errorf("Range = %+v", got)
	}
	got, err = r.Range(t.Context(), c[2], side)
	if err != nil || got.Base != c[1] || !strings.Contains(got.BaseWhy, "left") {
		t.Errorf("Range of a side branch = %+v, %v; want base %s", got, err, c[1])
	}
	if got, err := r.Range(t.Context(), c[2], c[2]); err != nil || len(got.Commits) != 0 || got.Tip() != c[2] {
		t.Errorf("empty Range = %+v, %v", got, err)
	}
	if _, err := r.Range(t.Context(), "nope", c[2]); !errors.Is(err, ErrUnknownRev) {
		t.Errorf("Range from nowhere: %v", err)
	}
	names, err := r.ChangedFiles(t.Context(), c[0], c[2])
	if fmt.Sprint(names) != "[a b]" || err != nil {
		t.Errorf("ChangedFiles = %v, %v", names, err)
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	h := newHistory(1)
	trees := h.steps(6)
	from, c := newRepo(t, trees...)
	src := open(t, from)
	for name, have := range map[string][]files{"with the base": trees[:2], "with nothing": {text("x", "y\n")}} {
		dir, _ := newRepo(t, have...)
		dst := open(t, dir)
		rng, err := src.Range(t.Context(), c[1], c[5])
		if err != nil {
			t.Fatal(err)
		}
		if err := dst.Import(t.Context(), src, rng); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := dst.Range(t.Context(), c[1], c[5]); err != nil || len(got.Commits) != 4 {
			t.Errorf("%s: Range of imported commits = %+v, %v", name, got, err)
		}
		runGit(t, dir, "fsck", "--full")
	}
}

func TestUncommitted(t *testing.T) {
	t.Parallel()
	dir, _ := newRepo(t, text("a", "1\n", "b", "2\n"))
	write := func(name, data string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := func(n int) {
		t.Helper()
		if got, err := Uncommitted(t.Context(), dir); got != n || err != nil {
			t.Errorf("Uncommitted = %d, %v; want %d", got, err, n)
		}
	}
	want(0)
	write("untracked", "x")
	want(0)
	write("a", "changed\n")
	want(1)
	write("b", "staged\n")
	runGit(t, dir, "add", "b")
	want(2)
	if _, err := Uncommitted(t.Context(), t.TempDir()); err == nil {
		t.Error("Uncommitted outside of a repository: no error")
	}
}

func TestBaseChoice(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, text("a", "1\n"), text("a", "2\n"), text("a", "3\n"))
	runGit(t, dir, "branch", "--", "deadbeef", c[0]) // looks like an id
	r := open(t, dir)
	unknown := strings.Repeat("1", 40)
	for name, c := range map[string]struct{ explicit, series, commit, why string }{
		"asked for":             {c[0], c[1], c[0], "asked for: " + c[0]},
		"asked for by name":     {"main~1", "", c[1], "asked for: main~1"},
		"from the series":       {"", c[1], c[1], "the base-commit of the series"},
		"from the series short": {"", c[1][:12], c[1], "the base-commit of the series"},
		"unknown":               {"", unknown, c[2], "the tip of the default branch main: the base-commit of the series, " + unknown + ", is unknown here"},
		"too short":             {"", c[1][:4], c[2], "the tip of the default branch main: the base-commit of the series, " + c[1][:4] + ", is unknown here"},
		"a name, not an id":     {"", "main~1", c[2], "the tip of the default branch main: the base-commit of the series is unknown here"},
		"a branch like an id":   {"", "deadbeef", c[2], "the tip of the default branch main: the base-commit of the series, deadbeef, is unknown here"},
		"none":                  {"", "", c[2], "the tip of the default branch main: the series names no base"},
	} {
		commit, why, err := r.BaseChoice(t.Context(), c.explicit, c.series)
		if commit != c.commit || why != c.why || err != nil {
			t.Errorf("%s: %s, %q, %v\nwant %s, %q", name, commit, why, err, c.commit, c.why)
		}
	}
	for _, rev := range []string{unknown, "nope", "--help", "-x", "a\nb"} {
		if _, _, err := r.BaseChoice(t.Context(), rev, ""); err == nil {
			t.Errorf("base %q: no error", rev)
		}
	}
	if _, _, err := r.BaseChoice(t.Context(), unknown, ""); !errors.Is(err, ErrUnknownRev) {
		t.Errorf("unknown base: %v; want ErrUnknownRev", err)
	}
}
