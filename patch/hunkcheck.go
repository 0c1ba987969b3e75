// SPDX-License-Identifier: MIT

package patch

import "strings"

// A hunkCheck counts the lines of every hunk against its header. It does not
// parse the diff for use: go-gitdiff does that later.
type hunkCheck struct {
	lines      []string
	i          int    // current line
	at         int    // line of the fault
	reason     string // "" while all is well
	junk       int    // 1-based line of text right below a hunk, 0 when there is none
	files      int    // "diff --git" lines, or "---" lines where there are none
	bare       int    // "---" lines
	add, del   int    // changed lines
	context    int    // context lines that are not empty
	wide, tabs int    // those that begin with two blanks; with two blanks and a tab

	section section
}

// A section is what was seen of one file of the diff so far.
type section struct {
	open   bool // a header was seen
	body   bool // a change was seen: hunk, binary patch, rename, mode, empty file
	hunks  bool // at least one hunk is done
	broken int  // 1-based line of text below a hunk, which no other hunk can follow
}

func (c *hunkCheck) run() {
	for c.i < len(c.lines) && c.reason == "" {
		line := c.lines[c.i]
		c.i++
		before, after, isHunk := hunkCounts(line)
		switch {
		case strings.HasPrefix(line, "diff --git "):
			c.endSection()
			c.files++
			c.section = section{open: true}
		case strings.HasPrefix(line, "--- ") && c.i < len(c.lines) && strings.HasPrefix(c.lines[c.i], "+++ "):
			c.bare++
			if c.section.hunks { // a plain diff of a further file
				c.section = section{}
			}
		case line == "GIT binary patch":
			c.binary()
		case isHunk && c.section.broken > 0:
			c.fail(c.section.broken-1, reasonWrap)
		case isHunk:
			c.hunk(before, after)
			c.section.hunks, c.section.body = true, true
		default:
			c.other(line)
		}
	}
	c.endSection()
	if c.files == 0 {
		c.files = c.bare
	}
}

// other notes what a line that is neither header nor hunk tells.
func (c *hunkCheck) other(line string) {
	s := &c.section
	switch {
	case s.hunks:
		c.below(line)
	case line == "similarity index 100%", strings.HasPrefix(line, "new mode "), strings.HasPrefix(line, "Binary files "):
		s.body = true
	case strings.HasPrefix(line, "index ") && namesEmptyBlob(line):
		s.body = true
	}
}

// below looks at a line after the last line of a hunk. A signature, a blank line
// or a header may stand there; anything else is text that lost its place.
func (c *hunkCheck) below(line string) {
	if strings.HasPrefix(line, "\\") {
		return // "\ No newline at end of file"
	}
	first := c.section.broken == 0
	if first {
		c.section.broken = c.i
	}
	known := strings.TrimSpace(line) == "" || strings.HasPrefix(line, "-- ") || line == "--" || strings.HasPrefix(line, "Index: ")
	if first && !known && c.junk == 0 {
		c.junk = c.i
	}
}

// endSection fails when a file was announced but nothing of it came.
func (c *hunkCheck) endSection() {
	if c.section.open && !c.section.body {
		c.fail(c.i-1, reasonFile)
	}
}

// namesEmptyBlob reports whether an index line names the blob of an empty file,
// by SHA-1 or SHA-256: such a file comes and goes without a hunk.
func namesEmptyBlob(line string) bool {
	return strings.Contains(line, "e69de29") || strings.Contains(line, "473a0f4")
}

// fail notes the first fault; at is counted from 0.
func (c *hunkCheck) fail(at int, reason string) {
	if c.reason == "" {
		c.at, c.reason = at, reason
	}
}

// hunk consumes the lines of one hunk. An empty line is context whose blank
// was stripped on the way: git apply takes it, too.
func (c *hunkCheck) hunk(before, after int) {
	for before > 0 || after > 0 {
		if c.i == len(c.lines) {
			c.fail(c.i-1, reasonCut)
			return
		}
		line := c.lines[c.i]
		switch {
		case line == "-- " && before == after, strings.HasPrefix(line, "diff --git "), strings.HasPrefix(line, "@@ -"):
			c.fail(c.i, reasonCut)
			return
		case line == "" || line == "\r" || line[0] == ' ':
			before, after = before-1, after-1
			c.noteContext(line)
		case line[0] == '-':
			before--
			c.del++
		case line[0] == '+':
			after--
			c.add++
		case line[0] == '\\':
		default:
			c.fail(c.i, reasonWrap)
			return
		}
		if before < 0 || after < 0 {
			c.fail(c.i, reasonWrap)
			return
		}
		c.i++
	}
}

func (c *hunkCheck) noteContext(line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	c.context++
	if strings.HasPrefix(line, "  ") {
		c.wide++
	}
	if strings.HasPrefix(line, "  \t") {
		c.tabs++
	}
}

// stuffed reports whether all context lines were stuffed as in RFC 3676 but the
// mail does not say so. Code whose every line begins with a blank exists; code
// that has a tab after that blank as well does not pass checkpatch.
func (c *hunkCheck) stuffed() bool {
	return c.context >= 3 && c.wide == c.context && c.tabs > 0
}

// binary consumes a "GIT binary patch": two blocks, each ended by an empty line,
// of lines whose first letter is their length (git's diff.c).
func (c *hunkCheck) binary() {
	blocks := 0
	for ; c.i < len(c.lines) && c.reason == ""; blocks++ {
		if !strings.HasPrefix(c.lines[c.i], "literal ") && !strings.HasPrefix(c.lines[c.i], "delta ") {
			break
		}
		c.i++
		for ; c.i < len(c.lines) && c.lines[c.i] != ""; c.i++ {
			if !isBase85Line(c.lines[c.i]) {
				c.fail(c.i, reasonBinary)
				return
			}
		}
		if c.i == len(c.lines) {
			c.fail(c.i-1, reasonNoEnd)
			return
		}
		c.i++
	}
	c.section.body = blocks > 0
	if blocks < 2 && c.i == len(c.lines) { // git writes the way back, too
		c.fail(c.i-1, reasonNoEnd)
	}
}

// isBase85Line checks a line of git's base85: A..Z for 1..26 bytes, a..z for
// 27..52, then five letters for every four bytes.
func isBase85Line(line string) bool {
	n := 0
	switch c := line[0]; {
	case c >= 'A' && c <= 'Z':
		n = int(c-'A') + 1
	case c >= 'a' && c <= 'z':
		n = int(c-'a') + 27
	}
	return n > 0 && len(line) == 1+(n+3)/4*5
}
