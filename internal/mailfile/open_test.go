// SPDX-License-Identifier: MIT

package mailfile_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/fencebot/fencebot/internal/mailfile"
	"github.com/fencebot/fencebot/mail"
)

// one is a whole mail with the given id.
func one(id string) string {
	return "From mboxrd@z Thu Jan  1 00:00:00 1970\nFrom: A <a@example.org>\nMessage-ID: <" + id + ">\nSubject: x\n\ntext\n\n"
}

// tree writes files below a new directory and returns it. Names that end with a
// slash are directories.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// open returns the Message-IDs that Open finds, joined by blanks.
func open(t *testing.T, path string, stdin io.Reader) (string, error) {
	t.Helper()
	msgs, err := mailfile.Open(t.Context(), path, stdin)
	ids := make([]string, 0, len(msgs))
	for _, m := range msgs {
		ids = append(ids, m.ID)
	}
	return strings.Join(ids, " "), err
}

func TestOpen(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		files map[string]string
		path  string // below the directory
		want  string
	}{
		"mbox":              {map[string]string{"s.mbox": one("1") + one("2")}, "s.mbox", "1 2"},
		"single mail":       {map[string]string{"m": "Message-ID: <1>\n\nx\n"}, "m", "1"},
		"patches by name":   {map[string]string{"0002-b.patch": one("2"), "0001-a.patch": one("1"), "0000-cover-letter.patch": one("0"), "README": "no mail"}, ".", "0 1 2"},
		"eml and mbox":      {map[string]string{"b.eml": one("2"), "a.mbox": one("0") + one("1")}, ".", "0 1 2"},
		"maildir":           {map[string]string{"cur/1001.a:2,S": one("1"), "new/1002.b": one("2"), "new/1000.c": one("0"), "tmp/1003.d": one("3")}, ".", "0 1 2"},
		"maildir, new only": {map[string]string{"cur/": "", "new/1": one("1"), "new/.hidden": "x"}, ".", "1"},
		"patches and cur":   {map[string]string{"cur/x": "x", "1.patch": one("1")}, ".", "1"},
		"directory named":   {map[string]string{"1.patch": one("1"), "x.patch/": ""}, ".", "1"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := open(t, filepath.Join(tree(t, c.files), c.path), nil)
			if err != nil || got != c.want {
				t.Errorf("Open = %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestOpenStdin(t *testing.T) {
	t.Parallel()
	got, err := open(t, "-", strings.NewReader(one("1")+one("2")))
	if err != nil || got != "1 2" {
		t.Errorf("Open(-) = %q, %v; want both mails", got, err)
	}
	if _, err := open(t, "-", strings.NewReader("")); !errors.Is(err, mailfile.ErrNoMails) || !strings.Contains(err.Error(), "standard input") {
		t.Errorf("Open(-) of nothing: %v", err)
	}
	broken := errors.New("pipe broke")
	if _, err := open(t, "-", iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("Open(-) of a broken pipe: %v", err)
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		files map[string]string
		path  string
		is    error
		want  string
	}{
		"typo":             {map[string]string{"series.mbox": one("1")}, "seires.mbox", fs.ErrNotExist, "did you mean DIR/series.mbox?"},
		"other extension":  {map[string]string{"v2-series.mbox": one("1")}, "v2-series.mbx", fs.ErrNotExist, "did you mean DIR/v2-series.mbox?"},
		"case":             {map[string]string{"Series": one("1")}, "series", fs.ErrNotExist, "did you mean DIR/Series?"},
		"nothing alike":    {map[string]string{"a": one("1")}, "series.mbox", fs.ErrNotExist, "open DIR/series.mbox: file does not exist"},
		"no directory":     {nil, "no/such/file", fs.ErrNotExist, "directory DIR/no/such/ does not exist"},
		"empty":            {map[string]string{"s": ""}, "s", mailfile.ErrNoMails, "the file is empty"},
		"blank":            {map[string]string{"s": strings.Repeat("\n", 2000)}, "s", mailfile.ErrNoMails, "nothing but blank lines"},
		"text":             {map[string]string{"s": "hello\nworld\n"}, "s", mailfile.ErrNoMails, "not a mail"},
		"bare diff":        {map[string]string{"s": "diff --git a/f b/f\n"}, "s", mailfile.ErrNoMails, "git format-patch"},
		"gzip":             {map[string]string{"s": "\x1f\x8b\x08\x00"}, "s", mailfile.ErrNoMails, "gunzip"},
		"web page":         {map[string]string{"s": "<!doctype html>\n"}, "s", mailfile.ErrNoMails, "raw mbox"},
		"empty directory":  {map[string]string{"d/": ""}, "d", mailfile.ErrNoMails, "neither a maildir nor *.patch files (0 other"},
		"no patches":       {map[string]string{"d/x.c": "x"}, "d", mailfile.ErrNoMails, "(1 other entries); make patches"},
		"empty maildir":    {map[string]string{"cur/": "", "new/": ""}, ".", mailfile.ErrNoMails, "cur and new are empty"},
		"bad patch in dir": {map[string]string{"1.patch": one("1"), "2.patch": "hello\n"}, ".", mailfile.ErrNoMails, "2.patch"},
		"empty patch":      {map[string]string{"1.patch": ""}, ".", mailfile.ErrNoMails, "1.patch: no mails: the file is empty"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := tree(t, c.files)
			_, err := open(t, filepath.Join(dir, c.path), nil)
			if !errors.Is(err, c.is) || !strings.Contains(strings.ReplaceAll(fmt.Sprint(err), dir, "DIR"), c.want) {
				t.Errorf("Open: %v; want %v with %q", err, c.is, c.want)
			}
		})
	}
}

// TestOpenFollowsNoLinks: a directory of patches that somebody unpacked must not
// make us read what lies elsewhere.
func TestOpenFollowsNoLinks(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"secret": one("secret"), "d/1.patch": one("1")})
	if err := os.Symlink(filepath.Join(dir, "secret"), filepath.Join(dir, "d", "2.patch")); err != nil {
		t.Fatal(err)
	}
	if got, err := open(t, filepath.Join(dir, "d"), nil); err != nil || got != "1" {
		t.Errorf("Open = %q, %v; want 1 alone", got, err)
	}
}

func TestOpenLimits(t *testing.T) {
	t.Parallel()
	huge := io.MultiReader(strings.NewReader(one("1")), endless{})
	_, err := open(t, "-", huge)
	if _, ok := errors.AsType[*mail.LimitError](err); !ok {
		t.Errorf("Open of endless input: %v; want a LimitError", err)
	}
}

// endless is a mail that does not end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestOpenStopsWithContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := mailfile.Open(ctx, "-", endless{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Open with a dead context: %v", err)
	}
}

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "0001-fix.patch"), []byte("From: A <a@example.org>\nSubject: [PATCH] fix\n\n"), 0o644); err != nil {
		panic(err)
	}
	msgs, err := mailfile.Open(context.Background(), dir, nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(msgs), msgs[0].Subject)
	// Output: 1 [PATCH] fix
}
