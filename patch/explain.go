// SPDX-License-Identifier: MIT

package patch

import "strings"

// How much of a conflict is shown.
const (
	shownLines = 8
	shownBytes = 200   // of a line
	nearLines  = 20000 // searched around the expected line
	slack      = 40    // lines that the base may have more or less inside a hunk
)

// conflict says what hunk number n wanted and what stands where it comes
// closest to fitting.
func (im *image) conflict(n int, pre []string, where place) *ConflictError {
	c := &ConflictError{Hunk: n, Reason: "context does not match"}
	if len(im.lines) == 0 && len(pre) > 0 {
		c.Reason = "file is empty"
	}
	if len(pre) == 0 {
		c.Reason = "file is not empty"
	}
	at := im.closest(pre, where)
	head := 0
	for head < len(pre) && at+head < len(im.lines) && im.same(at+head, pre[head]) {
		head++
	}
	start, end, tail := at+head, at+len(pre), 0
	for d := range slack {
		for _, e := range []int{at + len(pre) + d, at + len(pre) - d} {
			if t := im.tail(pre[head:], start, e); t > tail {
				end, tail = e-t, t
			}
		}
	}
	if tail == 0 {
		end = at + len(pre)
	}
	c.Expected = shorten(pre[head : len(pre)-tail])
	c.Found = shorten(im.texts(start, end))
	if len(c.Expected)+len(c.Found) == 0 {
		c.Expected = shorten(pre)
		c.Reason = im.misplaced(where)
	}
	return c
}

// misplaced names the rule that forbids a hunk whose lines are all there.
func (im *image) misplaced(where place) string {
	switch {
	case where.atBegin:
		return "hunk does not match at the beginning of the file"
	case where.atEnd:
		return "hunk does not match at the end of the file"
	}
	return "lines were changed by an earlier hunk"
}

// closest returns the line at which most of pre stands, the nearest to where
// the hunk belongs if there are several.
func (im *image) closest(pre []string, where place) int {
	want := min(where.want, len(im.lines))
	best, most := want, 0
	for d := 0; d < nearLines && im.budget > 0; d++ {
		if want-d < 0 && want+d > len(im.lines) {
			break
		}
		for _, at := range []int{want + d, want - d} {
			if n := im.score(pre, at); n > most {
				best, most = at, n
			}
		}
	}
	return best
}

// score counts the lines of pre that stand at line at; lines that say little,
// such as blank ones and braces, do not count.
func (im *image) score(pre []string, at int) int {
	im.budget -= len(pre)
	if at < 0 {
		return 0
	}
	n := 0
	for i, want := range pre {
		if at+i >= len(im.lines) {
			break
		}
		if im.same(at+i, want) && len(strings.TrimSpace(want)) > 2 {
			n++
		}
	}
	return n
}

func (im *image) same(at int, want string) bool {
	l := im.lines[at]
	return l.from != written && l.text == want
}

// tail counts the last lines of pre that stand right before line end, not
// further up than start.
func (im *image) tail(pre []string, start, end int) int {
	if end > len(im.lines) {
		return 0
	}
	n := 0
	for n < len(pre) && end-n-1 >= start && im.same(end-n-1, pre[len(pre)-n-1]) {
		n++
	}
	return n
}

func (im *image) texts(start, end int) []string {
	var all []string
	for i := start; i < min(end, len(im.lines)) && len(all) <= shownLines; i++ {
		if l := im.lines[i]; l.from != written {
			all = append(all, l.text)
		} else {
			all = append(all, "(a line of an earlier hunk)")
		}
	}
	return all
}

// shorten bounds lines for a report and drops their line ends.
func shorten(lines []string) []string {
	out := make([]string, 0, min(len(lines), shownLines+1))
	for i, l := range lines {
		if i == shownLines {
			return append(out, "...")
		}
		l = strings.TrimRight(l, "\r\n")
		if len(l) > shownBytes {
			l = strings.ToValidUTF8(l[:shownBytes], "") + "..."
		}
		out = append(out, l)
	}
	return out
}
