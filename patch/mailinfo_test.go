// SPDX-License-Identifier: MIT

package patch_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
)

const diffText = "diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n-- \n2.39.5\n\n"

// mailWith joins header lines and a body to a mail with the usual fields.
func mailWith(header, body string) string {
	for _, f := range []string{"From: A Tester <a@example.org>", "Date: Thu, 13 Mar 2025 10:00:00 +0100", "Subject: [PATCH] drm: fix it"} {
		name, _, _ := strings.Cut(f, ":")
		if !strings.Contains("\n"+header, "\n"+name+":") {
			header = f + "\n" + header
		}
	}
	return strings.TrimRight(header, "\n") + "\n\n" + body
}

// TestFromMessageIsMailinfo runs each mail through real git as well.
func TestFromMessageIsMailinfo(t *testing.T) {
	t.Parallel()
	plain := "Why.\n\nSigned-off-by: A <a@example.org>\n---\n f | 2 +-\n\n" + diffText
	cases := map[string]string{
		"plain":                   mailWith("", plain),
		"crlf transport":          strings.ReplaceAll(mailWith("", plain), "\n", "\r\n"),
		"in-body from":            mailWith("", "From: Real Author <real@example.org>\n\n"+plain),
		"in-body from, subject":   mailWith("", "From: Real <real@example.org>\nSubject: [PATCH v2] drm: other\n title\nDate: Fri, 14 Mar 2025 10:00:00 +0200\n\n"+plain),
		"in-body without blank":   mailWith("", "From: Real <real@example.org>\nSubject: drm: other\ntext follows\n"+plain),
		"in-body twice":           mailWith("", "From: Real <real@example.org>\nFrom: Second <second@example.org>\n\n"+plain),
		"in-body after text":      mailWith("", "Hello,\nFrom: Real <real@example.org>\n\n"+plain),
		"in-body after blanks":    mailWith("", "\n\nFrom: Real <real@example.org>\n\n"+plain),
		"in-body encoded":         mailWith("", "From: =?UTF-8?q?J=C3=BCrgen?= <j@example.org>\n\n"+plain),
		"in-body folded":          mailWith("", "From: Somebody with a long name\n <long@example.org>\n\n"+plain),
		"in-body patch line":      mailWith("", "[PATCH] drm: title in the text\n\n"+plain),
		"in-body escaped from":    mailWith("", ">From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: Real <real@example.org>\n\n"+plain),
		"in-body without value":   mailWith("", "From:\n\n"+plain),
		"in-body, no patch":       mailWith("", "From: Real <real@example.org>\n\ntext\n"),
		"scissors are text":       mailWith("", "Hi\n-- >8 --\nFrom: Real <real@example.org>\nSubject: other\n\n"+plain),
		"no separator":            mailWith("", "Why.\n\n"+diffText),
		"plain diff":              mailWith("", "Why.\n\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n"),
		"Index line":              mailWith("", "Why.\n\nIndex: f\n====\n--- f\n+++ f\n@@ -1 +1 @@\n-old\n+new\n"),
		"separator with blanks":   mailWith("", "Why.\n--- \t\nnot in the log\n"+diffText),
		"longer dashes are text":  mailWith("", "Title\n----\nWhy.\n---\n"+diffText),
		"blank lines":             mailWith("", "\n\nWhy.  \n\n\n\nMore.\t\n\n---\n"+diffText),
		"indented first line":     mailWith("", "  Why.\n---\n"+diffText),
		"subject prefixes":        mailWith("Subject: Re: [foo] [PATCH v2 1/3] : [media]  drm:  two   blanks", plain),
		"subject unclosed":        mailWith("Subject: [PATCH drm: x", plain),
		"subject later bracket":   mailWith("Subject: [PATCH] drm: [x] y", plain),
		"subject folded":          mailWith("Subject: [PATCH] drm: a long\n\ttitle that goes on", plain),
		"subject encoded":         mailWith("Subject: =?UTF-8?q?=5BPATCH=5D=20drm=3A=20gr=C3=BC=C3=9Fe?=\n =?UTF-8?q?_und_mehr?=", plain),
		"subject latin1":          mailWith("Subject: =?ISO-8859-1?Q?[PATCH]_gr=FC=DFe?=", plain),
		"subject reply only":      mailWith("Subject: Re: Re: re: x", plain),
		"from quoted":             mailWith("From: \"Doe, Jane\" <jane@example.org>", plain),
		"from escaped quote":      mailWith(`From: "Jane \"J\" Doe" <jane@example.org>`, plain),
		"from comment":            mailWith("From: jane@example.org (Jane Doe)", plain),
		"from name and comment":   mailWith("From: Jane (corp) Doe <jane@example.org> (Work)", plain),
		"from bare":               mailWith("From: jane@example.org", plain),
		"from brackets":           mailWith("From: <jane@example.org>", plain),
		"from no domain":          mailWith("From: Jane Doe <jane>", plain),
		"from short":              mailWith("From: Li <li@example.org>", plain),
		"from at in name":         mailWith("From: \"jane@corp\" <jane@example.org>", plain),
		"from via list":           mailWith("From: Jane Doe via B4 Relay <devnull+jane.example.org@kernel.org>", plain),
		"from encoded":            mailWith("From: =?UTF-8?B?SsO8cmdlbiBHcm/Dnw==?= <j@example.org>", plain),
		"from raw utf-8":          mailWith("From: Jürgen <j@example.org>", plain),
		"from twice":              mailWith("From: One <one@example.org>\nFrom: Two <two@example.org>", plain),
		"from long":               mailWith("From: "+strings.Repeat("Very Long Name ", 5)+"<long@example.org>", plain),
		"latin1 body":             mailWith("Content-Type: text/plain; charset=ISO-8859-1\nContent-Transfer-Encoding: 8bit", "Gr\xfc\xdfe.\n---\n"+strings.Replace(diffText, "+new", "+n\xfcw", 1)),
		"quoted-printable":        mailWith("Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: quoted-printable", "Gr=C3=BC=C3=9Fe, a long line =\nthat goes on.\n---\n"+strings.Replace(diffText, "\n-- ", "\n--=20", 1)),
		"quoted-printable cr":     mailWith("Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable", "Why.\n---\n"+strings.Replace(diffText, "+new\n-- ", "+new=0D\n--=20", 1)),
		"base64":                  mailWith("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64", base64Lines("Grüße.\n---\n"+diffText)),
		"multipart":               mailWith("Content-Type: multipart/mixed; boundary=\"b\"", "preamble\n--b\nContent-Type: text/plain\n\nWhy.\n---\n"+diffText+"\n--b--\n"),
		"flowed, stuffed":         mailWith("Content-Type: text/plain; format=flowed", "Why is \nthis.\n---\n"+strings.Replace(diffText, "@@ -1 +1 @@\n", "@@ -1,2 +1,2 @@\n  context\n", 1)),
		"flowed, delsp":           mailWith("Content-Type: text/plain; format=flowed; delsp=yes", "Why is \nthis.\n---\n"+diffText),
		"escaped From stays":      "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n" + mailWith("", ">From here on.\n---\n"+diffText),
		"format-patch separator":  "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n" + mailWith("", plain),
		"date with comment":       mailWith("Date: Thu, 13 Mar 2025 10:00:00 +0000 (GMT)", plain),
		"date without weekday":    mailWith("Date: 13 Mar 2025 10:00:00 -0700", plain),
		"header without blank":    mailWith("X-Odd:value\nSubject: [PATCH] drm: fix it", plain),
		"header of small letters": mailWith("subject: [PATCH] drm: small", plain),
	}
	for name, raw := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compareWithMailinfo(t, raw)
		})
	}
}

func base64Lines(s string) string {
	enc := base64.StdEncoding.EncodeToString([]byte(s))
	var b strings.Builder
	for len(enc) > 76 {
		b.WriteString(enc[:76] + "\n")
		enc = enc[76:]
	}
	return b.String() + enc + "\n"
}

// shared returns a path below the directory of shared data, or skips the test.
func shared(t *testing.T, parts ...string) string {
	t.Helper()
	root := os.Getenv("FENCEBOT_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "shared") // next to the module
	}
	path := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("shared test data is not here: %v", err)
	}
	return path
}

// TestSharedMailsAreMailinfo compares every single mail of the shared samples
// that git can read.
func TestSharedMailsAreMailinfo(t *testing.T) {
	t.Parallel()
	dir := shared(t, "data", "mail")
	for _, pattern := range []string{"b4/*.mbox", "patchwork/series/*.mbox", "nipa/*.mbox", "../../corpus/*/series.mbox"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, name := range files {
			t.Run(filepath.Base(name), func(t *testing.T) {
				t.Parallel()
				f, err := os.Open(name)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				for raw, err := range mail.Split(f, mail.Limits{}) {
					if err != nil {
						t.Fatal(err)
					}
					compareWithMailinfo(t, string(raw))
				}
			})
		}
	}
}

// TestCommitsAreThoseOfAm sends commits through format-patch and reads them back
// as git am does: author, date and message must be the same to the byte.
func TestCommitsAreThoseOfAm(t *testing.T) {
	t.Parallel()
	type commit struct{ author, date, message string }
	commits := []commit{
		{"Tester <tester@example.org>", "2025-03-13T10:00:00+01:00", "drm: plain\n\nWhy.\n\nSigned-off-by: T <t@example.org>\n"},
		{"Jürgen Groß <j@example.org>", "2025-03-13T11:00:00-0730", "drm: grüße an alle, in einem Titel, der so lang ist, dass er umbrochen wird\n\nGrüße.\n"},
		{"Jane Q. Doe Jr. <jane@example.org>", "2025-03-13T12:00:00Z", "drm: [not] a tag\n\n  indented\n\ttab\n\nlast\n"},
		{"O'Brien, \"Bob\" (x) <bob@example.org>", "2025-03-13T13:00:00Z", "no body\n"},
		{"Li <li@example.org>", "2025-03-13T14:00:00Z", "drm: text like a mail\n\nFrom here on\n>From there\nFrom: nobody <n@example.org>\nDate: never\n"},
	}
	origin, fresh := t.TempDir(), t.TempDir()
	gitOut(t, origin, "", "init", "-q")
	for i, c := range commits {
		if err := os.WriteFile(filepath.Join(origin, "f"), []byte(strings.Repeat("line\n", i+1)), 0o644); err != nil {
			t.Fatal(err)
		}
		gitOut(t, origin, "", "add", "f")
		gitOut(t, origin, c.message, "commit", "-q", "--author="+c.author, "--date="+c.date, "-F", "-")
	}
	gitOut(t, origin, "", "format-patch", "-q", "--root", "--attach=x", "-1", "HEAD~4", "-o", filepath.Join(fresh, "out"), "--start-number=1")
	gitOut(t, origin, "", "format-patch", "-q", "-4", "-o", filepath.Join(fresh, "out"), "--start-number=2")

	gitOut(t, fresh, "", "init", "-q")
	files, err := filepath.Glob(filepath.Join(fresh, "out", "*.patch"))
	if err != nil || len(files) != len(commits) {
		t.Fatalf("format-patch wrote %v, %v", files, err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		gitOut(t, fresh, "", "am", "-q", name)
		want := gitOut(t, fresh, "", "log", "-1", "--format=%an%n%ae%n%at %ai%n%B")
		p := patch.FromMessage(parseMail(t, string(raw)))
		got := p.Author.Name + "\n" + p.Author.Addr + "\n" +
			gitDate(p) + "\n" + p.CommitMessage() + "\n"
		if got != want {
			t.Errorf("%s:\n got %q\nwant %q", filepath.Base(name), got, want)
		}
	}
}

func gitDate(p patch.Patch) string {
	return strings.Join([]string{itoa(p.Date.Unix()), p.Date.Format("2006-01-02 15:04:05 -0700")}, " ")
}
