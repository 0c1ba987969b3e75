// SPDX-License-Identifier: MIT

package report_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/igt"
	"github.com/fencebot/fencebot/report/lockdep"
)

// shared returns a file of the data that lies beside the project, or skips.
func shared(t *testing.T, name ...string) string {
	t.Helper()
	root := os.Getenv("FENCEBOT_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "shared")
	}
	path := filepath.Join(append([]string{root}, name...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the test data beside the project is not here: %v", err)
	}
	return path
}

// console makes a run of one boot out of a captured log.
func console(t *testing.T, path string) report.Run {
	t.Helper()
	log, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	splats, err := lockdep.All(bytes.NewReader(log), lockdep.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return report.Run{
		Boots: []report.Boot{{Exit: report.ExitClean, Ready: true, Lockdep: report.LockdepState{Known: true, Alive: true}, Splats: splats}},
		Cases: []igt.Case{{Name: "all", Result: "pass", Alive: true}},
	}
}

// A bug is one expected answer.
type bug struct {
	Family string `json:"family"`
	Rule   string `json:"rule"`
	Log    string `json:"log"`
}

// TestCorpus compares the captured logs of real kernels with that of a clean
// one: each bug is one finding of the right family and rule, and nothing else is.
func TestCorpus(t *testing.T) {
	t.Parallel()
	dirs, err := filepath.Glob(filepath.Join(shared(t, "corpus"), "[0-9]*"))
	if err != nil {
		t.Fatal(err)
	}
	clean := console(t, shared(t, "corpus", "08-clean-refactor", "console.log"))
	for _, dir := range dirs {
		data, err := os.ReadFile(filepath.Join(dir, "expect.json"))
		if err != nil {
			t.Fatal(err)
		}
		var want struct {
			bug
			Verdict string `json:"verdict"`
			Bugs    []bug  `json:"bugs"`
		}
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains([]string{"lockdep", "splat", "hang", "panic", "pass"}, want.Verdict) {
			continue // no kernel ran
		}
		if len(want.Bugs) == 0 && want.Verdict != "pass" {
			want.Bugs = []bug{want.bug}
		}
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			compareLogs(t, dir, clean, want.Bugs)
		})
	}
}

func compareLogs(t *testing.T, dir string, clean report.Run, bugs []bug) {
	t.Helper()
	patched := report.Run{}
	logs := []string{"console.log"}
	for _, b := range bugs {
		if b.Log != "" && !slices.Contains(logs, b.Log) {
			logs = append(logs, b.Log)
		}
	}
	for i, log := range logs {
		r := console(t, filepath.Join(dir, log))
		r.Boots[0].Number = i
		patched.Boots, patched.Cases = append(patched.Boots, r.Boots...), append(patched.Cases, r.Cases...)
	}
	v := report.Compare(report.Evidence{Base: clean, Patched: patched})
	var got, want []string
	for _, f := range v.Findings {
		got = append(got, string(f.Family)+" "+f.Contract.Name)
	}
	for _, b := range bugs {
		want = append(want, b.Family+" "+b.Rule)
	}
	if !slices.Equal(got, want) {
		t.Errorf("findings %q; want %q", got, want)
	}
	if self := report.Compare(report.Evidence{Base: patched, Patched: patched}); self.Word != report.Pass || len(self.Known) != len(bugs) {
		t.Errorf("the base shows the same, yet %s with %d known", self.Word, len(self.Known))
	}
}

// TestForeignLogs: of 100 logs of other kernels, none is a finding against
// itself, and each that has a failure is one against a clean kernel.
func TestForeignLogs(t *testing.T) {
	t.Parallel()
	logs, err := filepath.Glob(filepath.Join(shared(t, "data", "lockdep"), "[0-9]*"))
	if err != nil {
		t.Fatal(err)
	}
	clean := report.Run{Boots: []report.Boot{{Exit: report.ExitClean, Ready: true}}, Cases: []igt.Case{{Name: "all", Result: "pass", Alive: true}}}
	for _, log := range logs {
		data, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		r := console(t, log)
		if v := report.Compare(report.Evidence{Base: r, Patched: r}); len(v.Findings) > 0 {
			t.Errorf("%s: %d findings against itself", log, len(v.Findings))
		}
		v := report.Compare(report.Evidence{Base: clean, Patched: r})
		fails := strings.HasPrefix(string(data), "TITLE:") || strings.Contains(string(data), "\nTITLE:")
		limit := strings.Contains(string(data), "too low!")
		if fails && !limit && len(v.Findings) == 0 {
			t.Errorf("%s: no finding", log)
		}
		if len(v.Findings) > 3 {
			t.Logf("%s: %d findings: %s and on", log, len(v.Findings), v.Findings[0].Title)
		}
	}
}
