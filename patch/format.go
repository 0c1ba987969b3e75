// SPDX-License-Identifier: MIT

package patch

import (
	"fmt"
	"mime"
	"mime/quotedprintable"
	"strings"
	"time"

	"github.com/fencebot/fencebot/mail"
)

// Mbox writes a series as mails that Assemble reads back to the same patches:
// what a report carries to run a check again. The mails are plain ASCII
// (RFC 2045 quoted-printable), so that bytes which are no UTF-8 survive JSON.
// Recipients and replies are not part of it.
func Mbox(s Series) string {
	var b strings.Builder
	cover := ""
	if s.Cover != nil {
		cover = s.Cover.ID
		writeMail(&b, envelope{id: cover, from: s.Cover.From, date: s.Cover.Date, subject: s.Cover.Subject}, s.Cover.Raw)
	}
	for _, p := range s.Patches {
		e := envelope{id: p.MessageID, parent: cover, from: p.Author, date: p.Date, subject: Prefix(s, p.Number) + " " + p.Subject}
		if e.id == cover {
			e.parent = ""
		}
		body := p.Body
		if p.Number == 1 && s.Cover == nil && s.BaseCommit != "" {
			e.base = s.BaseCommit
		}
		if body != "" && !strings.HasSuffix(body, "\n") {
			body += "\n"
		}
		writeMail(&b, e, body+"---\n\n"+p.Diff)
	}
	return b.String()
}

// Prefix is the bracket in front of the subject of a patch, as git format-patch
// writes it.
func Prefix(s Series, number int) string {
	version := ""
	if s.Version > 1 {
		version = fmt.Sprintf(" v%d", s.Version)
	}
	if s.Total == 1 && s.Cover == nil {
		return "[PATCH" + version + "]"
	}
	return fmt.Sprintf("[PATCH%s %d/%d]", version, number, s.Total)
}

// An envelope is the header of a mail that writeMail makes.
type envelope struct {
	id, parent string
	from       mail.Address
	date       time.Time
	subject    string
	base       string // base-commit: at the end
}

func writeMail(b *strings.Builder, e envelope, body string) {
	b.WriteString("From fencebot Mon Sep 17 00:00:00 2001\n")
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(b, "%s: %s\n", name, oneLine(value))
		}
	}
	field("Message-ID", angle(e.id))
	field("In-Reply-To", angle(e.parent))
	field("References", angle(e.parent))
	field("From", strings.TrimSpace(encodeName(e.from.Name)+" <"+e.from.Addr+">"))
	if !e.date.IsZero() {
		field("Date", e.date.Format(time.RFC1123Z))
	}
	field("Subject", mime.QEncoding.Encode("utf-8", e.subject))
	b.WriteString("MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n")
	if e.base != "" {
		body += "\nbase-commit: " + e.base + "\n"
	}
	writeQuoted(b, body)
	b.WriteString("\n")
}

// writeQuoted encodes body line by line: the line ends are the mail's, every
// other byte, carriage returns too, comes back as it was.
func writeQuoted(b *strings.Builder, body string) {
	for line := range strings.Lines(body) {
		text, ended := strings.CutSuffix(line, "\n")
		w := quotedprintable.NewWriter(b)
		w.Binary = true
		w.Write([]byte(text)) // a strings.Builder never fails
		w.Close()
		if ended {
			b.WriteString("\n")
		} else {
			b.WriteString("=\n")
		}
	}
}

func angle(id string) string {
	if id == "" {
		return ""
	}
	return "<" + id + ">"
}

// encodeName writes a display name so that no parser takes it for more.
func encodeName(name string) string {
	if name == "" {
		return ""
	}
	if enc := mime.QEncoding.Encode("utf-8", name); enc != name {
		return enc
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
}

// oneLine keeps a value from starting a field of its own.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return ' '
		}
		return r
	}, s)
}
