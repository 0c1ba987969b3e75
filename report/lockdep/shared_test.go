// SPDX-License-Identifier: MIT

package lockdep_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

// shared is a directory of test data that is not part of the project.
func shared(t *testing.T, elem ...string) string {
	t.Helper()
	root := cmp.Or(os.Getenv("FENCEBOT_SHARED"), filepath.Join("..", "..", "..", "shared"))
	dir := filepath.Join(append([]string{root}, elem...)...)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no shared test data (set FENCEBOT_SHARED): %v", err)
	}
	return dir
}

// A known is a log of which syzkaller knows the answer.
type known struct {
	File        string   `json:"file"`
	Family      string   `json:"family"`
	Families    []string `json:"families"`
	Line        int      `json:"line"`
	Lock        string   `json:"lock"`
	At          string   `json:"at"`
	TopFunction string   `json:"top_function"`
	InLog       bool     `json:"top_function_in_log"`
	Corrupted   bool     `json:"corrupted"`
}

func syzkallerLogs(t *testing.T, dir string) []known {
	t.Helper()
	index, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []known
	if err := json.Unmarshal(index, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func TestSyzkallerLogs(t *testing.T) {
	t.Parallel()
	dir := shared(t, "data", "lockdep")
	for _, k := range syzkallerLogs(t, dir) {
		t.Run(k.File, func(t *testing.T) {
			t.Parallel()
			log, above := k.log(t, dir)
			k.check(t, scan(t, log), above)
		})
	}
}

// log is the text below the header of a file, and the number of lines above it.
func (k known) log(t *testing.T, dir string) ([]byte, int) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, k.File))
	if err != nil {
		t.Fatal(err)
	}
	head, log, ok := bytes.Cut(data, []byte("\n\n"))
	if !ok { // a file without a header
		head, log = nil, data
	}
	return log, bytes.Count(head, []byte("\n")) + 2
}

// TestSyzkallerCorrupted: where the text alone shows that a report is damaged,
// syzkaller says so, too. What it knows from elsewhere cannot be told: that a function
// in the title is not the one that it looks for.
func TestSyzkallerCorrupted(t *testing.T) {
	t.Parallel()
	dir := shared(t, "data", "lockdep")
	agree, of := 0, 0
	for _, k := range syzkallerLogs(t, dir) {
		log, _ := k.log(t, dir)
		got := scan(t, log)
		if len(got) == 0 {
			continue
		}
		of++
		if got[0].Corrupted == k.Corrupted {
			agree++
		} else {
			t.Logf("%s: corrupted = %v; syzkaller says %v", k.File, got[0].Corrupted, k.Corrupted)
		}
	}
	t.Logf("corrupted or not: as syzkaller says in %d of %d logs", agree, of)
	if of > 0 && agree*10 < of*9 {
		t.Errorf("only %d of %d agree; want nine in ten", agree, of)
	}
}

// TestSyzkallerGraphs: a whole report about a circle shows one, and its edges have
// the stack of what is taken.
func TestSyzkallerGraphs(t *testing.T) {
	t.Parallel()
	dir := shared(t, "data", "lockdep")
	circles := 0
	for _, k := range syzkallerLogs(t, dir) {
		log, _ := k.log(t, dir)
		for _, s := range scan(t, log) {
			switch s.Family {
			case lockdep.CircularDependency, lockdep.RecursiveLocking, lockdep.InconsistentState, lockdep.IRQInversion, lockdep.IRQSafeUnsafe:
			default:
				continue
			}
			if s.Corrupted {
				continue
			}
			circles++
			if len(s.Cycle) == 0 || s.Kernel == "" || s.Task == "" || s.CPU == "" {
				t.Errorf("%s: circle %q of %d edges, kernel %q, task %q, CPU %q", k.File, s.Cycle, len(s.Edges), s.Kernel, s.Task, s.CPU)
			}
			for _, e := range s.Edges {
				if len(e.Stack) == 0 || e.New && len(e.FromStack) == 0 {
					t.Errorf("%s: %s --> %s has stacks of %d and %d frames", k.File, e.From, e.To, len(e.FromStack), len(e.Stack))
				}
			}
		}
	}
	t.Logf("%d circles", circles)
}

// check compares the first report with the answer. above is the number of lines of
// the file before the log.
func (k known) check(t *testing.T, got []lockdep.Splat, above int) {
	t.Helper()
	if k.Family == "none" {
		if len(got) > 0 {
			t.Errorf("found %q in a log without failure", got[0].Title)
		}
		return
	}
	if len(got) == 0 {
		t.Fatalf("no report found; want %s", k.Family)
	}
	s := got[0]
	if string(s.Family) != k.Family {
		t.Fatalf("family = %s; want %s", s.Family, k.Family)
	}
	if s.Line+above != k.Line {
		t.Errorf("line = %d; want %d", s.Line+above, k.Line)
	}
	if at := lockdep.StripSuffix(k.At); at != "" && s.At != at {
		t.Errorf("at = %s; want %s", s.At, at)
	}
	if k.Lock != "" && !slices.Contains(s.Classes, lockdep.CanonicalClass(k.Lock)) {
		t.Errorf("classes = %q; want %q among them", s.Classes, k.Lock)
	}
	want := append(strings.Split(lockdep.StripSuffix(k.TopFunction), "/"), lockdep.StripSuffix(k.At))
	if k.InLog && !k.Corrupted && !slices.Contains(want, s.Function) && !slices.Contains(want, s.At) {
		t.Errorf("function = %q, at = %q; want one of %q", s.Function, s.At, want)
	}
}
