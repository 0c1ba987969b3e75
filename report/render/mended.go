// SPDX-License-Identifier: MIT

package render

import (
	"fmt"

	"github.com/fencebot/fencebot/report"
)

// mendedLead is said above what one patch brings and a later one mends.
const mendedLead = "The series as a whole does not have these, but a kernel in the middle of it does, which whoever bisects across the series may hit:"

// mendedLine names one of them, with the patches.
func mendedLine(f report.Finding) string {
	s := field(f.Title)
	switch brings, mends := f.Culprit.Patch, f.MendedBy; {
	case brings > 0 && mends > 0:
		return fmt.Sprintf("%s: patch %d brings it, patch %d mends it", s, brings, mends)
	case brings > 0:
		return fmt.Sprintf("%s: patch %d brings it, a later one mends it", s, brings)
	case mends > 0:
		return fmt.Sprintf("%s: patch %d mends it", s, mends)
	}
	return s + ": " + field(f.Culprit.Why)
}

// mailMended lists them in a mail.
func mailMended(t *text, r report.Report) {
	if len(r.Mended) == 0 {
		return
	}
	t.para(mendedLead)
	t.gap()
	for _, f := range r.Mended[:min(len(r.Mended), mailLines)] {
		t.bullet(mendedLine(f))
	}
	t.gap()
}
