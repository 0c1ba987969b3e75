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
	reasonFile   = "the diff ends before the change of a file: the mail is cut off, fetch it again"
	reasonBinary = "the binary patch is broken: the mail is cut off or was changed on the way"
	reasonNoEnd  = "the binary patch has no end: the mail is cut off, fetch it again"
	reasonLine   = "the mail ends in the middle of a line: it is cut off, fetch it again"
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
	case m.Flowed && c.reason == "" && c.junk > 0: // the end of the last line was wrapped
		d.Line, d.Reason = c.junk, reasonFlowed
	case c.reason != "" && m.Flowed:
		d.Line, d.Reason = c.at+1, reasonFlowed
	case c.reason != "":
		d.Line, d.Reason = c.at+1, c.reason
	case c.stuffed():
		d.Reason = reasonStuff
	case m.NoEOL && !hasSignature(p.Diff):
		d.Line, d.Reason = len(c.lines), reasonLine
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
