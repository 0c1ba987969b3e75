// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The limits keep the corpus small enough to read.
const (
	maxSeries  = 32 << 10
	maxExcerpt = 8 << 10
)

// TestCases holds the cases beside this file against the form in README.md.
func TestCases(t *testing.T) {
	t.Parallel()
	all, err := loadCases(".", nil)
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			checkForm(t, c)
			if !bytes.Contains(readme, []byte("`"+c.Name+"`")) {
				t.Error("README.md does not list the case")
			}
		})
	}
}

func checkForm(t *testing.T, c Case) {
	t.Helper()
	series := read(t, c, "series.mbox", maxSeries)
	patches := len(regexp.MustCompile(`(?m)^diff --git `).FindAllIndex(series, -1))
	if patches == 0 {
		t.Error("series.mbox has no diff")
	}
	if !bytes.Contains(series, []byte("SPDX-License-Identifier: GPL-2.0")) {
		t.Error("series.mbox does not name its licence")
	}
	for name, limit := range map[string]int{"console.txt": maxExcerpt, "base.mbox": maxSeries} {
		if _, err := os.Stat(filepath.Join(c.Dir, name)); err == nil {
			read(t, c, name, limit)
		}
	}
	var keys struct {
		Name  string `json:"name"`
		Notes string `json:"notes"`
	}
	if err := json.Unmarshal(read(t, c, "expect.json", maxSeries), &keys); err != nil {
		t.Fatal(err)
	}
	if keys.Name != c.Name || keys.Notes == "" {
		t.Errorf("expect.json: name %q, notes %q", keys.Name, keys.Notes)
	}
	verdicts := []string{"pass", "lockdep", "splat", "build-error", "apply-conflict", "panic", "hang", "not-exercised", "boot-failure"}
	if !slices.Contains(verdicts, c.Verdict) {
		t.Errorf("expect.json: verdict %q", c.Verdict)
	}
	for _, b := range c.bugs() {
		if b.Patch < 1 || b.Patch > patches || b.Family == "" && c.Verdict != "build-error" {
			t.Errorf("expect.json: bug %+v of %d diffs", b, patches)
		}
	}
}

func read(t *testing.T, c Case, name string, limit int) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(c.Dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > limit {
		t.Errorf("%s has %d bytes, more than %d", name, len(b), limit)
	}
	if i := strings.Index(string(b), "\r"); i >= 0 && name != "series.mbox" {
		t.Errorf("%s has a carriage return at %d", name, i)
	}
	return b
}
