// SPDX-License-Identifier: MIT

package testplan

import (
	"fmt"
	"slices"

	"github.com/fencebot/fencebot/qemu/fencetest"
	"github.com/fencebot/fencebot/qemu/wire"
)

// A Plan is what runs for a series, in this order on both kernels.
type Plan struct {
	Tests []Test

	// Installed is how many tests of the shipped lists the IGT has, those that
	// were not chosen included; 0 without an IGT.
	Installed int
}

// A Test is one test of a plan.
type Test struct {
	wire.Job
	Why string // in words, why it is in the plan
}

// Jobs returns the tests without the reasons.
func (p Plan) Jobs() []wire.Job {
	jobs := make([]wire.Job, len(p.Tests))
	for i, t := range p.Tests {
		jobs[i] = t.Job
	}
	return jobs
}

// IGT returns how many tests of the plan are IGT's.
func (p Plan) IGT() int {
	n := 0
	for _, t := range p.Tests {
		if t.Job.IGT {
			n++
		}
	}
	return n
}

// Choose returns the plan for a series that touches files: the built-in tests,
// always all of them, and when igt names the prefix of an installed IGT those
// of its tests that m wants for the files. They have the order of the shipped
// lists, whatever the order of the files, so that two series of one kind have one
// plan and share the result of the base. A file that m has no rule for, no file
// at all, and a choice of which the IGT has none give the default list.
//
// The error wraps ErrNoIGT when igt is no directory or has none of the tests.
func Choose(igt string, m Map, files []string) (Plan, error) {
	var p Plan
	for _, j := range fencetest.List() {
		p.Tests = append(p.Tests, Test{j, "built in"})
	}
	if igt == "" {
		return p, nil
	}
	pool, err := newPool(m)
	if err != nil {
		return p, err
	}
	dir, have, err := pool.in(igt)
	if err != nil {
		return p, err
	}
	p.Installed = len(have)
	chosen := chosenBy(m, files, pool)
	tests := chosen.of(installed(dir, pool.all))
	if len(tests) == 0 {
		chosen = chosenBy(m, nil, pool)
		tests = chosen.of(have)
	}
	p.Tests = append(p.Tests, tests...)
	return p, nil
}

// A pool is every test that can be chosen, in the order in which they run: the
// default list, what runs only on demand, and what a map names beside them.
type pool struct {
	listed, shipped, all []wire.Job
}

func newPool(m Map) (pool, error) {
	skips, err := parseSkips(skipList)
	if err != nil {
		return pool{}, err
	}
	var p pool
	p.listed = slices.DeleteFunc(parseList(igtList), skips.match)
	p.shipped = append(slices.Clone(p.listed), slices.DeleteFunc(parseList(moreList), skips.match)...)
	p.all = slices.Clone(p.shipped)
	for _, r := range m.rules {
		for _, t := range r.tests {
			if t.exact() && !skips.match(t.job()) && !slices.Contains(p.all, t.job()) {
				p.all = append(p.all, t.job())
			}
		}
	}
	return p, nil
}

// A choice has the reason for each job that is wanted.
type choice map[wire.Job]string

// of returns those of jobs that are wanted.
func (c choice) of(jobs []wire.Job) []Test {
	var out []Test
	for _, j := range jobs {
		if why, ok := c[j]; ok {
			out = append(out, Test{j, why})
		}
	}
	return out
}

// chosenBy asks the map about each file; the first one that wants a test is the
// reason for it.
func chosenBy(m Map, files []string, p pool) choice {
	c := choice{}
	add := func(jobs []wire.Job, why string) {
		for _, j := range jobs {
			if _, twice := c[j]; !twice {
				c[j] = why
			}
		}
	}
	for _, file := range files {
		r := m.of(file)
		if r == nil {
			add(p.listed, fmt.Sprintf("default list: the map has no rule for %s", file))
			continue
		}
		why := fmt.Sprintf("%s, by line %d of the map", file, r.line)
		if r.listed {
			add(p.listed, why)
		}
		for _, t := range r.tests {
			add(slices.DeleteFunc(slices.Clone(p.all), func(j wire.Job) bool { return !t.match(j) }), why)
		}
	}
	if len(c) == 0 {
		add(p.listed, "default list")
	}
	return c
}
