// SPDX-License-Identifier: MIT

package testplan

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/fencebot/fencebot/qemu/fencetest"
	"github.com/fencebot/fencebot/qemu/wire"
)

//go:embed lists/igt.txt
var igtList string

//go:embed lists/skips.txt
var skipList string

// ErrNoIGT reports a directory that holds no IGT test binaries.
var ErrNoIGT = errors.New("no IGT tests found")

// libexecDirs is where an installed IGT keeps its tests, below its prefix.
var libexecDirs = []string{"libexec/igt-gpu-tools", "lib/igt-gpu-tools/tests", "bin"}

// Jobs returns the plan: built-in tests, then IGT's when igt names the prefix
// of an installed one.
func Jobs(igt string) ([]wire.Job, error) {
	jobs := fencetest.List()
	if igt == "" {
		return jobs, nil
	}
	dir, err := testDir(igt)
	if err != nil {
		return nil, err
	}
	skips, err := parseSkips(skipList)
	if err != nil {
		return nil, err
	}
	found := 0
	for _, j := range parseList(igtList) {
		if skips.match(j) {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, j.Binary)); err != nil {
			continue
		}
		found++
		jobs = append(jobs, j)
	}
	if found == 0 {
		return nil, fmt.Errorf("%w in %s", ErrNoIGT, dir)
	}
	return jobs, nil
}

// testDir finds the test binaries below an IGT prefix.
func testDir(igt string) (string, error) {
	for _, sub := range libexecDirs {
		dir := filepath.Join(igt, sub)
		if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%w: neither of %s is in %s", ErrNoIGT, strings.Join(libexecDirs, ", "), igt)
}

// parseList reads "driver binary@subtest" lines.
func parseList(text string) []wire.Job {
	var jobs []wire.Job
	for fields := range entries(text) {
		binary, subtest, _ := strings.Cut(fields[1], "@")
		jobs = append(jobs, wire.Job{Binary: binary, Subtest: subtest, Driver: driver(fields[0]), IGT: true})
	}
	return jobs
}

// driver turns the word "any" into no driver.
func driver(word string) string {
	if word == "any" {
		return ""
	}
	return word
}

// A skip is one line of the list of skips.
type skip struct {
	driver string
	name   *regexp.Regexp
}

type skips []skip

// parseSkips reads "driver regexp" lines, in the meaning of drm-ci's skip lists:
// a search, not a match of the whole name.
func parseSkips(text string) (skips, error) {
	var out skips
	for fields := range entries(text) {
		re, err := regexp.Compile(fields[1])
		if err != nil {
			return nil, fmt.Errorf("read list of skips: %w", err)
		}
		out = append(out, skip{driver(fields[0]), re})
	}
	return out, nil
}

func (all skips) match(j wire.Job) bool {
	for _, s := range all {
		if (s.driver == "" || s.driver == j.Driver) && s.name.MatchString(j.Name()) {
			return true
		}
	}
	return false
}

// entries yields the fields of lines that have two and are no comment.
func entries(text string) func(func([]string) bool) {
	return func(yield func([]string) bool) {
		for line := range strings.Lines(text) {
			fields := strings.Fields(line)
			if len(fields) == 2 && fields[0][0] != '#' && !yield(fields) {
				return
			}
		}
	}
}
