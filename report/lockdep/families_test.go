// SPDX-License-Identifier: MIT

package lockdep_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// documented are the families that docs/families.md lists: the words in backticks of
// the first column of its table.
func documented(t *testing.T) []string {
	t.Helper()
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "families.md"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.SplitSeq(string(doc), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 3 || !strings.HasPrefix(cells[1], " `") {
			continue
		}
		for word := range strings.SplitSeq(cells[1], ",") {
			out = append(out, strings.Trim(word, " `"))
		}
	}
	if len(out) < 40 {
		t.Fatalf("docs/families.md lists %d families; its table cannot be read", len(out))
	}
	return out
}

// contractLogs are the logs of seeded kernels that package contract keeps.
func contractLogs(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{"families/*.log", "logs/*/*.log"} {
		files, err := filepath.Glob(filepath.Join("..", "contract", "testdata", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no logs in %s: %v", pattern, err)
		}
		out = append(out, files...)
	}
	return out
}

func readLog(t *testing.T, file string) []byte {
	t.Helper()
	log, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// Every family that the documents promise has a log that begins with it, and every
// log begins with a family that they name.
func TestEveryFamilyHasALog(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	note := func(file string, log []byte) {
		if got := scan(t, log); len(got) > 0 {
			seen[string(got[0].Family)] = file
		}
	}
	formats, err := filepath.Glob("testdata/*/*.log")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range formats {
		_, log := readReport(t, file)
		note(file, log)
	}
	for _, file := range contractLogs(t) {
		note(file, readLog(t, file))
	}
	families := documented(t)
	for _, f := range families {
		if seen[f] == "" {
			t.Errorf("no log begins with a report of family %s", f)
		}
	}
	for f, file := range seen {
		if !slices.Contains(families, f) {
			t.Errorf("%s: docs/families.md does not name family %s", file, f)
		}
	}
}

// The file that is named for a family begins with it.
func TestFamiliesOfSeededKernels(t *testing.T) {
	t.Parallel()
	for _, file := range contractLogs(t) {
		if filepath.Base(filepath.Dir(file)) != "families" {
			continue
		}
		got := scan(t, readLog(t, file))
		if want := strings.TrimSuffix(filepath.Base(file), ".log"); len(got) == 0 || string(got[0].Family) != want {
			t.Errorf("%s: %+v; want a report of family %s first", file, got, want)
		}
	}
}
