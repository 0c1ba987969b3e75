// SPDX-License-Identifier: MIT

package igt

import (
	"fmt"
	"strconv"
	"strings"
)

// settings are those lines of metadata.txt that count for the results.
type settings struct {
	name      string
	piglit    bool // only kernel messages that mention drm count
	warnLevel int  // messages at this level or below it count
	prune     int  // a prune mode
	multiple  bool // a job without a list may as well be all subtests
}

// Prune modes of igt_runner.
const (
	pruneKeepDynamic   = 0
	pruneKeepSubtests  = 1
	pruneKeepAll       = 2
	pruneKeepRequested = 3
)

func parseSettings(text string) settings {
	s := settings{warnLevel: -1}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " : ")
		n, err := strconv.Atoi(value)
		switch {
		case key == "name":
			s.name = value
		case err != nil: // not one of those below
		case key == "piglit_style_dmesg":
			s.piglit = n != 0
		case key == "dmesg_warn_level":
			s.warnLevel = n
		case key == "prune_mode":
			s.prune = n
		case key == "multiple_mode":
			s.multiple = n != 0
		}
	}
	if s.warnLevel < 0 {
		s.warnLevel = 4 // KERN_WARNING
		if s.piglit {
			s.warnLevel = 5 // KERN_NOTICE
		}
	}
	return s
}

// A job is one start of a test binary.
type job struct {
	binary   string
	subtests []string // those to run, as subtest or subtest@dynamic; none: all, or there are no subtests
}

func parseJobs(text string) ([]job, error) {
	var jobs []job
	names := 0
	for line := range strings.Lines(text) {
		binary, list, _ := strings.Cut(strings.TrimSpace(line), " ")
		if binary == "" {
			continue
		}
		j := job{binary: binary}
		for name := range strings.SplitSeq(list, ",") {
			if name = strings.TrimSpace(name); name != "" {
				j.subtests = append(j.subtests, name)
			}
		}
		jobs = append(jobs, j)
		if names += 1 + len(j.subtests); names > MaxTests {
			return nil, fmt.Errorf("joblist.txt has more than %d tests: %w", MaxTests, ErrTooLarge)
		}
	}
	return jobs, nil
}

// name returns the name of a subtest in results.json; "" is the binary itself.
func (j job) name(subtest string) string {
	name := "igt@" + j.binary
	if subtest != "" {
		name += "@" + subtest
	}
	return utf8Text(strings.ToLower(name))
}

// A run collects the tests of all jobs.
type run struct {
	settings settings
	res      Results
	binaries []string       // in totals even when no test of theirs is left
	place    map[string]int // of a name in res.Tests
	text     int            // bytes of output and kernel log so far
}

// notRun returns the tests of a job that never began.
func (r *run) notRun(j job) []Test {
	var tests []Test
	for _, name := range j.subtests {
		tests = append(tests, Test{Name: j.name(name), Result: NotRun})
	}
	if len(j.subtests) == 0 && !r.settings.multiple {
		tests = append(tests, Test{Name: j.name(""), Result: NotRun})
	}
	return tests
}

// add takes the tests of one job.
func (r *run) add(j job, tests []Test) error {
	r.binaries = append(r.binaries, j.name(""))
	for _, t := range tests {
		r.put(t)
	}
	if len(r.res.Tests) > MaxTests {
		return fmt.Errorf("the run has more than %d tests: %w", MaxTests, ErrTooLarge)
	}
	return nil
}

// put takes one test. When its name was there before, the worse of the two
// stays: a pass must not hide a failure.
func (r *run) put(t Test) {
	if r.place == nil {
		r.place = map[string]int{}
	}
	at, twice := r.place[t.Name]
	if !twice {
		r.place[t.Name] = len(r.res.Tests)
		r.res.Tests = append(r.res.Tests, t)
	} else if t.Result.worse(r.res.Tests[at].Result) {
		r.res.Tests[at] = t
	}
}

// spend counts what the tests of one job hold against MaxText.
func (r *run) spend(pieces []*piece) error {
	for _, p := range pieces {
		r.text += len(p.test.Out) + len(p.test.Err) + len(p.test.Dmesg) + len(p.test.Warnings)
		if err := r.spend(p.dynamic); err != nil {
			return err
		}
	}
	if r.text > MaxText {
		return fmt.Errorf("the tests have more than %d bytes of output: %w", MaxText, ErrTooLarge)
	}
	return nil
}

// runtime adds to the time that a binary took.
func (r *run) runtime(j job, seconds float64) {
	key := j.name("")
	r.res.Runtimes[key] = Runtime{span(0, r.res.Runtimes[key].Time.End+seconds)}
}

func (r *run) finish() Results {
	r.res.count(r.binaries)
	return r.res
}
