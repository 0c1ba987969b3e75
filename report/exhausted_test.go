// SPDX-License-Identifier: MIT

package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

// TestGaveUp: a check in which lockdep ran out of room is not exercised, says
// which option to raise, and on which of the two kernels it happened.
func TestGaveUp(t *testing.T) {
	t.Parallel()
	full := func(table, subtest string) lockdep.Splat {
		s := splat(lockdep.LockdepLimit, "f", subtest)
		s.Title, s.Raw = table+" too low in f", "BUG: "+table+" too low!\nturning off the locking correctness validator.\n"
		return s
	}
	good, dead := run(boot()), results(run(boot(full("MAX_LOCKDEP_ENTRIES", ""))), "pass", false)
	for name, tt := range map[string]struct {
		base, patched Run
		word          Word
		reason, note  string // parts
	}{
		"in a test":        {good, run(boot(full("MAX_LOCKDEP_CHAINS", "fence_vkms@commit"))), NotExercised, "raise CONFIG_LOCKDEP_CHAINS_BITS", "the series brings too many"},
		"at boot":          {good, dead, NotExercised, "gave up: MAX_LOCKDEP_ENTRIES too low in f; raise CONFIG_LOCKDEP_BITS", "the series brings too many"},
		"on both":          {dead, dead, NotExercised, "raise CONFIG_LOCKDEP_BITS", "on the base, too"},
		"on the base only": {dead, good, Pass, "1 tests ran", "gave up on the base (MAX_LOCKDEP_ENTRIES too low in f; raise CONFIG_LOCKDEP_BITS)"},
		"after a bug":      {good, run(boot(alloc), boot(full("MAX_LOCKDEP_KEYS", "fence_vgem@signal"))), Findings, "1 problem", "lockdep: gave up: MAX_LOCKDEP_KEYS too low in f; no option"},
	} {
		v := Compare(Evidence{Base: tt.base, Patched: tt.patched})
		if v.Word != tt.word || !strings.Contains(v.Reason, tt.reason) {
			t.Errorf("%s: %s: %q; want %s: %q", name, v.Word, v.Reason, tt.word, tt.reason)
		}
		if !slices.ContainsFunc(v.Notes, func(n string) bool { return strings.Contains(n, tt.note) }) {
			t.Errorf("%s: notes = %q; want one with %q", name, v.Notes, tt.note)
		}
	}
}
