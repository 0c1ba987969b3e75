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

	"github.com/fencebot/fencebot/qemu/wire"
)

//go:embed lists/igt.txt
var igtList string

//go:embed lists/more.txt
var moreList string

//go:embed lists/skips.txt
var skipList string

// ErrNoIGT reports a directory that is no prefix of an installed IGT.
var ErrNoIGT = errors.New("no IGT tests found")

// testDirs is where an installed IGT has its tests, below its prefix.
var testDirs = []string{"libexec/igt-gpu-tools", "bin"}

// in finds the directory of an installation that has tests of the pool, and
// those of the shipped ones that it has.
func (p pool) in(igt string) (dir string, have []wire.Job, err error) {
	if info, err := os.Stat(igt); err != nil {
		return "", nil, fmt.Errorf("%w: %w", ErrNoIGT, err)
	} else if !info.IsDir() {
		return "", nil, fmt.Errorf("%w: %s is no directory", ErrNoIGT, igt)
	}
	for _, sub := range testDirs {
		dir := filepath.Join(igt, sub)
		if have := installed(dir, p.shipped); len(have) > 0 {
			return dir, have, nil
		}
	}
	return "", nil, fmt.Errorf("%w: none that is on the list in %s of %s; wanted is the prefix of an installation",
		ErrNoIGT, strings.Join(testDirs, " or "), igt)
}

// installed returns the jobs whose program is in dir.
func installed(dir string, wanted []wire.Job) []wire.Job {
	var jobs []wire.Job
	for _, j := range wanted {
		info, err := os.Stat(filepath.Join(dir, j.Binary))
		if err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			jobs = append(jobs, j)
		}
	}
	return jobs
}

// parseList reads "driver binary@subtest" lines.
func parseList(text string) []wire.Job {
	var jobs []wire.Job
	for fields := range entries(text) {
		binary, subtest, _ := strings.Cut(fields[1], "@")
		jobs = append(jobs, wire.Job{Binary: binary, Subtest: subtest, Driver: driverWord(fields[0]), IGT: true})
	}
	return jobs
}

// driverWord turns the word "any" into no driver.
func driverWord(word string) string {
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
		out = append(out, skip{driverWord(fields[0]), re})
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
