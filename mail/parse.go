// SPDX-License-Identifier: MIT

package mail

import (
	"bytes"
	"errors"
	"strings"
)

// ErrNotMail reports bytes that do not begin like a mail.
var ErrNotMail = errors.New("not a mail: no From, Subject, Date or Message-ID field at the top")

// Parse reads one mail, with or without an mbox line at its top. CRLF line ends
// are turned to LF once, before MIME is decoded (as git mailsplit does). In a
// file whose mbox line was not written by git format-patch, ">From " in the text
// becomes "From " again; format-patch does not escape, so there it stays.
//
// The error is [ErrNotMail], or a [*LimitError] for an oversize header. Damage
// further down sets [Message.Damage] and is no error.
func Parse(raw []byte) (*Message, error) {
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	raw = bytes.TrimLeft(raw, " \t\r\n")
	escaped := false
	if bytes.HasPrefix(raw, []byte("From ")) {
		line, rest, _ := bytes.Cut(raw, []byte("\n"))
		escaped = isMboxLine(line) && !bytes.HasSuffix(line, []byte("Mon Sep 17 00:00:00 2001"))
		raw = rest
	}
	head, body := cutHeader(raw)
	if len(raw)-len(body) > maxHeaderBytes {
		return nil, &LimitError{What: "header of the mail", Limit: maxHeaderBytes, Unit: "bytes",
			Hint: "no mailer writes such a mail, take it out"}
	}
	if !head.has("From", "Subject", "Date", "Message-Id") {
		return nil, ErrNotMail
	}
	if escaped {
		body = unescapeFrom(body)
	}
	m := &Message{
		From:    ParseAddress(head.text("From")),
		To:      parseAddresses(head.texts("To")),
		Cc:      parseAddresses(head.texts("Cc")),
		Date:    ParseDate(head.get("Date")),
		Subject: head.text("Subject"),
		ListID:  listID(head.text("List-Id")),
	}
	if id := ids(head.all("Message-Id")); len(id) > 0 {
		m.ID = id[0]
	}
	if id := ids(head.all("In-Reply-To")); len(id) > 0 {
		m.InReplyTo = id[0]
	}
	m.References = ids(head.all("References"))
	readBody(m, head, body)
	return m, nil
}

// unescapeFrom takes one ">" off every line that begins with ">From ", or with
// more of them (mboxrd). What mboxo wrote looks the same.
func unescapeFrom(body []byte) []byte {
	if !bytes.Contains(body, []byte(">From ")) {
		return body
	}
	out := make([]byte, 0, len(body))
	for line := range bytes.Lines(body) {
		if t := bytes.TrimLeft(line, ">"); len(t) < len(line) && bytes.HasPrefix(t, []byte("From ")) {
			line = line[1:]
		}
		out = append(out, line...)
	}
	return out
}

// ids returns the message ids in field values, in order and without duplicates.
// A value without angle brackets is one id when it has no blanks. Fields that
// appear twice or are folded (git send-email with --in-reply-to and --thread did
// both) are simply more text.
func ids(values []string) []string {
	var out []string
	seen := map[string]bool{}
	add := func(id string) {
		id = strings.Join(strings.Fields(strings.ToValidUTF8(id, "")), "")
		if id != "" && !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	for _, v := range values {
		if bare := strings.TrimSpace(v); !strings.ContainsAny(bare, "<> \t") {
			add(bare)
			continue
		}
		for {
			_, rest, ok := strings.Cut(v, "<")
			id, after, closed := strings.Cut(rest, ">")
			if !ok || !closed {
				break
			}
			add(id)
			v = after
		}
	}
	if len(out) > maxIDs {
		out = out[len(out)-maxIDs:]
	}
	return out
}

// listID returns what stands between the last angle brackets of a List-Id.
func listID(v string) string {
	if i := strings.LastIndexByte(v, '<'); i >= 0 {
		v, _, _ = strings.Cut(v[i+1:], ">")
	}
	return strings.TrimSpace(v)
}
