// SPDX-License-Identifier: MIT

package guest

import (
	"strings"

	"github.com/fencebot/fencebot/qemu/wire"
)

// Exit codes of IGT, lib/igt_core.h.
const (
	exitSkip    = 77
	exitInvalid = 79
	exitAbort   = 112
)

// words collects the results that a test's own lines claim.
type words struct {
	subtest string // asked for, may be a pattern
	started bool
	results []wire.Result
}

// line looks for IGT's result lines, "Subtest NAME: WORD (0.1s)". Results of
// dynamic subtests are repeated in that of their subtest and not counted.
func (w *words) line(text string) {
	if strings.HasPrefix(text, "Starting subtest: ") {
		w.started = true
		return
	}
	rest, ok := strings.CutPrefix(text, "Subtest ")
	if !ok {
		return
	}
	_, word, ok := strings.Cut(rest, ": ")
	if !ok {
		return
	}
	word, _, _ = strings.Cut(word, " ")
	w.results = append(w.results[:min(len(w.results), maxResults)], resultOf(word))
}

// maxResults is how many subtests one pattern may have started; of more only
// the last counts.
const maxResults = 1 << 12

func resultOf(word string) wire.Result {
	switch word {
	case "SUCCESS":
		return wire.Pass
	case "SKIP":
		return wire.Skip
	case "FAIL":
		return wire.Fail
	case "CRASH":
		return wire.Crash
	case "TIMEOUT":
		return wire.Timeout
	}
	return wire.Incomplete
}

// result returns how a job ended whose program exited with that code. Words
// count more than the code, as in igt_runner; without words the code decides.
func (w *words) result(exit int) wire.Result {
	switch {
	case exit >= 128:
		return wire.Crash // IGT's own handler of a fatal signal
	case exit == exitAbort:
		return wire.Incomplete // the test says that the machine cannot go on
	case len(w.results) > 0:
		return worst(w.results)
	case exit == exitSkip || exit == exitInvalid:
		return wire.Skip
	case exit != 0:
		return wire.Fail
	case w.subtest != "":
		return wire.Incomplete // it ran something else, or nothing
	}
	return wire.Pass
}

// worst returns the result that counts for several subtests: one that passed
// is more than one that was skipped, all others are worse than both.
func worst(results []wire.Result) wire.Result {
	rank := func(r wire.Result) int {
		switch r {
		case wire.Skip:
			return 0
		case wire.Pass:
			return 1
		case wire.Fail:
			return 2
		case wire.Incomplete:
			return 3
		case wire.Timeout:
			return 4
		}
		return 5
	}
	got := results[0]
	for _, r := range results[1:] {
		if rank(r) > rank(got) {
			got = r
		}
	}
	return got
}
