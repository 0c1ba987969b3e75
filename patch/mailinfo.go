// SPDX-License-Identifier: MIT

package patch

import (
	"strings"

	"github.com/fencebot/fencebot/mail"
)

// FromMessage splits a mail the way git am without options does (builtin/am.c
// and mailinfo.c of git 2.39): author, date and subject from the header or from
// lines of the same names at the top of the text; the commit message up to the
// first "---", "diff -" or "Index: " line; the rest is the diff. Scissors are
// ordinary text. Number is the n of n/N, or 1.
//
// A mail without a diff gives an empty Diff; FromMessage does not judge it.
func FromMessage(m *mail.Message) Patch {
	log, tail := cutLog(m)
	inBody, log := cutInBody(log)
	if tail == "" {
		inBody = nil // as git: such lines are headers only when a patch follows
	}
	p := Patch{Number: 1, MessageID: m.ID, Author: m.From, Date: m.Date, Diff: cutDiff(tail), Mail: m}
	subject := m.Subject
	if v, ok := inBody.get("from"); ok {
		p.Author = mail.ParseAddress(v)
	}
	if v, ok := inBody.get("date"); ok {
		p.Date = mail.ParseDate(v)
	}
	if v, ok := inBody.get("subject"); ok {
		subject = v
	}
	p.Author.Name, p.Author.Addr = stripCrud(p.Author.Name), stripCrud(p.Author.Addr)
	if sub := ParseSubject(m.Subject); sub.Counted {
		p.Number = sub.Number
	}
	title := strings.ReplaceAll(ParseSubject(subject).Title, "\x00", "")
	message := stripSpace(title + "\n\n" + strings.ReplaceAll(log, "\x00", ""))
	p.Subject, p.Body, _ = strings.Cut(message, "\n")
	p.Body = strings.TrimPrefix(p.Body, "\n")
	return p
}

// CommitMessage returns the whole message of the commit with a line end at its
// end, as git am hands it to git commit.
func (p Patch) CommitMessage() string {
	if strings.TrimRight(p.Body, "\n") == "" {
		return p.Subject + "\n"
	}
	return p.Subject + "\n\n" + strings.TrimRight(p.Body, "\n") + "\n"
}

// cutLog splits the text of m before the line that ends the commit message. The
// log is UTF-8 text, the tail the bytes that were sent: git converts only the log.
func cutLog(m *mail.Message) (log, tail string) {
	pos, lines := 0, 0
	for line := range strings.Lines(m.Body) {
		if isPatchBreak(line) {
			if raw := skipLines(m.Raw, lines); isPatchBreak(firstLine(raw)) {
				return m.Body[:pos], raw
			}
			return m.Body[:pos], m.Body[pos:] // a charset that is no superset of ASCII
		}
		pos += len(line)
		lines++
	}
	return m.Body, ""
}

func firstLine(s string) string {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return s[:i+1]
	}
	return s
}

func skipLines(s string, n int) string {
	for ; n > 0; n-- {
		i := strings.IndexByte(s, '\n')
		if i < 0 {
			return ""
		}
		s = s[i+1:]
	}
	return s
}

// isPatchBreak reports whether line, with its line end, ends a commit message.
func isPatchBreak(line string) bool {
	if strings.HasPrefix(line, "diff -") || strings.HasPrefix(line, "Index: ") {
		return true
	}
	rest, ok := strings.CutPrefix(line, "---")
	if !ok || rest == "" {
		return false
	}
	if len(rest) > 1 && rest[0] == ' ' && !isBlank(rune(rest[1])) {
		return true // "--- file"
	}
	return strings.HasSuffix(rest, "\n") && strings.TrimFunc(rest, isBlank) == ""
}

// inBodyFields are the lines of the pseudo header of a text, by lower-case name.
type inBodyFields map[string][]string

// get returns a field joined and decoded, and whether it was there.
func (f inBodyFields) get(name string) (string, bool) {
	lines, ok := f[name]
	return mail.DecodeHeader(strings.Join(lines, " ")), ok
}

// cutInBody takes the pseudo header off the top of a commit message: From,
// Subject and Date lines with their continuation lines, a format-patch separator
// that was escaped, and a bare "[PATCH] title" line. Each name counts once; a
// second From is text.
func cutInBody(log string) (inBodyFields, string) {
	fields := inBodyFields{}
	last := "" // the field that a continuation line would belong to
	rest := log
	for rest != "" {
		line := firstLine(rest)
		text := strings.TrimRightFunc(line, isBlank)
		switch name := inBodyName(line); {
		case line == "\n" || line == "\r\n":
			if last != "" {
				return fields, rest[len(line):]
			}
		case last != "" && (line[0] == ' ' || line[0] == '\t'):
			fields[last] = append(fields[last], strings.TrimLeftFunc(text, isBlank))
		case strings.HasPrefix(text, ">From ") && isSeparatorLine(text[1:]):
			last = ""
		case strings.HasPrefix(line, "[PATCH]") && len(line) > 7 && isBlank(rune(line[7])):
			fields["subject"], last = []string{text}, ""
		case name != "" && fields[name] == nil:
			fields[name], last = []string{strings.TrimFunc(text[len(name)+1:], isBlank)}, name
		default:
			return fields, rest
		}
		rest = rest[len(line):]
	}
	return fields, rest
}

// inBodyName returns "from", "subject" or "date" when line is such a field.
func inBodyName(line string) string {
	for _, n := range []string{"from", "subject", "date"} {
		if len(line) > len(n)+1 && strings.EqualFold(line[:len(n)], n) && line[len(n)] == ':' && isBlank(rune(line[len(n)+1])) {
			return n
		}
	}
	return ""
}

// isSeparatorLine reports whether text is the mbox line of git format-patch.
func isSeparatorLine(text string) bool {
	id, ok := strings.CutPrefix(text, "From ")
	id, magic := strings.CutSuffix(id, " Mon Sep 17 00:00:00 2001")
	return ok && magic && (len(id) == 40 || len(id) == 64) && strings.Trim(id, "0123456789abcdef") == ""
}

// stripSpace does what git stripspace does: no blanks at line ends, no blank
// lines at both ends, never two of them in a row, a line end at the end.
func stripSpace(s string) string {
	var b strings.Builder
	blank := false
	for line := range strings.Lines(s) {
		line = strings.TrimRightFunc(line, isBlank)
		if line == "" {
			blank = b.Len() > 0
			continue
		}
		if blank {
			b.WriteByte('\n')
			blank = false
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return b.String()
}

// stripCrud does to a name or an address what ident.c of git does: blanks and
// . , : ; < > " \ ' go from both ends, line ends and angle brackets everywhere.
func stripCrud(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' || strings.ContainsRune(`.,:;<>"\'`, r) })
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '<' || r == '>' || r == 0 {
			return -1
		}
		return r
	}, s)
}
