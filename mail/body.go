// SPDX-License-Identifier: MIT

package mail

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/charset"
	"github.com/emersion/go-message/textproto"
)

// A bodyReader collects the texts of a MIME tree that can hold a patch.
type bodyReader struct {
	msg        *Message
	parts      int
	html       bool // an HTML part was left out
	text, diff builder
}

// A builder holds one text twice: as UTF-8, and as the bytes that were sent.
type builder struct{ utf8, raw strings.Builder }

// readBody fills Body, Raw, Flowed and Damage of m.
func readBody(m *Message, h header, body []byte) {
	b := bodyReader{msg: m}
	var th textproto.Header
	for _, name := range []string{"Content-Type", "Content-Transfer-Encoding", "Content-Disposition"} {
		if v := h.get(name); v != "" {
			th.Set(name, v)
		}
	}
	b.part(th, bytes.NewReader(body), 0)
	m.Body = b.text.utf8.String() + b.diff.utf8.String()
	m.Raw = b.text.raw.String() + b.diff.raw.String()
	if m.Raw == m.Body {
		m.Raw = m.Body // one string instead of two equal ones
	}
	if m.Body == "" && b.html {
		b.damage("the mail has only HTML, send it as plain text")
	}
}

// damage notes the first reason why the body is not whole.
func (b *bodyReader) damage(format string, args ...any) {
	if b.msg.Damage == "" {
		b.msg.Damage = fmt.Sprintf(format, args...)
	}
}

// part reads one entity: a leaf, or a multipart and all below it.
func (b *bodyReader) part(h textproto.Header, r io.Reader, depth int) {
	typ, params := mediaType(h.Get("Content-Type"))
	if strings.HasPrefix(typ, "multipart/") && params["boundary"] != "" {
		b.multipart(textproto.NewMultipartReader(r, params["boundary"]), depth+1)
		return
	}
	into := b.target(typ, params, h)
	if into == nil {
		return
	}
	// go-message must not touch the charset: a diff is taken from the bytes.
	h.Set("Content-Type", "application/octet-stream")
	enc := strings.TrimSpace(h.Get("Content-Transfer-Encoding"))
	h.Set("Content-Transfer-Encoding", enc)
	e, err := message.New(message.Header{Header: h}, r)
	if err != nil {
		b.damage("unknown transfer encoding %q", enc)
	}
	data, err := io.ReadAll(e.Body)
	if err != nil {
		b.damage("the %s body is cut off or broken after %d bytes: %v", cmp.Or(strings.ToLower(enc), "plain"), len(data), err)
	}
	if depth == 0 && !strings.EqualFold(enc, "base64") && len(data) > 0 {
		b.msg.NoEOL = data[len(data)-1] != '\n'
	}
	if strings.EqualFold(params["format"], "flowed") && typ == "text/plain" {
		b.msg.Flowed = true
		data = unflow(data, strings.EqualFold(params["delsp"], "yes"))
	}
	if depth > 0 && !strings.EqualFold(enc, "base64") {
		data = append(data, lineBeforeBoundary...)
	}
	into.add(data, params["charset"])
}

// multipart reads the parts of mr. A missing end boundary is damage: a mail
// that was downloaded whole has one.
func (b *bodyReader) multipart(mr *textproto.MultipartReader, depth int) {
	if depth > maxDepth {
		b.damage("more than %d multiparts inside each other", maxDepth)
		return
	}
	for {
		p, err := mr.NextPart()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				b.damage("multipart ends early: %v", err)
			}
			return
		}
		if b.parts++; b.parts > maxParts {
			b.damage("more than %d parts", maxParts)
			return
		}
		b.part(p.Header, p, depth)
	}
}

// lineBeforeBoundary is what git leaves at the end of a part and MIME does not:
// the line end above the boundary. A hunk whose last context line is empty and
// was stripped of its blank has only this one.
const lineBeforeBoundary = "\n"

// target says where a leaf goes: to the text, to the diffs, or (nil) nowhere.
// Attachments count only when they call themselves patches.
func (b *bodyReader) target(typ string, params map[string]string, h textproto.Header) *builder {
	disp, dparams := mediaType(h.Get("Content-Disposition"))
	name := strings.ToLower(dparams["filename"] + params["name"])
	isDiff := strings.HasSuffix(name, ".patch") || strings.HasSuffix(name, ".diff")
	switch {
	case typ == "text/html":
		b.html = true
		return nil
	case isDiff, strings.HasSuffix(typ, "/x-patch"), strings.HasSuffix(typ, "/x-diff"):
		return &b.diff
	case typ == "text/plain" || typ == "":
		if disp == "attachment" && name != "" {
			return nil // a log or a config, not a patch
		}
		return &b.text
	case strings.HasPrefix(typ, "multipart/"), !strings.Contains(typ, "/"):
		return &b.text // no boundary, or no MIME type at all: what git would read as text
	}
	return nil
}

// add appends data, with a line end if it lacks one: parts must not join lines.
func (t *builder) add(data []byte, label string) {
	if len(data) > 0 && data[len(data)-1] != '\n' {
		data = append(data, '\n')
	}
	t.raw.Write(data)
	t.utf8.WriteString(decodeText(data, label))
}

// decodeText converts data from the charset that its mail names. With a charset
// that is unknown, missing or wrong, text that is valid UTF-8 is taken as such.
func decodeText(data []byte, label string) string {
	switch strings.ToLower(label) {
	case "", "utf-8", "us-ascii", "utf8":
		return toUTF8(string(data))
	}
	r, err := charset.Reader(strings.Trim(label, `"' `), bytes.NewReader(data))
	if err != nil {
		return toUTF8(string(data))
	}
	out, err := io.ReadAll(r)
	if err != nil {
		return toUTF8(string(data))
	}
	return string(out)
}

// mediaType parses a Content-Type or Content-Disposition. Of a value that RFC
// 2045 forbids it still finds the type and the parameters that matter here.
func mediaType(v string) (string, map[string]string) {
	if typ, params, err := mime.ParseMediaType(v); err == nil {
		return typ, params
	}
	typ, rest, _ := strings.Cut(v, ";")
	params := map[string]string{}
	for p := range strings.SplitSeq(rest, ";") {
		key, val, ok := strings.Cut(strings.TrimSpace(p), "=")
		if ok && params[strings.ToLower(key)] == "" {
			params[strings.ToLower(key)] = strings.Trim(val, `"`)
		}
	}
	return strings.ToLower(strings.TrimSpace(typ)), params
}
