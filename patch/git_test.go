// SPDX-License-Identifier: MIT

package patch_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
)

// gitOut runs git without any configuration of this host and returns its output.
func gitOut(t *testing.T, dir, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "HOME="+dir, "TZ=UTC", "LC_ALL=C.UTF-8",
		"GIT_AUTHOR_NAME=Tester", "GIT_AUTHOR_EMAIL=tester@example.org", "GIT_COMMITTER_NAME=Tester", "GIT_COMMITTER_EMAIL=tester@example.org")
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

// parseMail parses raw or fails the test.
func parseMail(t *testing.T, raw string) *mail.Message {
	t.Helper()
	m, err := mail.Parse([]byte(raw))
	if err != nil {
		t.Fatalf("mail.Parse: %v", err)
	}
	return m
}

// compareWithMailinfo holds FromMessage against git mailinfo for one raw mail.
func compareWithMailinfo(t *testing.T, raw string) {
	t.Helper()
	dir := t.TempDir()
	info := gitOut(t, dir, strings.ReplaceAll(raw, "\r\n", "\n"), "mailinfo", "msg", "diff")
	field := func(name string) string {
		for line := range strings.Lines(info) {
			if v, ok := strings.CutPrefix(line, name+": "); ok {
				return strings.TrimSuffix(v, "\n")
			}
		}
		return ""
	}
	log, err := os.ReadFile(filepath.Join(dir, "msg"))
	if err != nil {
		t.Fatal(err)
	}
	diff, err := os.ReadFile(filepath.Join(dir, "diff"))
	if err != nil {
		t.Fatal(err)
	}
	message := gitOut(t, dir, field("Subject")+"\n\n"+string(log), "stripspace")

	p := patch.FromMessage(parseMail(t, raw))
	check := func(what, got, want string) {
		if got != want {
			t.Errorf("%s:\n got %q\nwant %q", what, got, want)
		}
	}
	check("author", p.Author.Name, strings.Trim(field("Author"), `."' ,;:`))
	check("address", p.Author.Addr, field("Email"))
	check("date", p.Date.UTC().String(), mail.ParseDate(field("Date")).UTC().String())
	if field("Subject") != "" { // without one, the first line of the text moves up
		check("subject", p.Subject, field("Subject"))
		check("message", p.CommitMessage(), message)
	}
	if !strings.Contains(string(diff), p.Diff) {
		t.Errorf("diff: git has\n%s\nwe have\n%s", diff, p.Diff)
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
