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

func TestSyzkallerLogs(t *testing.T) {
	t.Parallel()
	dir := shared(t, "data", "lockdep")
	index, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []known
	if err := json.Unmarshal(index, &cases); err != nil {
		t.Fatal(err)
	}
	for _, k := range cases {
		t.Run(k.File, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(filepath.Join(dir, k.File))
			if err != nil {
				t.Fatal(err)
			}
			head, log, ok := bytes.Cut(data, []byte("\n\n"))
			if !ok { // a file without a header
				head, log = nil, data
			}
			k.check(t, scan(t, log), bytes.Count(head, []byte("\n"))+2)
		})
	}
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
