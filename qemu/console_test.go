// SPDX-License-Identifier: MIT

package qemu

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestConsoleLog(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		limit  int64
		writes []string
		want   string
	}{
		"empty":            {100, nil, ""},
		"fits":             {100, []string{"one\n", "two\n"}, "one\ntwo\n"},
		"fits exactly":     {8, []string{"one\n", "two\n"}, "one\ntwo\n"},
		"middle dropped":   {16, []string{"head of log\n", "middle\n", "x\nlast\n"}, "head of log\n\n[fencebot: 14 bytes of console dropped here]\n"},
		"tail at a line":   {40, []string{strings.Repeat("0123456789", 3), "abc\nabc\nabc\nlast\n"}, "012345678901234567890123456789\n[fencebot: 8 bytes of console dropped here]\nabc\nlast\n"},
		"one huge write":   {8, []string{strings.Repeat("x", 1000) + "\n"}, "xxxxxx\n[fencebot: 995 bytes of console dropped here]\n"},
		"byte after byte":  {8, strings.Split("abcdefghijk", ""), "abcdef\n[fencebot: 3 bytes of console dropped here]\njk"},
		"limit of nothing": {0, []string{"abc"}, "\n[fencebot: 3 bytes of console dropped here]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := logged(t, tc.limit, tc.writes); got != tc.want {
				t.Errorf("log of %q is %q; want %q", tc.writes, got, tc.want)
			}
		})
	}
}

func logged(t *testing.T, limit int64, writes []string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "console.log")
	c, err := createConsole(path, limit)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range writes {
		if n, err := c.Write([]byte(s)); n != len(s) || err != nil {
			t.Errorf("Write(%q) = %d, %v", s, n, err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A log is whole, or its head and tail are those of the input.
func FuzzConsoleLog(f *testing.F) {
	f.Add("a\nb\nc\nd\ne\n", uint8(4), uint8(3))
	f.Add(strings.Repeat("0123\n", 40), uint8(100), uint8(7))
	f.Fuzz(func(t *testing.T, text string, limit, piece uint8) {
		var writes []string
		for s := text; s != ""; {
			n := min(len(s), int(piece)+1)
			writes, s = append(writes, s[:n]), s[n:]
		}
		got := logged(t, int64(limit), writes)
		if len(text) <= int(limit) {
			if got != text {
				t.Errorf("log is %q; want all of %q", got, text)
			}
			return
		}
		head := text[:int(limit)-int(limit)/4]
		_, end, ok := strings.Cut(strings.TrimPrefix(got, head), " bytes of console dropped here]\n")
		if !strings.HasPrefix(got, head) || !ok || !strings.HasSuffix(text, end) {
			t.Errorf("log of %q is %q", text, got)
		}
	})
}

func FuzzWatcher(f *testing.F) {
	f.Add("x"+panicMark+": y", uint8(5))
	f.Add("Kernel panic - not Kernel panic - not syncing", uint8(1))
	f.Fuzz(func(t *testing.T, text string, piece uint8) {
		var w watcher
		saw := false
		for s := []byte(text); len(s) > 0; {
			n := min(len(s), int(piece)+1)
			saw = w.saw(s[:n]) || saw
			s = s[n:]
		}
		if want := strings.Contains(text, panicMark); saw != want {
			t.Errorf("saw(%q in pieces of %d) = %v; want %v", text, int(piece)+1, saw, want)
		}
	})
}
