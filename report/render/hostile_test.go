// SPDX-License-Identifier: MIT

package render

import (
	"bytes"
	"io"
	"mime"
	"net/mail"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/fencebot/fencebot/report"
)

// TestHostile: a report full of evil strings stays text in every form.
func TestHostile(t *testing.T) {
	t.Parallel()
	r := hostile()
	outputs := map[string]string{}
	for form, write := range map[string]func(io.Writer, report.Report) error{
		"html": HTML,
		"mail": func(w io.Writer, r report.Report) error { return Mail(w, r, MailOptions{}) },
		"text": func(w io.Writer, r report.Report) error { return Text(w, r, TextOptions{}) },
	} {
		var b strings.Builder
		if err := write(&b, r); err != nil {
			t.Fatal(err)
		}
		outputs[form] = b.String()
	}
	for form, s := range outputs {
		if !utf8.ValidString(s) {
			t.Errorf("%s: not UTF-8", form)
		}
		for _, c := range s {
			if c != '\n' && c != '\t' && (unicode.IsControl(c) || hidden(c)) {
				t.Errorf("%s: has the character %U", form, c)
				break
			}
		}
	}
	if s := outputs["html"]; strings.Contains(s, "<script") || strings.Contains(s, "onload=\"") {
		t.Error("html: markup of a stranger got through")
	}
	for line := range strings.SplitSeq(outputs["mail"], "\n") {
		if len(line) > 998 {
			t.Errorf("mail: a line of %d bytes", len(line))
		}
		if strings.HasPrefix(line, "diff --git") || strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "From ") {
			t.Errorf("mail: a line of a guest stands at the margin: %q", line)
		}
	}
}

// TestHostileHeader: no name, subject or id adds a header field or ends the header.
func TestHostileHeader(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := Mail(&b, hostile(), MailOptions{From: report.Address{Name: evil, Addr: evil}, MessageID: evil}); err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(&b)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"X-Fencebot-Report": true, "X-Fencebot-Verdict": true, "From": true, "To": true, "Cc": true, "Subject": true,
		"Date": true, "Message-Id": true, "In-Reply-To": true, "References": true, "Auto-Submitted": true, "Mime-Version": true,
		"Content-Type": true, "Content-Transfer-Encoding": true}
	for k, v := range m.Header {
		if !known[k] || len(v) != 1 {
			t.Errorf("header has %s: %q", k, v)
		}
	}
	cc, err := m.Header.AddressList("Cc")
	if err != nil || len(cc) != 1 || cc[0].Address != "ok@example.org" || cc[0].Name != `"; b@c` {
		t.Errorf("Cc = %v, %v", cc, err)
	}
	to, err := m.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Address != "jane@example.org" {
		t.Errorf("To = %v, %v", to, err)
	}
	if got := m.Header.Get("References"); got != "<ok@example.org>" {
		t.Errorf("References = %q", got)
	}
}

// TestHuge: 10 MB of a guest end up as a bounded page and mail.
func TestHuge(t *testing.T) {
	t.Parallel()
	r := samples(t)["findings"]
	r.Findings[0].Raw = strings.Repeat("x", 10<<20)
	r.Findings[0].Title = strings.Repeat("\x1b", 10<<20)
	r.Findings[0].Classes = []string{strings.Repeat("<", 1<<20)}
	r.Error = strings.Repeat("é", 1<<20)
	for form, write := range map[string]func(io.Writer, report.Report) error{
		"html": HTML,
		"mail": func(w io.Writer, r report.Report) error { return Mail(w, r, MailOptions{}) },
		"text": func(w io.Writer, r report.Report) error { return Text(w, r, TextOptions{}) },
	} {
		var b bytes.Buffer
		if err := write(&b, r); err != nil {
			t.Fatal(err)
		}
		if b.Len() > 1<<20 {
			t.Errorf("%s has %d bytes", form, b.Len())
		}
	}
}

// FuzzHeader: any text becomes a header value that is ASCII, one line before
// folding, and decodes to the text without its control characters.
func FuzzHeader(f *testing.F) {
	for _, s := range []string{"plain", evil, "Jané Döe", "=?utf-8?q?x?=", "=?utf-8?q?a_b?= c", strings.Repeat("日本語", 100), "a\r\nBcc: x@y", "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		enc := encodeText(s)
		if !isASCII(enc) || strings.ContainsAny(enc, "\r\n\x00") {
			t.Fatalf("encodeText(%q) = %q", s, enc)
		}
		dec, err := new(mime.WordDecoder).DecodeHeader(enc)
		if err != nil {
			t.Fatal(err)
		}
		clean := strings.Join(strings.Fields(strings.Map(func(r rune) rune {
			if r < 0x20 || r == 0x7f || hidden(r) {
				return ' '
			}
			return r
		}, strings.ToValidUTF8(cut(s, maxSubject), "?"))), " ")
		if dec != clean {
			t.Errorf("decoded %q; want %q", dec, clean)
		}
		var b strings.Builder
		headerField(&b, "Subject", enc)
		m, err := mail.ReadMessage(strings.NewReader(b.String() + "\nbody"))
		if err != nil || len(m.Header) != 1 {
			t.Errorf("header %q: %v, %v", b.String(), m, err)
		}
		for line := range strings.SplitSeq(b.String(), "\n") {
			if len(line) > 998 {
				t.Errorf("a header line of %d bytes", len(line))
			}
		}
	})
}

// FuzzMailbox: what is taken for an address parses as exactly that address.
func FuzzMailbox(f *testing.F) {
	f.Add("Jane", "jane@example.org")
	f.Add(evil, "a@b")
	f.Add(`a "b" \c`, "x@[127.0.0.1]")
	f.Add("x, y", "a@b, c@d")
	f.Fuzz(func(t *testing.T, name, addr string) {
		s, ok := mailbox(report.Address{Name: name, Addr: addr})
		if !ok {
			return
		}
		list, err := mail.ParseAddressList(s)
		if err != nil || len(list) != 1 || list[0].Address != addr {
			t.Errorf("mailbox(%q, %q) = %q, which parses as %v, %v", name, addr, s, list, err)
		}
	})
}

// FuzzVisible: the result is valid text without anything hidden, and plain
// text stays as it is.
func FuzzVisible(f *testing.F) {
	f.Add(evil)
	f.Add("plain\ttext\n")
	f.Fuzz(func(t *testing.T, s string) {
		got := visible(s)
		for _, r := range got {
			if r == utf8.RuneError && !strings.ContainsRune(s, utf8.RuneError) || r != '\n' && r != '\t' && (unicode.IsControl(r) || hidden(r)) {
				t.Errorf("visible(%q) = %q", s, got)
			}
		}
		if again := visible(got); again != got {
			t.Errorf("visible twice: %q, then %q", got, again)
		}
		if len(field(s)) > maxField || strings.Contains(field(s), "\n") {
			t.Errorf("field(%q) = %q", s, field(s))
		}
	})
}
