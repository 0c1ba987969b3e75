// SPDX-License-Identifier: MIT

package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxFile limits what is read of an expectation or an answer, in bytes.
const maxFile = 64 << 20

// Verdicts of expect.json that have no name of their own in fencebot.
const (
	verdictPass         = "pass"
	verdictNotExercised = "not-exercised"
	verdictFindings     = "findings"
	verdictPanic        = "panic"
	verdictBootFailure  = "boot-failure"
	verdictConflict     = "apply-conflict"
)

// A Case is one series with its known answer.
type Case struct {
	Name string // of the directory
	Dir  string
	Expect
}

// Expect is what expect.json says. Keys that only people read are left out.
type Expect struct {
	Bug
	Bugs         []Bug    `json:"bugs"`          // all of them, when there is more than one
	Undetected   *Bug     `json:"undetected"`    // a bug that tests need not find, and may
	AlsoReported []string `json:"also_reported"` // text in findings that are consequences of a bug, or another view of it
	Static       []Static `json:"static"`        // warnings of the static check; null: they are not compared
}

// A Static is a warning about code that no test here runs.
type Static struct {
	Rule     string `json:"rule"`
	File     string `json:"file"`
	Function string `json:"function"`
	Patch    int    `json:"patch"` // 1-based
}

// A Bug is one fault of the series. Zero fields are not compared.
type Bug struct {
	Verdict string   `json:"verdict"`
	Family  string   `json:"family"`
	Rule    string   `json:"rule"` // "none" counts as not given
	Rules   []string `json:"rule_alternatives"`
	Patch   int      `json:"culprit_patch"` // 1-based
}

// want is the verdict in fencebot's own words.
func (e Expect) want() string {
	switch e.Verdict {
	case "lockdep", "splat", "hang":
		return verdictFindings
	}
	return e.Verdict
}

// faulty says whether the series is to be blamed for something.
func (e Expect) faulty() bool {
	return !slices.Contains([]string{verdictPass, verdictNotExercised, verdictConflict}, e.want())
}

// bugs lists what has to be found.
func (e Expect) bugs() []Bug {
	switch {
	case !e.faulty():
		return nil
	case len(e.Bugs) > 0:
		return e.Bugs
	}
	return []Bug{e.Bug}
}

// exit is the exit code that goes with the verdict.
func (e Expect) exit() int {
	switch e.want() {
	case verdictPass:
		return 0
	case verdictNotExercised:
		return 4
	}
	return 1
}

// loadCases reads the cases of dir whose names begin with one of only, or all.
// No case at all is an error: a run over nothing would be a success.
func loadCases(dir string, only []string) ([]Case, error) {
	names, err := filepath.Glob(filepath.Join(dir, "[0-9]*", "expect.json"))
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	var cases []Case
	for _, name := range names {
		c := Case{Dir: filepath.Dir(name), Name: filepath.Base(filepath.Dir(name))}
		begins := func(o string) bool { return strings.HasPrefix(c.Name, o) }
		if len(only) > 0 && !slices.ContainsFunc(only, begins) {
			continue
		}
		if err := readJSON(name, &c.Expect); err != nil {
			return nil, fmt.Errorf("read case: %w", err)
		}
		if c.Verdict == "" {
			return nil, fmt.Errorf("read case: %s: no verdict", name)
		}
		cases = append(cases, c)
	}
	if len(cases) == 0 {
		return nil, fmt.Errorf("list cases: none in %s", dir)
	}
	slices.SortFunc(cases, func(a, b Case) int { return cmp.Compare(a.Name, b.Name) })
	return cases, nil
}

func readJSON(name string, into any) (err error) {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := json.NewDecoder(io.LimitReader(f, maxFile)).Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
