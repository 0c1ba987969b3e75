// SPDX-License-Identifier: MIT

package mail

import (
	"bytes"
	"mime"
	netmail "net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding/charmap"
)

// A header is the fields of a mail in order, unfolded and not decoded. It is
// laxer than textproto: fuzzed and hand-made mails must be readable as far as
// git reads them.
type header []field

// A field keeps its lines apart: a header of nothing but continuation lines must
// not cost more than its size.
type field struct {
	name  string
	lines []string
}

// cutHeader splits raw at the end of its header, which is a blank line or, as
// in git mailinfo, the first line that is no field. Then the body begins with
// that line.
func cutHeader(raw []byte) (header, []byte) {
	var h header
	for len(raw) > 0 {
		line, rest, _ := bytes.Cut(raw, []byte("\n"))
		text := bytes.TrimRight(line, " \t\r")
		name := fieldName(line)
		switch {
		case len(text) == 0 && len(line) == len(text):
			return h, rest
		case (line[0] == ' ' || line[0] == '\t') && len(h) > 0:
			h[len(h)-1].lines = append(h[len(h)-1].lines, string(text))
		case bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From ")):
		case name == "":
			return h, raw
		default:
			h = append(h, field{name, []string{string(text[min(len(name)+1, len(text)):])}})
		}
		raw = rest
	}
	return h, nil
}

// has reports whether any of the fields is there.
func (h header) has(names ...string) bool {
	for _, n := range names {
		if len(h.all(n)) > 0 {
			return true
		}
	}
	return false
}

// all returns the values of every field of that name, unfolded.
func (h header) all(name string) []string {
	var out []string
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			out = append(out, unfold(f.lines))
		}
	}
	return out
}

// get returns the last field of that name, as git does, or "".
func (h header) get(name string) string {
	all := h.all(name)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

func (h header) text(name string) string { return DecodeHeader(h.get(name)) }

func (h header) texts(name string) []string {
	all := h.all(name)
	for i := range all {
		all[i] = DecodeHeader(all[i])
	}
	return all
}

// unfold joins continuation lines with one blank, as git mailinfo does.
func unfold(lines []string) string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.TrimLeft(l, " \t")
	}
	return strings.TrimSpace(strings.Join(out, " "))
}

// DecodeHeader decodes the RFC 2047 words of an unfolded field value. A value
// that cannot be decoded stays as it is. The result is valid UTF-8: bytes that
// are none are read as windows-1252, and NUL bytes are dropped.
func DecodeHeader(v string) string {
	if strings.Contains(v, "=?") {
		dec := mime.WordDecoder{CharsetReader: charset.Reader}
		if s, err := dec.DecodeHeader(v); err == nil {
			v = s
		}
	}
	return strings.ReplaceAll(toUTF8(v), "\x00", "")
}

// toUTF8 returns s, read as windows-1252 when it is not valid UTF-8: the commonest
// charset of mails that name none or a wrong one.
func toUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	out, err := charmap.Windows1252.NewDecoder().String(s)
	if err != nil {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return out
}

// ParseDate reads a Date field, or the Date line of a patch. It returns the zero
// time when it cannot: years outside 1970..9999 count as unreadable, since
// neither git nor JSON can carry them.
func ParseDate(v string) time.Time {
	v = strings.Join(strings.Fields(v), " ")
	t, err := netmail.ParseDate(v)
	for _, layout := range []string{
		"Mon Jan 2 15:04:05 2006 -0700", "Mon Jan 2 15:04:05 2006", // git log
		"2006-01-02 15:04:05 -0700", time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05",
	} {
		if err == nil {
			break
		}
		t, err = time.Parse(layout, v)
	}
	if err != nil || t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}
