// SPDX-License-Identifier: MIT

package pipeline

import (
	"fmt"
	"slices"

	"github.com/fencebot/fencebot/internal/symbolize"
	"github.com/fencebot/fencebot/patch/overlay"
	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/contract"
	"github.com/fencebot/fencebot/report/lockdep"
)

// mark writes into the frames of findings where they are in the author's tree
// and which patch brings that line, and names the line of the guilty patch. It
// comes after the comparison with the base, whose frames have no lines.
func (s source) mark(findings []report.Finding) {
	if len(s.places) == 0 {
		return
	}
	for i := range findings {
		f := &findings[i]
		if f.Family == report.FamilyBuild {
			continue
		}
		s.places.Fill(&f.Splat)
		symbolize.Each(&f.Splat, s.place)
		suspect(f)
	}
}

// nameOverlays says which of our overlays began the section that a finding is
// about. Sections of the tree itself, and of overlays of others, have no name.
func nameOverlays(findings []report.Finding) {
	for i := range findings {
		f := &findings[i]
		if !f.NeedsOverlay {
			continue
		}
		for _, l := range slices.Concat(f.Locks, f.Held) {
			if l.Class != contract.FenceMap {
				continue
			}
			if o, ok := overlay.BySite(l.Function); ok {
				f.Overlay = o.Name
				break
			}
		}
	}
}

// place moves a frame from the tree that was tested to the author's. A line of
// an overlay is in no tree that the author has: it keeps its file and loses its
// number. A file that git does not have, such as a generated one, stays. A frame
// with a question mark is what an earlier call left on the stack: the report
// does not go through it, so no patch is held against it.
func (s source) place(f *lockdep.Frame) {
	o, ok := s.origins[f.File][f.Line]
	if !ok {
		return
	}
	f.Line = o.Line
	if f.Reliable {
		f.Patch = o.Patch
	}
}

// suspect names the first line of the culprit that the report goes through.
// Kernels that were booted have the last word on which patch it is; where they
// could not tell, a report that goes through lines of one patch alone does.
func suspect(f *report.Finding) {
	first := map[int]lockdep.Frame{}
	symbolize.Each(&f.Splat, func(frame *lockdep.Frame) {
		if _, seen := first[frame.Patch]; frame.Patch > 0 && !seen {
			first[frame.Patch] = *frame
		}
	})
	c := &f.Culprit
	if c.Patch == 0 && len(first) == 1 {
		for n := range first {
			c.Patch = n
			c.Why = fmt.Sprintf("%s by booting, but the report goes through a line that it adds or moves", c.Why)
		}
	}
	if line, ok := first[c.Patch]; ok {
		c.File, c.Line = line.File, line.Line
	}
}
