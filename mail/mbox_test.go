// SPDX-License-Identifier: MIT

package mail_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/fencebot/fencebot/mail"
)

// ids reads an mbox and returns the Message-IDs, joined by blanks.
func ids(t *testing.T, mbox string) string {
	t.Helper()
	msgs, err := mail.ReadMbox(strings.NewReader(mbox), mail.Limits{})
	if err != nil {
		t.Fatalf("ReadMbox: %v", err)
	}
	out := make([]string, 0, len(msgs))
	for _, m := range msgs {
		out = append(out, m.ID)
	}
	return strings.Join(out, " ")
}

func TestReadMboxSplits(t *testing.T) {
	t.Parallel()
	one := "Message-ID: <1>\n\ntext\n\n"
	two := "Message-ID: <2>\n\ntext\n"
	cases := map[string]struct{ mbox, want string }{
		"no mbox line":         {one, "1"},
		"git format-patch":     {"From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n" + one + "From fedcba9876543210fedcba9876543210fedcba98 Mon Sep 17 00:00:00 2001\n" + two, "1 2"},
		"public-inbox":         {"From mboxrd@z Thu Jan  1 00:00:00 1970\n" + one + "From mboxrd@z Thu Jan  1 00:00:00 1970\n" + two, "1 2"},
		"no blank line before": {"From a Thu Jan  1 00:00:00 1970\nMessage-ID: <1>\n\ntext\nFrom a Thu Jan  1 00:00:00 1970\n" + two, "1 2"},
		"mailman":              {"From a at example.org  Fri Oct 22 11:51:02 2010\n" + one + "From b at example.org  Fri Oct 22 11:51 2010\n" + two, "1 2"},
		"zone before year":     {one + "From a@b Fri Oct 22 11:51:02 +0200 2010\n" + two, "1 2"},
		"escaped line on top":  {one + "From a@b Fri Oct 22 11:51:02 2010\n>From c@d Fri Oct 22 11:51:02 2010\n" + two, "1 2"},
		"crlf":                 {strings.ReplaceAll(one+"From a@b Fri Oct 22 11:51:02 2010\n"+two, "\n", "\r\n"), "1 2"},
		"blank lines on top":   {"\n\n" + one, "1"},
		"prose":                {one + "From here on it is text\nX: y\n", "1"},
		"prose with a time":    {one + "From 9:15 on we met on Oct 22 2010\nX: y\n", "1"},
		"date but no header":   {one + "From a@b Fri Oct 22 11:51:02 2010\nis what the mbox said\n", "1"},
		"in a diff":            {one + "+From a@b Fri Oct 22 11:51:02 2010\n+X: y\n From a@b Fri Oct 22 11:51:02 2010\n X: y\n", "1"},
		"broken first line":    {"From pat016\n" + one, "1"},
		"empty":                {"", ""},
		"only blank lines":     {"\n \n\n", ""},
		"line of 200 kB":       {one + strings.Repeat("x", 200_000) + "\nFrom a@b Fri Oct 22 11:51:02 2010\n" + two, "1 2"},
		"From in a long line":  {one + strings.Repeat("x", 64<<10-len(one)) + "From a@b Fri Oct 22 11:51:02 2010\n" + two, "1"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ids(t, c.mbox); got != c.want {
				t.Errorf("ReadMbox = %q; want %q", got, c.want)
			}
		})
	}
}

func TestReadMboxLimits(t *testing.T) {
	t.Parallel()
	mails := strings.Repeat("From a@b Fri Oct 22 11:51:02 2010\nMessage-ID: <1>\n\ntext\n\n", 5)
	cases := map[string]struct {
		mbox string
		lim  mail.Limits
		want string
	}{
		"within":       {mails, mail.Limits{Count: 5}, ""},
		"mailbox":      {mails, mail.Limits{Mailbox: 100}, "mailbox is larger than the limit of 100 bytes"},
		"mail":         {mails + strings.Repeat("x", 300), mail.Limits{Message: 200}, "mail 5 is larger than the limit of 200 bytes"},
		"count":        {mails, mail.Limits{Count: 3}, "mailbox is larger than the limit of 3 mails"},
		"header":       {"Subject: " + strings.Repeat("x", 2<<20) + "\n\n", mail.Limits{}, "header of the mail is larger than"},
		"default mail": {"Subject: x\n\n" + strings.Repeat("x", 17_000_000), mail.Limits{}, "mail 1 is larger than the limit of 16000000 bytes"},
	}
	for name, c := range cases {
		_, err := mail.ReadMbox(strings.NewReader(c.mbox), c.lim)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if _, ok := errors.AsType[*mail.LimitError](err); !ok || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want a LimitError with %q", name, err, c.want)
		}
	}
}

func TestReadMboxErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	if _, err := mail.ReadMbox(iotest.ErrReader(broken), mail.Limits{}); !errors.Is(err, broken) {
		t.Errorf("ReadMbox of a broken reader: %v", err)
	}
	for _, text := range []string{"hello\n", "diff --git a/f b/f\n", "Index: f\n====\n", "#include <stdio.h>\n", "\x00\x01\x02"} {
		if _, err := mail.ReadMbox(strings.NewReader(text), mail.Limits{}); !errors.Is(err, mail.ErrNotMail) {
			t.Errorf("ReadMbox(%q): %v; want ErrNotMail", text, err)
		}
	}
}

// TestSplitStops ends the iteration early, as range loops do.
func TestSplitStops(t *testing.T) {
	t.Parallel()
	n := 0
	for range mail.Split(strings.NewReader("A: b\n\nFrom a@b Fri Oct 22 11:51:02 2010\nC: d\n"), mail.Limits{}) {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d mails before the break; want 1", n)
	}
}

func ExampleReadMbox() {
	mbox := `From mboxrd@z Thu Jan  1 00:00:00 1970
From: =?UTF-8?q?J=C3=BCrgen?= <j@example.org>
Message-ID: <1@example.org>
Subject: [PATCH] drm:
 a folded subject

>From here on, text.
`
	msgs, err := mail.ReadMbox(strings.NewReader(mbox), mail.Limits{})
	if err != nil {
		panic(err)
	}
	for _, m := range msgs {
		fmt.Printf("%s | %s | %s | %s", m.ID, m.From, m.Subject, m.Body)
	}
	// Output:
	// 1@example.org | Jürgen <j@example.org> | [PATCH] drm: a folded subject | From here on, text.
}
