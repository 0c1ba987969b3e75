// SPDX-License-Identifier: MIT

package report

import (
	"fmt"
	"slices"

	"github.com/fencebot/fencebot/report/lockdep"
)

// wordless reports whether a splat is none: a test or a guest did not go on, and
// the kernel did not say why. A busy host does that, too.
func wordless(f lockdep.Family) bool { return f == FamilyHang || f == FamilySilent }

// NeedsConfirming says which boots of the patched kernel have to run once more
// on it, as [Run.Again]: something hung in them without a word of the kernel, and
// not on the base.
func NeedsConfirming(base, patched Run) []Rerun {
	return slices.DeleteFunc(NeedsReplay(base, patched), func(r Rerun) bool {
		return !slices.ContainsFunc(newJudge(newBaseline(base, nil), patched).findings, func(f Finding) bool {
			return f.Boot == r.Boot && wordless(f.Family)
		})
	})
}

// confirmed splits findings into those that count and those that did
// not come again.
func confirmed(all []Finding, patched Run) (count, once []Finding) {
	for _, f := range all {
		if wordless(f.Family) && patched.endedAgain(f.Boot) {
			once = append(once, f)
		} else {
			count = append(count, f)
		}
	}
	return count, once
}

// endedAgain reports whether a boot ran once more and everything in it ended.
func (r Run) endedAgain(boot int) bool {
	for _, again := range r.Again {
		if again.Boot != boot || !again.Run.ready() {
			continue
		}
		return !slices.ContainsFunc(again.Run.Boots, func(b Boot) bool {
			return slices.ContainsFunc(sightings(again.Run, b), func(s lockdep.Splat) bool { return groupOf(s.Family) == stalls })
		})
	}
	return false
}

// onceNote is what the reader is told of a hang that does not count.
func onceNote(f Finding) string {
	return fmt.Sprintf("%s: this was seen once, the kernel said nothing, and when the same tests ran again they ended; it does not count", clip(f.Title, maxTitle))
}
