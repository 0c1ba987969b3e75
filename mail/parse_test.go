// SPDX-License-Identifier: MIT

package mail_test

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/fencebot/fencebot/mail"
)

func parse(t *testing.T, raw string) *mail.Message {
	t.Helper()
	m, err := mail.Parse([]byte(raw))
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return m
}

func TestParseHeader(t *testing.T) {
	t.Parallel()
	raw := strings.ReplaceAll(`Received: from x by y with `+"\x9c"+` id 1
From: "Doe, Jane" <jane@example.org>
To: list@example.org, Bob (x) <bob@example.org>
Cc: broken <, carl@example.org,
	"D, E" <de@example.org>
Date: Thu, 13 Mar 2025 10:00:00 +0100 (CET)
Subject: =?UTF-8?q?=5BPATCH=5D_gr=C3=BC=C3=9Fe?=
	=?ISO-8859-1?Q?_und_=FCber?=
Message-Id:
 <id@example.org>
In-Reply-To: <first@example.org>
In-Reply-To: Your message of "Mon" <second@example.org>
References: <root@example.org>
 <first@example.org>
References: <second@example.org> <root@example.org>
List-Id: A list <list.example.org>

body
`, "\n", "\r\n")
	want := &mail.Message{
		ID: "id@example.org", InReplyTo: "first@example.org",
		References: []string{"root@example.org", "first@example.org", "second@example.org"},
		From:       mail.Address{Name: "Doe, Jane", Addr: "jane@example.org"},
		To:         []mail.Address{{Addr: "list@example.org"}, {Name: "Bob", Addr: "bob@example.org"}},
		Cc:         []mail.Address{{Name: "carl@example.org", Addr: "carl@example.org"}, {Name: `E`, Addr: "de@example.org"}},
		Date:       time.Date(2025, 3, 13, 9, 0, 0, 0, time.UTC),
		Subject:    "[PATCH] grüße und über",
		ListID:     "list.example.org",
		Body:       "body\n", Raw: "body\n",
	}
	got := parse(t, raw)
	got.Date = got.Date.UTC()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
}

func TestParseOddHeaders(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		raw  string
		get  func(*mail.Message) string
		want string
	}{
		"no message id":         {"Subject: x\n\n", func(m *mail.Message) string { return m.ID }, ""},
		"bare message id":       {"Message-ID: 1@b\n\n", func(m *mail.Message) string { return m.ID }, "1@b"},
		"folded message id":     {"Message-ID: <1@\n b>\n\n", func(m *mail.Message) string { return m.ID }, "1@b"},
		"empty subject":         {"Subject:\nFrom: a@b\n\n", func(m *mail.Message) string { return m.Subject }, ""},
		"latin1 subject":        {"Subject: gr\xfc\xdfe\n\n", func(m *mail.Message) string { return m.Subject }, "grüße"},
		"unknown word charset":  {"Subject: =?x-none?q?a?=\n\n", func(m *mail.Message) string { return m.Subject }, "=?x-none?q?a?="},
		"NUL in the subject":    {"Subject: a\x00b\n\n", func(m *mail.Message) string { return m.Subject }, "ab"},
		"line that is no field": {"Subject: x\nno field here\nmore\n", func(m *mail.Message) string { return m.Body }, "no field here\nmore\n"},
		"header without body":   {"Subject: x", func(m *mail.Message) string { return m.Subject + m.Body }, "x"},
		"blank first line":      {"\n\nSubject: x\n\nb\n", func(m *mail.Message) string { return m.Subject + m.Body }, "xb\n"},
		"year out of range":     {"Subject: x\nDate: Sun, 11 Sep 22904 23:22:04 +0100\n\n", func(m *mail.Message) string { return m.Date.String() }, time.Time{}.String()},
		"date of git log":       {"Subject: x\nDate: Thu Mar 13 10:00:00 2025 +0100\n\n", func(m *mail.Message) string { return m.Date.UTC().Format(time.DateTime) }, "2025-03-13 09:00:00"},
		"date of git iso":       {"Subject: x\nDate: 2025-03-13 10:00:00 +0100\n\n", func(m *mail.Message) string { return m.Date.UTC().Format(time.DateTime) }, "2025-03-13 09:00:00"},
		"no list name":          {"Subject: x\nList-Id: list.example.org\n\n", func(m *mail.Message) string { return m.ListID }, "list.example.org"},
	}
	for name, c := range cases {
		if got := c.get(parse(t, c.raw)); got != c.want {
			t.Errorf("%s: %q; want %q", name, got, c.want)
		}
	}
}

func TestParseBody(t *testing.T) {
	t.Parallel()
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	multi := "Content-Type: multipart/mixed; boundary=\"b\"\n\npreamble\n"
	cases := map[string]struct {
		raw, body string // raw below "Subject: x\n"
		damage    string // part of Damage
	}{
		"7bit":                     {"\na\nb\n", "a\nb\n", ""},
		"no end of line":           {"\na", "a\n", ""},
		"quoted-printable":         {"Content-Transfer-Encoding: Quoted-Printable\n\n=C3=BC =3D =\nx=0D\n", "ü = x\r\n", ""},
		"base64":                   {"Content-Transfer-Encoding: base64\n\n" + b64("a\r\nü\n") + "\n", "a\r\nü\n", ""},
		"base64 cut":               {"Content-Transfer-Encoding: base64\n\n" + b64("abcdef")[:5] + "\n", "abc\n", "base64 body is cut off"},
		"8bit utf-8":               {"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nü\n", "ü\n", ""},
		"latin1":                   {"Content-Type: text/plain; charset=iso-8859-1\n\n\xfc\n", "ü\n", ""},
		"windows-1251":             {"Content-Type: text/plain; charset=windows-1251\n\n\xcf\xf0\n", "Пр\n", ""},
		"gb2312":                   {"Content-Type: text/plain; charset=GB2312\n\n\xc4\xe3\n", "你\n", ""},
		"iso-2022-jp":              {"Content-Type: text/plain; charset=ISO-2022-JP\n\n\x1b$B$\"\x1b(B\n", "あ\n", ""},
		"charset none":             {"Content-Type: text/plain; charset=\"none\"\n\nü\n", "ü\n", ""},
		"wrong charset":            {"Content-Type: text/plain; charset=utf-8\n\n\xfc\n", "ü\n", ""},
		"unknown encoding":         {"Content-Transfer-Encoding: rot13\n\nn\n", "n\n", `unknown transfer encoding "rot13"`},
		"bad content type":         {"Content-Type: text/plain; charset=utf-8; charset=utf-8; =x\n\na\n", "a\n", ""},
		"no mime type":             {"Content-Type: text\n\na\n", "a\n", ""},
		"alternative":              {strings.Replace(multi, "mixed", "alternative", 1) + "--b\n\nplain\n--b\nContent-Type: text/html\n\n<p>\n--b--\n", "plain\n", ""},
		"html only":                {"Content-Type: text/html\n\n<p>\n", "", "only HTML"},
		"patch after text":         {multi + "--b\nContent-Type: text/x-diff; name=x\n\ndiff\n--b\nContent-Type: text/plain\n\ntext\n--b--\n", "text\ndiff\n", ""},
		"patch by file name":       {multi + "--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"0001-x.patch\"\n\ndiff\n--b--\n", "diff\n", ""},
		"other attachments":        {multi + "--b\n\ntext\n--b\nContent-Type: text/plain; name=dmesg.txt\nContent-Disposition: attachment; filename=dmesg.txt\n\nlog\n--b\nContent-Type: image/png\n\nx\n--b--\n", "text\n", ""},
		"line above the boundary":  {multi + "--b\n\ntext\n\n--b--\n", "text\n\n", ""},
		"nested":                   {multi + "--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\ninner\n--c--\n--b\n\nouter\n--b--\n", "inner\nouter\n", ""},
		"no end boundary":          {multi + "--b\n\ntext\n", "text\n", "cut off"},
		"no boundary at all":       {"Content-Type: multipart/mixed\n\ntext\n", "text\n", ""},
		"too deep":                 {deep(30), "", "multiparts inside each other"},
		"too many parts":           {multi + strings.Repeat("--b\n\nx\n", 300) + "--b--\n", strings.Repeat("x\n", 200), "more than 200 parts"},
		"flowed":                   {"Content-Type: text/plain; format=flowed\n\na \nb\n  c\n-- \nd\n", "a b\n c\n-- \nd\n", ""},
		"flowed, delsp":            {"Content-Type: text/plain; format=flowed; delsp=yes\n\na \nb\n", "ab\n", ""},
		"flowed ends in soft line": {"Content-Type: text/plain; format=flowed\n\na \n-- \nd\n", "a \n-- \nd\n", ""},
		"flowed, no end of line":   {"Content-Type: text/plain; format=flowed\n\na ", "a \n", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := parse(t, "Subject: x\n"+c.raw)
			if m.Body != c.body {
				t.Errorf("Body = %q; want %q", m.Body, c.body)
			}
			if (m.Damage == "") != (c.damage == "") || !strings.Contains(m.Damage, c.damage) {
				t.Errorf("Damage = %q; want %q", m.Damage, c.damage)
			}
		})
	}
}

// deep returns n multiparts inside each other.
func deep(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("Content-Type: multipart/mixed; boundary=" + strings.Repeat("x", i+1) + "y\n\n--" + strings.Repeat("x", i+1) + "y\n")
	}
	return b.String() + "\ntext\n"
}

// TestRawIsNotConverted: the file that a latin1 patch changes is latin1, too.
func TestRawIsNotConverted(t *testing.T) {
	t.Parallel()
	m := parse(t, "Subject: x\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n+gr=FC=DFe\n")
	if m.Body != "+grüße\n" || m.Raw != "+gr\xfc\xdfe\n" {
		t.Errorf("Body %q, Raw %q", m.Body, m.Raw)
	}
}

func TestUnescapeFrom(t *testing.T) {
	t.Parallel()
	text := "Subject: x\n\n>From a\n>>From b\n> From c\n"
	for first, want := range map[string]string{
		"From mboxrd@z Thu Jan  1 00:00:00 1970\n":                                 "From a\n>From b\n> From c\n",
		"From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n": ">From a\n>>From b\n> From c\n",
		"": ">From a\n>>From b\n> From c\n",
	} {
		if got := parse(t, first+text).Body; got != want {
			t.Errorf("below %q: %q; want %q", first, got, want)
		}
	}
}

func TestParseAddress(t *testing.T) {
	t.Parallel()
	cases := map[string]mail.Address{
		"Jane Doe <jane@b>":                {Name: "Jane Doe", Addr: "jane@b"},
		`"Doe, Jane" <jane@b>`:             {Name: "Doe, Jane", Addr: "jane@b"},
		"jane@b (Jane Doe)":                {Name: "Jane Doe", Addr: "jane@b"},
		"jane@b":                           {Name: "jane@b", Addr: "jane@b"},
		"Jane <jane>":                      {Name: "Jane", Addr: "jane"},
		"Jane":                             {Name: "Jane"},
		"":                                 {},
		"@":                                {Name: "@", Addr: "@"},
		`"unclosed <a@b>`:                  {Name: "unclosed", Addr: "a@b"},
		`a\`:                               {Name: `a\`},
		"(((" + strings.Repeat("x", 70):    {Name: "(((" + strings.Repeat("x", 70)},
		strings.Repeat("N", 61) + " <a@b>": {Name: "a@b", Addr: "a@b"},
	}
	for in, want := range cases {
		if got := mail.ParseAddress(in); got != want {
			t.Errorf("ParseAddress(%q) = %+v; want %+v", in, got, want)
		}
	}
}

// FuzzParse demands text without surprises from any bytes.
func FuzzParse(f *testing.F) {
	seeds, err := filepath.Glob(filepath.Join("testdata", "mails", "*.eml"))
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, name := range seeds {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := mail.Parse(raw)
		if err != nil {
			return
		}
		for _, s := range []string{m.ID, m.InReplyTo, m.Subject, m.From.Name, m.Body, m.ListID} {
			if !utf8.ValidString(s) {
				t.Errorf("not UTF-8: %q", s)
			}
		}
		if strings.ContainsAny(m.Subject+m.ID+m.InReplyTo, "\n") {
			t.Errorf("line end in a field of %+v", m)
		}
		if limit := 8*len(raw) + 1000; len(m.Raw) > limit || len(m.Body) > limit {
			t.Errorf("%d bytes became %d and %d", len(raw), len(m.Raw), len(m.Body))
		}
	})
}

// FuzzSplit demands that no byte is lost between mails.
func FuzzSplit(f *testing.F) {
	f.Add([]byte("From a@b Fri Oct 22 11:51:02 2010\nA: b\n\nx\nFrom a@b Fri Oct 22 11:51:02 2010\nC: d\n"))
	f.Add([]byte("From x\n\nFrom a 1 11:51 2010\n>From \n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var all []byte
		for m, err := range mail.Split(bytes.NewReader(raw), mail.Limits{}) {
			if err != nil {
				t.Fatalf("Split: %v", err)
			}
			all = append(all, m...)
		}
		if got, want := bytes.TrimSpace(all), bytes.TrimSpace(raw); !bytes.Equal(got, want) {
			t.Errorf("Split lost bytes: %q of %q", got, want)
		}
	})
}

func TestNoEOL(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]bool{
		"Subject: x\n\na\n": false, "Subject: x\n\na": true, "Subject: x\n\n": false,
		"Subject: x\nContent-Transfer-Encoding: base64\n\nYQ==": false,
	} {
		if got := parse(t, raw).NoEOL; got != want {
			t.Errorf("NoEOL of %q = %v; want %v", raw, got, want)
		}
	}
}
