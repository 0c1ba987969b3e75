// SPDX-License-Identifier: MIT

package render

import (
	"fmt"
	"net/mail"
	"strings"
	"unicode/utf8"

	"github.com/fencebot/fencebot/report"
)

// Limits of a header: mail programs and list software choke on more.
const (
	foldAt     = 76  // columns
	maxSubject = 500 // bytes of a decoded subject
	maxAddress = 50  // addresses in one field
	maxID      = 250 // bytes of a Message-ID or an address
	maxName    = 100 // bytes of a display name
	maxRefs    = 30  // ids in References: the first, which is the root, and the last ones
)

// headerField writes one field, folded at spaces. The value must have been
// encoded; a stray line end in it is taken for a space all the same.
func headerField(b *strings.Builder, name, value string) {
	used := len(name) + 1
	b.WriteString(name + ":")
	for i, word := range strings.Fields(value) {
		if i > 0 && used+1+len(word) > foldAt {
			b.WriteString("\n")
			used = 0
		}
		b.WriteString(" " + word)
		used += 1 + len(word)
	}
	b.WriteString("\n")
}

// encodeText makes a header value out of any text (RFC 2047). Line ends and
// other control characters become spaces, and text that looks like an encoded
// word is encoded itself, so that nothing decodes to something else.
func encodeText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || hidden(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(cut(s, maxSubject), "?"))
	s = strings.Join(strings.Fields(s), " ")
	if isASCII(s) && !strings.Contains(s, "=?") {
		return s
	}
	return encodedWords(s)
}

// encodedWords writes Q-encoded words of at most 75 characters, split between
// runes. The space between two of them does not count when they are decoded.
func encodedWords(s string) string {
	const open, closing = "=?utf-8?q?", "?="
	var out, word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			if out.Len() > 0 {
				out.WriteByte(' ')
			}
			out.WriteString(open + word.String() + closing)
			word.Reset()
		}
	}
	for len(s) > 0 {
		_, n := utf8.DecodeRuneInString(s)
		var enc strings.Builder
		for _, c := range []byte(s[:n]) {
			switch {
			case c == ' ':
				enc.WriteByte('_')
			case c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte("!*+-/", c) >= 0:
				enc.WriteByte(c) // safe in every place a word can be in, RFC 2047 section 5
			default:
				fmt.Fprintf(&enc, "=%02X", c)
			}
		}
		if len(open)+word.Len()+enc.Len()+len(closing) > 75 {
			flush()
		}
		word.WriteString(enc.String())
		s = s[n:]
	}
	flush()
	return out.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// addressList writes mailboxes; those that are none are left out.
func addressList(list []report.Address) string {
	var out []string
	seen := map[string]bool{}
	for _, a := range list {
		s, ok := mailbox(a)
		key := strings.ToLower(a.Addr)
		if !ok || seen[key] || len(out) == maxAddress {
			continue
		}
		seen[key] = true
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// mailbox writes one address. ok is false when it cannot be one.
func mailbox(a report.Address) (s string, ok bool) {
	if len(a.Addr) > maxID || !token(a.Addr) || strings.Count(a.Addr, "@") != 1 || strings.ContainsAny(a.Addr, `,;:()[]"\`) {
		return "", false
	}
	if _, err := mail.ParseAddress("<" + a.Addr + ">"); err != nil {
		return "", false
	}
	name := encodeText(cut(a.Name, maxName))
	switch {
	case name == "":
		return a.Addr, true
	case strings.HasPrefix(name, "=?"):
	case strings.ContainsAny(name, `()<>[]:;@\,."`):
		name = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
	}
	return name + " <" + a.Addr + ">", true
}

// messageID writes an id with its brackets, or "" when it cannot be one.
func messageID(id string) string {
	id = strings.TrimSuffix(strings.TrimPrefix(id, "<"), ">")
	if id == "" || len(id) > maxID || !token(id) || !strings.Contains(id, "@") {
		return ""
	}
	return "<" + id + ">"
}

// token reports whether s is printable ASCII without spaces and angle brackets.
func token(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '<' || c == '>' {
			return false
		}
	}
	return s != ""
}

// references writes the ids of a thread, the mail that is answered last.
func references(refs []string, parent string) string {
	var out []string
	for _, id := range append(refs[:len(refs):len(refs)], parent) {
		if id = messageID(id); id != "" && (len(out) == 0 || out[len(out)-1] != id) {
			out = append(out, id)
		}
	}
	if len(out) > maxRefs {
		out = append(out[:1], out[len(out)-maxRefs+1:]...)
	}
	return strings.Join(out, " ")
}
