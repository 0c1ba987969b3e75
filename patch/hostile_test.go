// SPDX-License-Identifier: MIT

package patch_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
)

// TestHostileShapes reads mails that are made to cost more than their size. A
// quadratic step anywhere shows as a test that does not end.
func TestHostileShapes(t *testing.T) {
	t.Parallel()
	const many = 50_000
	mails := map[string]string{
		"folded subject":      "Subject: x" + strings.Repeat("\n y", many) + "\n\n",
		"counters":            "Subject: [" + strings.Repeat("1 of 2 ", many/2) + "]\n\n",
		"brackets":            "Subject: " + strings.Repeat("[a]", many) + "\n\n",
		"replies":             "Subject: " + strings.Repeat("Re:", many) + "\n\n",
		"references":          "Subject: x\nReferences: " + strings.Repeat("<a>", many) + "\n\n",
		"distinct references": "Subject: x\nReferences: " + numbered(many/4, "<%d> ") + "\n\n",
		"recipients":          "Subject: x\nCc: " + strings.Repeat("a@b,", many) + "<\n\n",
		"comments":            "Subject: x\nFrom: " + strings.Repeat("(", many) + "\n\n",
		"encoded words":       "Subject: " + strings.Repeat("=?utf-8?q?a?= ", many/4) + "\n\n",
		"in-body fold":        "Subject: x\n\nFrom: a" + strings.Repeat("\n b", many*4) + "\n\n---\n" + diffText,
		"hunk headers":        "Subject: x\n\n---\n--- a/f\n+++ b/f\n" + strings.Repeat("@@ -1,0 +1,0 @@\n", many),
		"file headers":        "Subject: x\n\n" + strings.Repeat("diff --git a/f b/f\n", many),
		"trailers":            "Subject: x\n\n" + strings.Repeat("A-b: c\n", many) + "---\n" + diffText,
		"clocks":              "Subject: x\n\n" + strings.Repeat("From "+strings.Repeat("1 1:1 ", 150)+"\n", 2000),
		"stuffing":            "Subject: x\nContent-Type: text/plain; format=flowed\n\n" + strings.Repeat(" \n", many),
	}
	for name, raw := range mails {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			msgs, err := mail.ReadMbox(strings.NewReader(raw), mail.Limits{})
			if err != nil {
				return // a limit is a good answer
			}
			patch.Describe(msgs)
		})
	}
}

// TestHostileThreads assembles as many mails as a mailbox may hold, all alike or
// all linked to the same mail.
func TestHostileThreads(t *testing.T) {
	t.Parallel()
	const many = 2000
	subjects := map[string]func(int) (subject, parent string){
		"same number":         func(int) (string, string) { return "[PATCH 1/2] x", "" },
		"same number, parent": func(int) (string, string) { return "[PATCH 1/2] x", "0" },
		"all numbers":         func(i int) (string, string) { return fmt.Sprintf("[PATCH %d/%d] x", i+1, many), "0" },
		"chain":               func(i int) (string, string) { return "[PATCH] x", fmt.Sprint(i - 1) },
		"versions":            func(i int) (string, string) { return fmt.Sprintf("[PATCH v%d 1/2] x", i+1), fmt.Sprint(i - 1) },
	}
	for name, make := range subjects {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var msgs []*mail.Message
			for i := range many {
				s, parent := make(i)
				msgs = append(msgs, msg(fmt.Sprint(i), s, parent, i))
			}
			if th := patch.Assemble(msgs); len(th.Series) == 0 {
				t.Error("no series")
			}
		})
	}
	t.Run("no ids", func(t *testing.T) {
		t.Parallel()
		var msgs []*mail.Message
		for i := range many {
			msgs = append(msgs, msg("", "[PATCH] x", "", i))
		}
		th := patch.Assemble(msgs)
		if len(th.Series) != 1 || th.Series[0].Total != many || !th.Series[0].Complete() {
			t.Errorf("%d series", len(th.Series))
		}
	})
}

// numbered joins format with the numbers below n.
func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}
