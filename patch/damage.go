// SPDX-License-Identifier: MIT

package patch

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fencebot/fencebot/mail"
)

// A DamageError says that a mail did not arrive as it was sent. It is news for
// the person who passed the file, never a failure of ours.
type DamageError struct {
	Mail   string // Message-ID, or the subject of a mail without one
	Patch  int    // number in the series; 0 when unknown
	Line   int    // line within the diff, 1-based; 0 when the whole mail is at fault
	Reason string // what is wrong and what to do
}

// Error names the mail, the place and the reason.
func (e *DamageError) Error() string {
	at := ""
	if e.Line > 0 {
		at = fmt.Sprintf(" line %d of its diff:", e.Line)
	}
	return fmt.Sprintf("patch %d (%s):%s %s", e.Patch, e.Mail, at, e.Reason)
}

const (
	reasonFlowed = "format=flowed has broken the diff (wrapped or unstuffed lines); send it with git send-email or attach it"
	reasonCut    = "the diff ends in the middle of a hunk: the mail is cut off, fetch it again"
	reasonWrap   = "the diff has a line that is neither context nor change: the mail program wrapped it, or text is missing"
	reasonStuff  = "every context line has one blank too many (space-stuffed); send it with git send-email or attach it"
	reasonStat   = "the diffstat counts more than the diff has and the signature is missing: the mail is cut off, fetch it again"
	reasonEmpty  = "the subject says patch but there is no diff: the mail is cut off, or the diff was sent as HTML or as an unnamed attachment"
)

// checkMail returns what is wrong with the diff of a patch mail, or nil.
func checkMail(m *mail.Message, p Patch) *DamageError {
	d := &DamageError{Mail: mailName(m), Patch: p.Number}
	if m.Damage != "" {
		d.Reason = m.Damage
		return d
	}
	if p.Diff == "" {
		d.Reason = reasonEmpty
		return d
	}
	c := hunkCheck{lines: strings.Split(strings.TrimSuffix(p.Diff, "\n"), "\n")}
	c.run()
	switch {
	case c.reason != "" && m.Flowed:
		d.Line, d.Reason = c.at+1, reasonFlowed
	case c.reason != "":
		d.Line, d.Reason = c.at+1, c.reason
	case c.stuffed():
		d.Reason = reasonStuff
	case !hasSignature(p.Diff) && c.lessThan(diffstat(m.Body)):
		d.Reason = reasonStat
	default:
		return nil
	}
	return d
}

// mailName is what people know a mail by.
func mailName(m *mail.Message) string {
	if m.ID != "" {
		return m.ID
	}
	return strconv.Quote(m.Subject)
}

// A hunkCheck counts the lines of every hunk against its header. It does not
// parse the diff for use: go-gitdiff does that later.
type hunkCheck struct {
	lines      []string
	i          int    // current line
	at         int    // line of the fault
	reason     string // "" while all is well
	files      int    // "diff --git" lines, or "---" lines where there are none
	bare       int    // "---" lines
	add, del   int    // changed lines
	context    int    // context lines that are not empty
	wide, tabs int    // those that begin with two blanks; with two blanks and a tab
}

func (c *hunkCheck) run() {
	for c.i < len(c.lines) && c.reason == "" {
		line := c.lines[c.i]
		c.i++
		switch {
		case strings.HasPrefix(line, "diff --git "):
			c.files++
		case strings.HasPrefix(line, "--- "):
			c.bare++
		case line == "GIT binary patch":
			c.binary()
		case strings.HasPrefix(line, "@@ -"):
			if before, after, ok := hunkCounts(line); ok {
				c.hunk(before, after)
			}
		}
	}
	if c.files == 0 {
		c.files = c.bare
	}
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

// binary consumes a "GIT binary patch": one or two blocks, each ended by an
// empty line, of lines whose first letter is their length (git's diff.c).
func (c *hunkCheck) binary() {
	for c.i < len(c.lines) {
		if !strings.HasPrefix(c.lines[c.i], "literal ") && !strings.HasPrefix(c.lines[c.i], "delta ") {
			return
		}
		c.i++
		for ; c.i < len(c.lines) && c.lines[c.i] != ""; c.i++ {
			if !isBase85Line(c.lines[c.i]) {
				c.fail(c.i, "the binary patch is broken: the mail is cut off or was changed on the way")
				return
			}
		}
		if c.i == len(c.lines) {
			c.fail(c.i-1, "the binary patch has no end: the mail is cut off, fetch it again")
			return
		}
		c.i++
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
