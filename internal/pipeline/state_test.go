// SPDX-License-Identifier: MIT

package pipeline

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestKeyDependsOnEveryPart(t *testing.T) {
	t.Parallel()
	one, err := keyOf("a", 1, []string{"x"})
	if err != nil {
		t.Fatal(err)
	}
	for name, parts := range map[string][]any{
		"word":     {"b", 1, []string{"x"}},
		"number":   {"a", 2, []string{"x"}},
		"list":     {"a", 1, []string{"x", "y"}},
		"moved":    {1, "a", []string{"x"}},
		"less":     {"a", 1},
		"joined":   {"a1", []string{"x"}},
		"in a nil": {"a", 1, nil},
	} {
		if other, err := keyOf(parts...); err != nil || other == one {
			t.Errorf("%s: key %s, %v; want another one than %s", name, other, err, one)
		}
	}
	if same, _ := keyOf("a", 1, []string{"x"}); same != one {
		t.Errorf("the same parts gave %s and %s", one, same)
	}
}

// A reader of a cache must never see half a value, and a damaged one is a miss.
func TestCacheFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "deep", "value.json")
	var got map[string]int
	if loadJSON(path, &got) {
		t.Error("loadJSON found a file that is not there")
	}
	if err := saveJSON(path, map[string]int{"a": 1}); err != nil {
		t.Fatal(err)
	}
	if !loadJSON(path, &got) || got["a"] != 1 {
		t.Errorf("loadJSON = %v", got)
	}
	failing := errors.New("disk full")
	if err := replaceFile(path, func(io.Writer) error { return failing }); !errors.Is(err, failing) {
		t.Errorf("replaceFile = %v; want the cause", err)
	}
	if !loadJSON(path, &got) || got["a"] != 1 {
		t.Error("a write that failed took the old value away")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".new-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := os.WriteFile(path, []byte("{\"a\":"), 0o600); err != nil {
		t.Fatal(err)
	}
	if loadJSON(path, &got) {
		t.Error("loadJSON took half a value")
	}
}

func TestRunDirectoriesSortByTime(t *testing.T) {
	t.Parallel()
	s := state(t.TempDir())
	early, err := s.newRun(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	late, err := s.newRun(time.Date(2026, 11, 2, 3, 4, 5, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	if early >= late || !strings.Contains(early, "20260102-030405") {
		t.Errorf("runs %s and %s do not sort by time", early, late)
	}
}

// A build is hostile: what is taken out of its directory must be a file of its
// own and not a link to one of ours.
func TestKeepFileRefusesLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret, link, fifo := filepath.Join(dir, "secret"), filepath.Join(dir, "vmlinux"), filepath.Join(dir, "fifo")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, link); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{link, fifo, dir, filepath.Join(dir, "none")} {
		to := filepath.Join(dir, "kept")
		if err := keepFile(from, to); err == nil || exists(to) {
			t.Errorf("keepFile(%s) = %v; want an error and no file", filepath.Base(from), err)
		}
	}
	if err := keepFile(secret, filepath.Join(dir, "copy")); err != nil {
		t.Error(err)
	}
}

// A cache keeps what was used last.
func TestTouchDropsTheOldest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range keepCached + 3 {
		entry := filepath.Join(dir, fmt.Sprintf("%02d", i))
		if err := os.Mkdir(entry, 0o755); err != nil {
			t.Fatal(err)
		}
		when := time.Unix(int64(1000+i), 0)
		if err := os.Chtimes(entry, when, when); err != nil {
			t.Fatal(err)
		}
	}
	touch(filepath.Join(dir, "00")) // the oldest of all is used again
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != keepCached {
		t.Fatalf("%d entries left, %v; want %d", len(left), err, keepCached)
	}
	if left[0].Name() != "00" || left[1].Name() != "04" {
		t.Errorf("left %s and %s first; want the used one, and the three oldest others gone", left[0].Name(), left[1].Name())
	}
}
