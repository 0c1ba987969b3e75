// SPDX-License-Identifier: MIT

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/fencebot/fencebot/internal/pipeline"
)

const someResults = `{"__type__": "TestrunResult", "tests": {}}` + "\n"

func TestGuardResults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, pipeline.BaseResultsFile)
	for name, tc := range map[string]struct {
		text, dir string
		want      bool
	}{
		"none asked for": {"", "", true},
		"empty":          {"", dir, true},
		"older ones":     {someResults, dir, true},
		"a series":       {"From x\n", dir, false},
		"no directory":   {"", filepath.Join(dir, "none"), false},
		"a file":         {someResults, file, false},
	} {
		os.Remove(file)
		if tc.text != "" {
			if err := os.WriteFile(file, []byte(tc.text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := guardResults(tc.dir); (err == nil) != tc.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What the run has is copied, and nothing of an older check stays beside it.
func TestCopyResults(t *testing.T) {
	t.Parallel()
	run, dir := t.TempDir(), t.TempDir()
	for path, text := range map[string]string{
		filepath.Join(run, pipeline.BaseResultsFile): someResults,
		filepath.Join(dir, pipeline.ResultsFile):     "old",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := copyResults(run, dir); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, pipeline.BaseResultsFile)); err != nil || string(got) != someResults {
		t.Errorf("copied %q, %v", got, err)
	}
	if _, err := os.Stat(filepath.Join(dir, pipeline.ResultsFile)); !os.IsNotExist(err) {
		t.Errorf("results of an older check stayed: %v", err)
	}
}
