// SPDX-License-Identifier: MIT

package igt

import (
	"slices"
	"strings"

	"github.com/fencebot/fencebot/qemu/wire"
)

// A Word is the result of one test in results.json.
type Word string

// The words of IGT's runner. Only Pass, Warn and DmesgWarn say that the test
// itself was content, and DmesgWarn says that the kernel was not.
const (
	Pass       Word = "pass"
	Warn       Word = "warn" // passed, with something on standard error
	DmesgWarn  Word = "dmesg-warn"
	Skip       Word = "skip"
	Fail       Word = "fail"
	DmesgFail  Word = "dmesg-fail"
	Crash      Word = "crash"
	Timeout    Word = "timeout"
	Incomplete Word = "incomplete"
	Abort      Word = "abort" // the test found that nothing may run after it
	NotRun     Word = "notrun"
)

// Words returns all words, the worst first. The order decides which result
// stays when one name occurs twice.
func Words() []Word {
	return []Word{Crash, Abort, Timeout, Incomplete, DmesgFail, Fail, DmesgWarn, Warn, Pass, Skip, NotRun}
}

// worse reports whether w comes before other in Words.
func (w Word) worse(other Word) bool {
	words := Words()
	return slices.Index(words, w) < slices.Index(words, other)
}

// Bad reports whether somebody has to look at the result. A word that is not
// one of the runner's is bad. Skip and NotRun are neither bad nor good.
func (w Word) Bad() bool {
	switch w {
	case Pass, Warn, Skip, NotRun:
		return false
	}
	return true
}

// Ran reports whether the test did any of its work.
func (w Word) Ran() bool { return w != Skip && w != NotRun && w != "" }

// plain returns the word as our own tests would say it. What the kernel log
// adds is not in it: it is judged on its own.
func (w Word) plain() wire.Result {
	switch w {
	case Pass, Warn, DmesgWarn:
		return wire.Pass
	case Fail, DmesgFail, Abort:
		return wire.Fail
	case Skip, Crash, Timeout, NotRun:
		return wire.Result(w)
	}
	return wire.Incomplete
}

// Results is one run of igt_runner, in the form of its results.json.
type Results struct {
	Type     string             `json:"__type__"`        // always TestrunResult
	Version  int                `json:"results_version"` // 10
	Name     string             `json:"name"`
	Uname    string             `json:"uname,omitempty"`
	Cmdline  []string           `json:"cmdline"`
	Elapsed  Span               `json:"time_elapsed"` // seconds since 1970; End 0: the run did not end
	Tests    Tests              `json:"tests"`        // in the order of the run
	Totals   map[string]Totals  `json:"totals"`       // for "" and "root" (all tests) and each igt@binary
	Runtimes map[string]Runtime `json:"runtimes"`     // for each igt@binary that ended
}

// A Test is the result of one test, subtest or dynamic subtest.
type Test struct {
	Name     string `json:"-"` // igt@binary@subtest@dynamic, lower case
	Out      string `json:"out"`
	Version  string `json:"igt-version,omitempty"`
	Result   Word   `json:"result"`
	Time     *Span  `json:"time,omitempty"` // nil: not known
	Err      string `json:"err"`
	Dmesg    string `json:"dmesg"`                    // lines "<LEVEL> [SECONDS] TEXT"
	Warnings string `json:"dmesg-warnings,omitempty"` // those that spoiled the result
}

// Seconds is how long the test took, 0 when that is not known.
func (t Test) Seconds() float64 {
	if t.Time == nil {
		return 0
	}
	return duration(t.Time.End - t.Time.Start)
}

// A Span is a time from Start to End, in seconds.
type Span struct {
	Type  string  `json:"__type__"` // always TimeAttribute
	Start float64 `json:"start"`
	End   float64 `json:"end"`
}

func span(start, end float64) Span { return Span{Type: "TimeAttribute", Start: start, End: end} }

// A Runtime is how long all jobs of one binary took together.
type Runtime struct {
	Time Span `json:"time"`
}

// Totals counts results. All words are there, also with 0.
type Totals map[Word]int

// count fills Totals from Tests. Binaries named by more get totals even when
// none of their tests is left.
func (r *Results) count(binaries []string) {
	r.Totals = map[string]Totals{}
	for _, b := range binaries {
		r.total(b)
	}
	for _, t := range r.Tests {
		for _, key := range []string{"", "root", binaryOf(t.Name)} {
			r.total(key)[t.Result]++
		}
	}
}

func (r *Results) total(key string) Totals {
	t, ok := r.Totals[key]
	if !ok {
		t = Totals{}
		for _, w := range Words() {
			t[w] = 0
		}
		r.Totals[key] = t
	}
	return t
}

// binaryOf returns the igt@binary part of a test's name.
func binaryOf(name string) string {
	rest, ok := strings.CutPrefix(name, "igt@")
	binary, _, _ := strings.Cut(rest, "@")
	if !ok {
		return binary
	}
	return "igt@" + binary
}

// newResults returns results with all that is the same in every run.
func newResults() Results {
	return Results{
		Type: "TestrunResult", Version: 10, Cmdline: []string{}, Elapsed: span(0, 0),
		Tests: Tests{}, Totals: map[string]Totals{}, Runtimes: map[string]Runtime{},
	}
}
