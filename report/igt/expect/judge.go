// SPDX-License-Identifier: MIT

package expect

import "github.com/fencebot/fencebot/report/igt"

// A Verdict says what a result means under the lists.
type Verdict string

// The verdicts. Only NewFailure can be held against a series, and only when the
// base passes.
const (
	Fine        Verdict = "fine"        // not listed, and nothing failed
	NewFailure  Verdict = "new-failure" // not listed, and fails
	Known       Verdict = "known"       // fails as listed
	Changed     Verdict = "changed"     // fails in another way than listed: worth a word
	Improvement Verdict = "improvement" // listed as failing, and passes: the list is out of date
	NotTested   Verdict = "not-tested"  // listed as failing, and did not run: neither pass nor fail
	Flaky       Verdict = "flaky"       // listed as a flake: at most a remark, whatever it did
	Skipped     Verdict = "skipped"     // listed as a skip, and did not run
	RanAnyway   Verdict = "ran-anyway"  // listed as a skip, and ran: the runner did not have the list
)

// A Judgement is a verdict with the entry of the list that it comes from; the
// others are nil.
type Judgement struct {
	Verdict Verdict
	Fail    *Fail
	Flake   *Flake
	Skip    *Skip
}

// Judge says what the result of a test means. The name is that of a result, with
// or without the leading igt@; case does not count. Names match as a whole:
// an entry for a subtest says nothing of its dynamic subtests. Skips win over
// flakes, and flakes over fails.
//
// What the kernel log adds to a result counts on its own, so dmesg-fail is a
// fail here, and dmesg-warn and warn are passes. A result that is missing is
// igt.NotRun or "".
func (l *Lists) Judge(name string, result igt.Word) Judgement {
	name = fold(name)
	result = bare(result)
	if s, ok := l.match(name); ok {
		if result.Ran() {
			return Judgement{Verdict: RanAnyway, Skip: &s}
		}
		return Judgement{Verdict: Skipped, Skip: &s}
	}
	if f, ok := l.flakes[name]; ok {
		return Judgement{Verdict: Flaky, Flake: &f}
	}
	f, ok := l.fails[name]
	if !ok {
		if result.Bad() {
			return Judgement{Verdict: NewFailure}
		}
		return Judgement{Verdict: Fine}
	}
	j := Judgement{Verdict: Changed, Fail: &f}
	switch {
	case result == f.Result:
		j.Verdict = Known
	case result == igt.Pass:
		j.Verdict = Improvement
	case !result.Ran():
		j.Verdict = NotTested
	}
	return j
}

// bare returns a word without what standard error and the kernel log added.
func bare(w igt.Word) igt.Word {
	switch w {
	case "":
		return igt.NotRun
	case igt.Warn, igt.DmesgWarn:
		return igt.Pass
	case igt.DmesgFail:
		return igt.Fail
	}
	return w
}

// Skip returns the first pattern that matches a test, which then must not run.
// A pattern matches anywhere in the name unless it has ^ or $: gem_.* matches
// vgem_basic, too. A name of more than MaxName bytes is none of a test and
// matches nothing.
func (l *Lists) Skip(name string) (Skip, bool) { return l.match(fold(name)) }

// match is Skip for a folded name.
func (l *Lists) match(name string) (Skip, bool) {
	if len(name) > MaxName {
		return Skip{}, false
	}
	for _, s := range l.skips {
		if s.re.MatchString(name) {
			return s, true
		}
	}
	return Skip{}, false
}

// Missing returns the listed fails that are not among the given names, in the
// order of the list: they were not tested. What skips rule out is left out.
func (l *Lists) Missing(names []string) []Fail {
	have := map[string]bool{}
	for _, n := range names {
		have[fold(n)] = true
	}
	var missing []Fail
	for _, f := range l.order {
		if _, skip := l.Skip(f.Name); !skip && !have[fold(f.Name)] {
			missing = append(missing, f)
		}
	}
	return missing
}

// Len returns how many entries each list has. Of a test that is listed twice
// one counts.
func (l *Lists) Len() (fails, flakes, skips int) {
	return len(l.fails), len(l.flakes), len(l.skips)
}
