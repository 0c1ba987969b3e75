// SPDX-License-Identifier: MIT

package report

import (
	"fmt"

	"github.com/fencebot/fencebot/report/igt"
)

// skippedIGT says that IGT tested nothing and why, when none of its tests did
// any work, or that it is an IGT that cannot test much here. It is "" otherwise.
// Our own tests may have run all the same, so it is no verdict.
func skippedIGT(r Run) string {
	var started []igt.Case
	for _, c := range r.Cases {
		if c.IGT && !c.Retry && c.Started() {
			started = append(started, c)
		}
	}
	why, skipped, same := igt.CommonSkip(started)
	switch {
	case skipped == 0:
		return ""
	case skipped == len(started):
		return fmt.Sprintf("IGT tested nothing: all its tests skipped (%d)", skipped) + skipWords(started)
	case igt.SkipHint(why) != "" && 2*same > len(started):
		return fmt.Sprintf("IGT tested little: %d of %d tests skipped", skipped, len(started)) + skipWords(started)
	}
	return ""
}

// skipWords says why most tests skipped, in words that go on after a sentence.
func skipWords(cases []igt.Case) string {
	why, skipped, same := igt.CommonSkip(cases)
	if why == "" {
		return ""
	}
	words := fmt.Sprintf(", %d of them with: %s", same, why)
	if same == skipped {
		words = ", with: " + why
	}
	if hint := igt.SkipHint(why); hint != "" {
		words += "; " + hint
	}
	return words
}
