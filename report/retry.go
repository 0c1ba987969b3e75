// SPDX-License-Identifier: MIT

package report

import (
	"slices"

	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report/igt"
)

// Limits of what runs once more on the patched kernel because it failed.
const (
	Retries    = 3  // times that each test runs again
	MaxRetried = 20 // tests
)

// NeedsRetry returns the tests that failed on the patched kernel and not on the
// base, and those that failed and that flake calls flaky: at most MaxRetried, in
// the order of the plan. They have to run again, [Retries] times each, with
// [igt.Case.Retry] set, before they count as changed. A test in which the kernel
// reported something new needs none: the report says why it failed.
func NeedsRetry(base, patched Run, flake func(igt.Case) bool) []igt.Case {
	if !base.ready() {
		return nil
	}
	fine := map[string]bool{}
	for _, c := range base.Cases {
		fine[c.Key()] = c.Started() && !failing(c.Result)
	}
	explained := map[string]bool{}
	old := newBaseline(base, nil)
	for _, b := range patched.Boots {
		for _, s := range sightings(patched, b) {
			explained[s.Subtest] = explained[s.Subtest] || !old.has(s)
		}
	}
	var out []igt.Case
	for _, c := range patched.Cases {
		if len(out) == MaxRetried {
			break
		}
		if failing(c.Result) && !explained[c.Name] && (fine[c.Key()] || flake(c)) {
			out = append(out, c)
		}
	}
	return out
}

// failing reports whether a test began and did not end well.
func failing(r wire.Result) bool {
	switch r {
	case wire.Pass, wire.Skip, wire.NotRun, "":
		return false
	}
	return true
}

// retried writes into rows what came of the tests that ran again.
func retried(rows []Row, at map[string]int, patched Run) {
	for _, c := range patched.Cases {
		i, ok := at[c.Key()]
		if !ok || !c.Retry || !c.Started() {
			continue
		}
		r := &rows[i]
		r.Retries = append(r.Retries, string(c.Result))
		r.Flaky = r.Flaky || c.Result == wire.Pass && failing(wire.Result(r.Patched))
	}
}

// frequency says in how many of its runs on the patched kernel a test showed f.
// It is 0 of 0 for a test that did not run again: once is no rate.
func frequency(f Finding, patched Run) (seen, runs int) {
	again := map[string]bool{}
	for _, c := range patched.Cases {
		again[c.Key()] = again[c.Key()] || c.Retry && c.Name == f.Subtest
	}
	var boots []int
	for _, c := range patched.Cases {
		if again[c.Key()] && c.Started() {
			runs++
			boots = append(boots, c.Boot)
		}
	}
	for _, b := range patched.Boots {
		if !slices.Contains(boots, b.Number) {
			continue
		}
		for _, s := range sightings(patched, b) {
			if s.Subtest == f.Subtest && signature(s) == f.Signature {
				seen++
			}
		}
	}
	if runs == 0 {
		return 0, 0
	}
	return min(seen, runs), runs
}
