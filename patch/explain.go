// SPDX-License-Identifier: MIT

package patch

import "strings"

// How much of a conflict is shown.
const (
	shownLines = 8
	shownBytes = 200   // of a line
	nearLines  = 20000 // searched around the expected line
	slack      = 40    // lines that the base may have more around and inside a hunk

	comparedLines = 400 // of a hunk
)

// conflict says what hunk number n wanted and what stands where it comes
// closest to fitting.
func (im *image) conflict(n int, pre []string, where place) *ConflictError {
	c := &ConflictError{Hunk: n, Reason: "context does not match"}
	switch {
	case len(pre) == 0:
		c.Reason = "file is not empty"
		return c
	case len(im.lines) == 0:
		c.Reason = "file is empty"
	}
	pre = pre[:min(len(pre), comparedLines)]
	at := im.closest(pre, where)
	start := max(at-slack, 0)
	have := im.texts(start, min(at+len(pre)+slack, len(im.lines)))
	expected, found := compare(pre, have, at-start)
	if len(expected)+len(found) == 0 {
		expected, c.Reason = pre, im.misplaced(where)
	}
	c.Expected, c.Found = shorten(expected), shorten(found)
	return c
}

// compare returns the lines of want that are not in have, and those of have
// that are in between, both in order: what is left of the longest common
// subsequence. at is where want begins if nothing of it is found.
func compare(want, have []string, at int) (missing, extra []string) {
	common := make([][]int, len(want)+1) // longest for want[i:], have[j:]
	for i := range common {
		common[i] = make([]int, len(have)+1)
	}
	for i := len(want) - 1; i >= 0; i-- {
		for j := len(have) - 1; j >= 0; j-- {
			if want[i] == have[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	first, last, head, tail := -1, -1, 0, 0 // in have; lines of want before and after them
	used := make([]bool, len(have))
	for i, j := 0, 0; i < len(want); {
		switch {
		case j < len(have) && want[i] == have[j]:
			if first < 0 {
				first, head = j, i
			}
			last, tail, used[j] = j, len(want)-i-1, true
			i++
			j++
		case j < len(have) && common[i][j+1] >= common[i+1][j]:
			j++
		default:
			missing = append(missing, want[i])
			i++
		}
	}
	if first < 0 {
		first, last = at, at+len(want)-1
	}
	for j := max(first-head, 0); j < min(last+tail+1, len(have)); j++ {
		if !used[j] {
			extra = append(extra, have[j])
		}
	}
	return missing, extra
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
// such as blank ones and braces, count little.
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
		if im.same(at+i, want) {
			n++
			if len(strings.TrimSpace(want)) > 2 {
				n += 3
			}
		}
	}
	return n
}

func (im *image) same(at int, want string) bool {
	l := im.lines[at]
	return l.from != written && l.text == want
}

// texts returns lines as the hunk finds them.
func (im *image) texts(start, end int) []string {
	var all []string
	for _, l := range im.lines[start:end] {
		if l.from == written {
			l.text = "(a line of an earlier hunk)"
		}
		all = append(all, l.text)
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
