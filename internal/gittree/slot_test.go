// SPDX-License-Identifier: MIT

package gittree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fencebot/fencebot/patch"
)

// slotTrees are commits that change files in every way.
func slotTrees() []files {
	return []files{
		{"keep": {data: "k\n"}, "edit": {data: "1\n"}, "gone": {data: "g\n"}, "dir/sub/f": {data: "f\n"}, "file": {data: "was a file\n"},
			"run": {data: "r\n"}, "link": {mode: patch.ModeSymlink, data: "keep"}},
		{"keep": {data: "k\n"}, "edit": {data: "2\n"}, "dir2/f": {data: "f\n"}, "file/now": {data: "a directory\n"},
			"run": {mode: patch.ModeExec, data: "r\n"}, "link": {mode: patch.ModeSymlink, data: "edit"}, "new": {data: "n\n"}},
		{"keep": {data: "k\n"}, "edit": {data: "3\n"}, "dir/sub/f": {data: "f\n"}, "link/x": {data: "no link\n"}, "file": {data: "was a file\n"}},
	}
}

func openSlot(t *testing.T, r *Repo, dir string) *Slot {
	t.Helper()
	s, err := r.OpenSlot(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// wantFiles compares a directory with a tree, modes and empty directories included.
func wantFiles(t *testing.T, dir string, want files) {
	t.Helper()
	got := files{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		path, _ := filepath.Rel(dir, name)
		info, err := d.Info()
		if err != nil {
			return err
		}
		switch {
		case d.IsDir():
			if names, _ := os.ReadDir(name); len(names) == 0 {
				t.Errorf("empty directory %s", path)
			}
			if info.Mode().Perm() != 0o755 {
				t.Errorf("directory %s has mode %v", path, info.Mode())
			}
		case d.Type() == fs.ModeSymlink:
			target, _ := os.Readlink(name)
			got[path] = file{patch.ModeSymlink, target}
		default:
			data, _ := os.ReadFile(name)
			mode := map[fs.FileMode]patch.Mode{0o644: 0, 0o755: patch.ModeExec}[info.Mode().Perm()]
			got[path] = file{mode, string(data)}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("files\n%v\nwant\n%v", got, want)
	}
}

func mtimes(t *testing.T, dir string, names ...string) []time.Time {
	t.Helper()
	times := make([]time.Time, len(names))
	for i, name := range names {
		info, err := os.Lstat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		times[i] = info.ModTime().Truncate(time.Microsecond)
	}
	return times
}

func TestSlotMoves(t *testing.T) {
	t.Parallel()
	trees := slotTrees()
	repo, c := newRepo(t, trees...)
	r := open(t, repo)
	s := openSlot(t, r, filepath.Join(t.TempDir(), "slot"))
	defer s.Close()
	if _, err := s.Checkout(t.Context(), c[0]); !errors.Is(err, ErrNoHome) {
		t.Errorf("Checkout without a home: %v; want ErrNoHome", err)
	}
	if _, err := s.SetHome(t.Context(), c[0]); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, s.Dir(), trees[0])
	names := []string{"keep", "edit", "gone", "dir/sub/f", "file", "run"}
	home := mtimes(t, s.Dir(), names...)
	for _, i := range []int{1, 2, 1, 0, 2, 0} {
		moved, err := s.Checkout(t.Context(), c[i])
		if err != nil {
			t.Fatal(err)
		}
		wantFiles(t, s.Dir(), trees[i])
		if s.At() != c[i] || s.Home() != c[0] {
			t.Errorf("At %s, Home %s", s.At(), s.Home())
		}
		if times := mtimes(t, s.Dir(), "keep", "edit"); times[0] != home[0] || (times[1] == home[1]) != (i == 0) {
			t.Errorf("commit %d: times %v; home %v", i, times, home)
		}
		if i == 0 && len(moved.Written) > 0 {
			t.Errorf("back home: %+v; want only files restored", moved)
		}
	}
	if times := mtimes(t, s.Dir(), names...); !slices.Equal(times, home) {
		t.Errorf("times at home\n%v\nwant\n%v", times, home)
	}
}

func TestSlotMovesHome(t *testing.T) {
	t.Parallel()
	repo, c := newRepo(t, text("a", "1\n", "b", "1\n", "c", "1\n"), text("a", "2\n", "b", "1\n", "c", "1\n"), text("a", "2\n", "b", "2\n", "c", "1\n"))
	r := open(t, repo)
	dir := filepath.Join(t.TempDir(), "slot")
	s := openSlot(t, r, dir)
	if _, err := s.SetHome(t.Context(), c[0]); err != nil {
		t.Fatal(err)
	}
	first := mtimes(t, dir, "a", "b", "c")
	if _, err := s.SetHome(t.Context(), c[1]); err != nil {
		t.Fatal(err)
	}
	second := mtimes(t, dir, "a", "b", "c")
	if second[0] == first[0] || second[1] != first[1] || second[2] != first[2] {
		t.Errorf("times after moving home %v; before %v; want a new one for a only", second, first)
	}
	if _, err := s.Checkout(t.Context(), c[0]); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openSlot(t, r, dir)
	defer s.Close()
	if _, err := s.Checkout(t.Context(), c[1]); err != nil {
		t.Fatal(err)
	}
	if times := mtimes(t, dir, "a", "b", "c"); !slices.Equal(times, second) {
		t.Errorf("times back home %v; want %v", times, second)
	}
	// From abroad to a new home that is where the slot stands.
	if _, err := s.Checkout(t.Context(), c[2]); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SetHome(t.Context(), c[2]); err != nil {
		t.Fatal(err)
	}
	third := mtimes(t, dir, "a", "b", "c")
	if third[0] != second[0] || third[1] == second[1] || third[2] != first[2] {
		t.Errorf("times at the third home %v; second %v; want a new one for b only", third, second)
	}
}

// TestSlotRepairs cuts a move off after each of its steps.
func TestSlotRepairs(t *testing.T) {
	t.Parallel()
	trees := slotTrees()
	repo, c := newRepo(t, trees...)
	r := open(t, repo)
	for name, damage := range map[string]func(dir string){
		"nothing written yet": func(string) {},
		"half-written file":   func(dir string) { os.WriteFile(filepath.Join(dir, "edit"), nil, 0o600) },
		"file removed":        func(dir string) { os.Remove(filepath.Join(dir, "gone")) },
		"directory made": func(dir string) {
			os.Remove(filepath.Join(dir, "file"))
			os.MkdirAll(filepath.Join(dir, "file"), 0o700)
			os.WriteFile(filepath.Join(dir, "file", "now"), []byte("a dir"), 0o600)
		},
		"all written": func(dir string) { os.WriteFile(filepath.Join(dir, "new"), []byte("n\n"), 0o600) },
	} {
		for to := range trees {
			t.Run(fmt.Sprintf("%s, then commit %d", name, to), func(t *testing.T) {
				t.Parallel()
				dir := filepath.Join(t.TempDir(), "slot")
				s := openSlot(t, r, dir)
				if _, err := s.SetHome(t.Context(), c[0]); err != nil {
					t.Fatal(err)
				}
				home := mtimes(t, dir, "keep", "edit", "gone", "file")
				s.state.Moving = []string{c[1]}
				if err := s.save(); err != nil {
					t.Fatal(err)
				}
				damage(dir)
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				s = openSlot(t, r, dir)
				defer s.Close()
				if s.At() != "" {
					t.Errorf("At = %s; want nothing for a cut-off move", s.At())
				}
				for _, i := range []int{to, 0} {
					if _, err := s.Checkout(t.Context(), c[i]); err != nil {
						t.Fatal(err)
					}
					wantFiles(t, dir, trees[i])
				}
				if times := mtimes(t, dir, "keep", "edit", "gone", "file"); !slices.Equal(times, home) {
					t.Errorf("times at home %v; want %v", times, home)
				}
			})
		}
	}
}

func TestSlotHalfFilled(t *testing.T) {
	t.Parallel()
	trees := slotTrees()
	repo, c := newRepo(t, trees...)
	r := open(t, repo)
	dir := filepath.Join(t.TempDir(), "slot")
	s := openSlot(t, r, dir)
	defer s.Close()
	if err := os.MkdirAll(filepath.Join(dir, "left", "over"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SetHome(t.Context(), c[0]); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, dir, trees[0])
	s.state.At = strings.Repeat("1", 40) // a commit that git has dropped
	if _, err := s.Checkout(t.Context(), c[1]); !errors.Is(err, ErrNoHome) {
		t.Errorf("Checkout from a lost commit: %v; want ErrNoHome", err)
	}
	if _, err := s.SetHome(t.Context(), c[1]); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, dir, trees[1])
	if _, err := r.OpenSlot(dir); !errors.Is(err, ErrBusy) {
		t.Errorf("second OpenSlot: %v; want ErrBusy", err)
	}
}
