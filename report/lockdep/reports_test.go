// SPDX-License-Identifier: MIT

package lockdep_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

var update = flag.Bool("update", false, "write the golden files")

// A header is what stands above the log of a test file: the answer in a few words.
type header map[string][]string

// readReport splits a test file into header and log.
func readReport(t *testing.T, name string) (header, []byte) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, log, ok := bytes.Cut(data, []byte("\n\n"))
	if !ok {
		t.Fatalf("%s: no empty line after the header", name)
	}
	h := header{}
	for line := range strings.SplitSeq(string(head), "\n") {
		if key, value, ok := strings.Cut(line, ": "); ok {
			h[key] = append(h[key], value)
		}
	}
	return h, log
}

func scan(t *testing.T, log []byte) []lockdep.Splat {
	t.Helper()
	got, err := lockdep.All(bytes.NewReader(log), lockdep.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// checkWhole holds a report against a file that has a line before and after it.
func checkWhole(t *testing.T, log []byte, got []lockdep.Splat) {
	t.Helper()
	var want []string
	for line := range strings.SplitSeq(strings.TrimSuffix(string(log), "\n"), "\n") {
		want = append(want, strings.TrimPrefix(line, "[   12.345678] "))
	}
	want = want[1 : len(want)-1]
	for len(want) > 0 && want[len(want)-1] == "" {
		want = want[:len(want)-1]
	}
	if len(got) != 1 || got[0].Raw != strings.Join(want, "\n") || got[0].Corrupted {
		t.Errorf("%d reports, the first one\n%s\nwant it whole:\n%s", len(got), got[0].Raw, strings.Join(want, "\n"))
	}
}

// checkHeader compares the first report with the header of its file.
func checkHeader(t *testing.T, h header, got []lockdep.Splat) {
	t.Helper()
	if len(h["FAMILY"]) == 0 {
		if len(got) > 0 {
			t.Errorf("found %q in a log without failure", got[0].Title)
		}
		return
	}
	if len(got) == 0 {
		t.Fatalf("no report found; want %s", h["FAMILY"])
	}
	s := got[0]
	edges := []string(nil)
	for _, e := range s.Edges {
		edges = append(edges, e.From+" --> "+e.To)
	}
	for key, has := range map[string][]string{
		"TITLE": {s.Title}, "FAMILY": {string(s.Family)}, "FUNCTION": {s.Function},
		"AT": {s.At}, "CLASS": s.Classes, "EDGE": edges,
	} {
		if want := h[key]; want != nil && !slices.Equal(has, want) {
			t.Errorf("%s = %q; want %q", key, has, want)
		}
	}
}

func TestReports(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*/*.log")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".log"), func(t *testing.T) {
			t.Parallel()
			h, log := readReport(t, file)
			got := scan(t, log)
			checkHeader(t, h, got)
			if strings.Contains(file, "formats") {
				checkWhole(t, log, got)
			}
			golden(t, strings.TrimSuffix(file, ".log")+".json", got)
		})
	}
}

// golden compares v, as JSON, with a file.
func golden(t *testing.T, name string, v any) {
	t.Helper()
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	got := buf.Bytes()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("differs from %s; run go test ./report/lockdep -update and read the diff", name)
	}
}
