// SPDX-License-Identifier: MIT

package report

import (
	"github.com/fencebot/fencebot/report/contract"
	"github.com/fencebot/fencebot/report/lockdep"
)

// Limits of what a report takes from a guest or a compiler.
const (
	MaxRaw      = 256 << 10 // bytes of one report's text; lockdep's longest real ones have 40 KiB
	MaxFindings = 50        // findings, and as many known ones
	maxTitle    = 300       // bytes of a title, function, class or name
	maxClasses  = 64        // lock classes, locks and edges of one finding
	maxFrames   = 64        // frames of one stack
	maxFollow   = 20        // follow-up reports of one finding

	maxSignature = 4 << 10 // bytes; a cycle of 20 locks takes about 1 KiB
)

// A Finding is one thing the series is answerable for, or one that the base
// shows as well. The fields of the report itself are those of lockdep.Splat,
// cut to the limits above; Line is the line of File for build errors.
type Finding struct {
	lockdep.Splat
	Boot         int           `json:"boot"`           // boot of the run in which it was seen first
	File         string        `json:"file,omitempty"` // build errors: where, in the tree with the patches
	Contract     contract.Rule `json:"contract"`
	Culprit      Culprit       `json:"culprit"`
	NeedsOverlay bool          `json:"needs_overlay"`          // seen with the overlays only, as far as was tried
	Overlay      string        `json:"overlay,omitempty"`      // name of the overlay whose annotated section it is about, when it needs one
	Count        int           `json:"count"`                  // boots and places it was seen in
	Seen         int           `json:"seen,omitempty"`         // runs of its test in which it showed, out of Runs
	Runs         int           `json:"runs,omitempty"`         // times its test ran on the patched kernel; 0: once, so there is no rate
	Replayed     int           `json:"replayed"`               // times the base ran the same tests without it
	MaskedBy     string        `json:"masked_by,omitempty"`    // report that ends this test on the base, which may hide this one there
	RenamedFrom  string        `json:"renamed_from,omitempty"` // known ones: signature under which the base has it
	Followed     []Follow      `json:"followed_by,omitempty"`  // reports that came of it in the same boot
	MendedBy     int           `json:"mended_by,omitempty"`    // first patch with which it builds again, or no longer shows; 0 when none does or nobody knows
}

// A Follow is a report that came after a finding and because of it.
type Follow struct {
	Family lockdep.Family `json:"family"`
	Title  string         `json:"title"`
}

// A Culprit is the patch that brings a finding.
type Culprit struct {
	Patch int    `json:"patch"`          // 1-based; 0 when it is not known
	Why   string `json:"why"`            // how it was found, or that it was not
	File  string `json:"file,omitempty"` // line of the patch that the report goes through; empty when it is not known
	Line  int    `json:"line,omitempty"` // in the author's tree, after the last patch
}

// NewFinding takes over a report that stands alone: from a log, with no series
// to blame.
func NewFinding(s lockdep.Splat) Finding { return newFinding(s, 0) }

// newFinding takes over a splat, within limits.
func newFinding(s lockdep.Splat, boot int) Finding {
	var then []Follow
	for _, f := range s.Also[:min(len(s.Also), maxFollow)] {
		then = append(then, Follow{Family: f, Title: string(f)})
	}
	rule := contract.Of(s)
	s.Signature = signature(s)
	return Finding{Splat: clipSplat(s), Followed: then, Boot: boot, Contract: rule, Count: 1}
}

// signature returns what makes two splats the same, also for one whose parser
// found too little to give a signature.
func signature(s lockdep.Splat) string {
	if s.Signature != "" {
		return clip(s.Signature, maxSignature)
	}
	return string(s.Family) + ": " + clip(s.Title, maxTitle) + " in " + clip(s.Function, maxTitle)
}
