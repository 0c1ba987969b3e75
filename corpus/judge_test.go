// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"testing"
)

// finding is the JSON of one finding.
func finding(family, rule string, patch int) string {
	b, _ := json.Marshal(map[string]any{
		"family": family, "contract": map[string]string{"rule": rule}, "culprit": map[string]int{"patch": patch},
		"title": "title of " + family,
	})
	return string(b)
}

func answer(t *testing.T, verdict string, findings ...string) Answer {
	t.Helper()
	all := "["
	for i, f := range findings {
		if i > 0 {
			all += ","
		}
		all += f
	}
	var a Answer
	if err := json.Unmarshal([]byte(`{"verdict":"`+verdict+`","findings":`+all+`]}`), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestJudge(t *testing.T) {
	t.Parallel()
	const circle, alloc = "circular-dependency", "alloc-in-signalling"
	lockdep := Expect{Bug: Bug{Verdict: "lockdep", Family: circle, Rule: alloc, Patch: 2}}
	two := Expect{Bug: lockdep.Bug, Bugs: []Bug{lockdep.Bug, {Verdict: "lockdep", Family: "inconsistent-lock-state", Rule: "irq", Patch: 3}}}
	clean := Expect{Bug: Bug{Verdict: "pass", Rule: "none"}}
	hang := Expect{Bug: Bug{Verdict: "lockdep", Family: "recursive-locking", Patch: 1}, AlsoReported: []string{"hung-task"}}
	one := func(right bool) Ratio {
		if right {
			return Ratio{1, 1}
		}
		return Ratio{0, 1}
	}
	warning := Static{Rule: alloc, File: "a.c", Function: "f", Patch: 1}
	whole := Score{Verdict: true, Bugs: 1, Detected: 1, Family: one(true), Rule: one(true), Patch: one(true)}
	for name, test := range map[string]struct {
		expect Expect
		got    Answer
		exit   int
		want   Score
		right  bool
	}{
		"all right": {lockdep, answer(t, "findings", finding(circle, alloc, 2)), 1, whole, true},
		"wrong rule": {
			lockdep, answer(t, "findings", finding(circle, "irq", 2)), 1,
			Score{Verdict: true, Bugs: 1, Detected: 1, Family: one(true), Rule: one(false), Patch: one(true)}, false,
		},
		"wrong patch": {
			lockdep, answer(t, "findings", finding(circle, alloc, 1)), 1,
			Score{Verdict: true, Bugs: 1, Detected: 1, Family: one(true), Rule: one(true), Patch: one(false)}, false,
		},
		"wrong family of the right patch": {
			lockdep, answer(t, "findings", finding("hung-task", alloc, 2)), 1,
			Score{Verdict: true, Bugs: 1, Detected: 1, Family: one(false), Rule: one(true), Patch: one(true)}, false,
		},
		"missed": {
			lockdep, answer(t, "pass"), 0,
			Score{Bugs: 1, Family: one(false), Rule: one(false), Patch: one(false)}, false,
		},
		"right with another exit code": {
			lockdep, answer(t, "findings", finding(circle, alloc, 2)), 0,
			Score{Bugs: 1, Detected: 1, Family: one(true), Rule: one(true), Patch: one(true)}, false,
		},
		"something else found": {
			lockdep, answer(t, "findings", finding("refcount", "none", 1)), 1,
			Score{Verdict: true, Bugs: 1, Family: one(false), Rule: one(false), Patch: one(false), Invented: 1}, false,
		},
		"the bug twice": {lockdep, answer(t, "findings", finding(circle, alloc, 2), finding(circle, alloc, 2)), 1, whole, true},
		"the bug and an invented one": {
			lockdep, answer(t, "findings", finding(circle, alloc, 2), finding("warning", "none", 2)), 1,
			Score{Verdict: true, Bugs: 1, Detected: 1, Family: one(true), Rule: one(true), Patch: one(true), Invented: 1}, false,
		},
		"another rule that is as good": {
			Expect{Bug: Bug{Verdict: "splat", Family: circle, Rule: "irq", Rules: []string{alloc}, Patch: 2}},
			answer(t, "findings", finding(circle, alloc, 2)), 1, whole, true,
		},
		"a known consequence": {
			hang, answer(t, "findings", finding("recursive-locking", "lock-order", 1), finding("hung-task", "none", 0)), 1,
			Score{Verdict: true, Bugs: 1, Detected: 1, Family: one(true), Patch: one(true)}, true,
		},
		"two bugs": {
			two, answer(t, "findings", finding("inconsistent-lock-state", "irq", 3), finding(circle, alloc, 2)), 1,
			Score{Verdict: true, Bugs: 2, Detected: 2, Family: Ratio{2, 2}, Rule: Ratio{2, 2}, Patch: Ratio{2, 2}}, true,
		},
		"one of two bugs": {
			two, answer(t, "findings", finding(circle, alloc, 2)), 1,
			Score{Verdict: true, Bugs: 2, Detected: 1, Family: Ratio{1, 2}, Rule: Ratio{1, 2}, Patch: Ratio{1, 2}}, false,
		},
		"clean":          {clean, answer(t, "pass"), 0, Score{Verdict: true}, true},
		"clean, blamed":  {clean, answer(t, "findings", finding("warning", "none", 1)), 1, Score{Blamed: 1}, false},
		"our own fault":  {clean, answer(t, "infra-error"), 3, Score{}, false},
		"conflict":       {Expect{Bug: Bug{Verdict: "apply-conflict", Patch: 2}}, answer(t, "apply-conflict"), 1, Score{Verdict: true}, true},
		"no device":      {Expect{Bug: Bug{Verdict: "not-exercised"}}, answer(t, "not-exercised"), 4, Score{Verdict: true}, true},
		"panic at boot":  {Expect{Bug: Bug{Verdict: "panic", Family: "null-deref", Patch: 1}}, answer(t, "boot-failure", finding("null-deref", "none", 1)), 1, Score{Verdict: true, Bugs: 1, Detected: 1, Family: one(true), Patch: one(true)}, true},
		"may be found":   {Expect{Bug: clean.Bug, Undetected: &lockdep.Bug}, answer(t, "pass"), 0, Score{Verdict: true}, true},
		"build error":    {Expect{Bug: Bug{Verdict: "build-error", Patch: 2}}, answer(t, "build-error", finding("build-error", "none", 2)), 1, Score{Verdict: true, Bugs: 1, Detected: 1, Patch: one(true)}, true},
		"no finding yet": {Expect{Bug: Bug{Verdict: "build-error", Patch: 2}}, answer(t, "build-error"), 1, Score{Verdict: true, Bugs: 1, Patch: one(false)}, false},
		"a static warning": {
			Expect{Bug: Bug{Verdict: "not-exercised"}, Static: []Static{warning}}, Answer{Verdict: "not-exercised", Static: []Static{warning}}, 4,
			Score{Verdict: true, Static: one(true)}, true,
		},
		"a static warning too many": {
			Expect{Bug: Bug{Verdict: "not-exercised"}, Static: []Static{}}, Answer{Verdict: "not-exercised", Static: []Static{warning}}, 4,
			Score{Verdict: true, Blamed: 1}, false,
		},
		"static warnings nobody asked for": {clean, Answer{Verdict: "pass", Static: []Static{warning}}, 0, Score{Verdict: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := judge(test.expect, test.got, test.exit)
			if got != test.want || got.Right() != test.right {
				t.Errorf("judge = %+v, right %t; want %+v, right %t", got, got.Right(), test.want, test.right)
			}
		})
	}
}
