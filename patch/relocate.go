// SPDX-License-Identifier: MIT

package patch

import (
	"errors"
	"strings"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
)

// errBudget says that the search for a hunk took too much work.
var errBudget = errors.New("the search for its hunks takes too long")

// A place is where a hunk may match, by the rules of apply_one_fragment in
// git's apply.c.
type place struct {
	want    int  // expected line, 0-based
	atBegin bool // a hunk that starts at line 0 or 1 matches only there
	atEnd   bool // a hunk without trailing context matches only at the end
}

func placeOf(frag *gitdiff.TextFragment) place {
	return place{
		want:    int(max(frag.NewPosition-1, 0)), // earlier hunks have moved the lines already
		atBegin: frag.OldPosition <= 1,
		atEnd:   frag.TrailingContext == 0,
	}
}

// preimage returns the lines that the hunk wants to find.
func preimage(frag *gitdiff.TextFragment) []string {
	pre := make([]string, 0, len(frag.Lines))
	for _, l := range frag.Lines {
		if l.Old() {
			pre = append(pre, l.Line)
		}
	}
	return pre
}

// find searches for pre: first at the expected line, then by turns one further
// forward and one further back, as find_pos in git's apply.c does. The order
// decides which of several equal places is taken.
func (im *image) find(pre []string, p place) (at int, ok bool, err error) {
	if p.atBegin || p.atEnd {
		if p.atEnd {
			at = len(im.lines) - len(pre)
		}
		if p.atBegin && at != 0 {
			return 0, false, nil
		}
		return at, im.matches(pre, at, p.atEnd), nil
	}
	n := len(im.lines)
	want := min(p.want, n)
	for d := 0; want-d >= 0 || want+d <= n; d++ {
		if im.budget < 0 {
			return 0, false, errBudget
		}
		if want+d <= n && im.matches(pre, want+d, false) {
			return want + d, true, nil
		}
		if d > 0 && want-d >= 0 && im.matches(pre, want-d, false) {
			return want - d, true, nil
		}
	}
	return 0, false, nil
}

// matches reports whether pre stands at line at, in lines that no earlier hunk
// wrote and that were neighbours before the patch.
func (im *image) matches(pre []string, at int, toEnd bool) bool {
	im.budget--
	if at < 0 || at+len(pre) > len(im.lines) {
		return false
	}
	for i, want := range pre {
		l := im.lines[at+i]
		if l.from == written || l.from != im.lines[at].from+i {
			im.budget -= i
			return false
		}
		if l.text != want && (toEnd || i < len(pre)-1 || !openEnd(want, l.text)) {
			im.budget -= i
			return false
		}
	}
	im.budget -= len(pre)
	return true
}

// openEnd covers a quirk of git: the last context line of a hunk, when the diff
// says that it has no newline, also matches a line that goes on with white
// space only (its line hash ignores that, and memcmp ends with the hunk).
func openEnd(want, have string) bool {
	if want == "" || want[len(want)-1] == '\n' || !strings.HasPrefix(have, want) {
		return false
	}
	return strings.Trim(have[len(want):], " \t\n\v\f\r") == ""
}

// relocate returns a copy of frag whose position in the file before the patch
// is where it was found, so that the strict go-gitdiff can apply it.
func (im *image) relocate(frag *gitdiff.TextFragment, at, n int) *gitdiff.TextFragment {
	moved := *frag
	moved.OldPosition = int64(im.origin(at)) + 1
	if n == 0 && len(im.src) == 0 {
		moved.OldPosition = 0 // go-gitdiff: into an empty file
	}
	moved.NewPosition = max(moved.NewPosition, 1) // 0 asks go-gitdiff for checks that find has done
	if last := len(frag.Lines) - 1; n > 0 && frag.Lines[last].Op == gitdiff.OpContext {
		if have := im.lines[at+n-1].text; have != frag.Lines[last].Line { // see openEnd
			moved.Lines = append([]gitdiff.Line(nil), frag.Lines...)
			moved.Lines[last].Line = have
		}
	}
	return &moved
}
