// SPDX-License-Identifier: MIT

package report

import (
	"fmt"
	"unicode/utf8"

	"github.com/fencebot/fencebot/report/contract"
	"github.com/fencebot/fencebot/report/lockdep"
)

// Limits of what a report takes from a guest or a compiler.
const (
	MaxRaw      = 256 << 10 // bytes of one report's text; lockdep's longest real ones have 40 KiB
	MaxFindings = 50        // findings, and as many known ones
	maxTitle    = 300       // bytes of a title, function, class or name
	maxClasses  = 64        // lock classes and edges of one finding
	maxFollow   = 20        // follow-up reports of one finding

	maxSignature = 4 << 10 // bytes; a cycle of 20 locks takes about 1 KiB
)

// A Finding is one thing the series is answerable for, or one that the base
// shows as well.
type Finding struct {
	Family       lockdep.Family `json:"family"`
	Title        string         `json:"title"`
	Function     string         `json:"function"`
	At           string         `json:"at,omitempty"`   // place of the lock as the report names it
	Task         string         `json:"task,omitempty"` // comm/pid
	Classes      []string       `json:"classes"`
	Edges        []lockdep.Edge `json:"edges,omitempty"`
	Signature    string         `json:"signature"`
	Subtest      string         `json:"subtest"`        // empty when it came before the first test
	Boot         int            `json:"boot"`           // boot of the run in which it was seen first
	File         string         `json:"file,omitempty"` // build errors: where, in the tree with the patches
	Line         int            `json:"line,omitempty"`
	Contract     contract.Rule  `json:"contract"`
	Culprit      Culprit        `json:"culprit"`
	NeedsOverlay bool           `json:"needs_overlay"`          // seen with the overlays only, as far as was tried
	Count        int            `json:"count"`                  // boots and places it was seen in
	Replayed     int            `json:"replayed"`               // times the base ran the same tests without it
	MaskedBy     string         `json:"masked_by,omitempty"`    // report that ends this test on the base, which may hide this one there
	RenamedFrom  string         `json:"renamed_from,omitempty"` // known ones: signature under which the base has it
	Followed     []Follow       `json:"followed_by,omitempty"`  // reports that came of it in the same boot
	Corrupted    bool           `json:"corrupted,omitempty"`    // the text is damaged
	MendedBy     int            `json:"mended_by,omitempty"`    // build errors: first patch with which it builds again
	Raw          string         `json:"raw"`                    // at most MaxRaw bytes
}

// A Follow is a report that came after a finding and because of it.
type Follow struct {
	Family lockdep.Family `json:"family"`
	Title  string         `json:"title"`
}

// A Culprit is the patch that brings a finding.
type Culprit struct {
	Patch int    `json:"patch"` // 1-based; 0 when it is not known
	Why   string `json:"why"`   // how it was found, or that it was not
}

// newFinding takes over a splat, within limits.
func newFinding(s lockdep.Splat, boot int) Finding {
	classes := make([]string, 0, min(len(s.Classes), maxClasses))
	for _, c := range s.Classes[:min(len(s.Classes), maxClasses)] {
		classes = append(classes, clip(c, maxTitle))
	}
	var then []Follow
	for _, f := range s.Also[:min(len(s.Also), maxFollow)] {
		then = append(then, Follow{Family: f, Title: string(f)})
	}
	return Finding{
		Family: s.Family, Title: clip(s.Title, maxTitle), Function: clip(s.Function, maxTitle),
		At: clip(s.At, maxTitle), Task: clip(s.Task, maxTitle), Classes: classes,
		Edges:    s.Edges[:min(len(s.Edges), maxClasses)],
		Followed: then, Signature: signature(s), Subtest: clip(s.Subtest, maxTitle), Boot: boot,
		Contract: contract.Of(s), Count: 1, Corrupted: s.Corrupted, Raw: Clip(s.Raw, MaxRaw),
	}
}

// signature returns what makes two splats the same, also for one whose parser
// found too little to give a signature.
func signature(s lockdep.Splat) string {
	if s.Signature != "" {
		return clip(s.Signature, maxSignature)
	}
	return string(s.Family) + ": " + clip(s.Title, maxTitle) + " in " + clip(s.Function, maxTitle)
}

// Clip returns the head and the tail of s when it is longer than limit bytes,
// with a line between them that says how much is missing. The tail holds the
// back trace, the head the locks: both matter more than the middle.
func Clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	head, tail := limit*3/4, limit/8
	for head > 0 && !utf8.RuneStart(s[head]) {
		head--
	}
	from := len(s) - tail
	for from < len(s) && !utf8.RuneStart(s[from]) {
		from++
	}
	return fmt.Sprintf("%s\n[fencebot: %d bytes left out]\n%s", s[:head], from-head, s[from:])
}

// clip cuts a short text at a rune.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
