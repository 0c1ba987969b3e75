// SPDX-License-Identifier: MIT

package mailfile

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/fencebot/fencebot/mail"
)

// ErrNoMails reports a readable input that holds no mail: an empty file, a
// directory without patches, something that is no mail at all.
var ErrNoMails = errors.New("no mails")

// Open reads all mails of path: an mbox or a single mail when it is a file, the
// mails of new/ and cur/ when it is a maildir, else the *.patch, *.eml, *.mbox
// and *.mbx files of a directory by name. "-" is stdin. A path that does not
// exist gives an error that wraps [fs.ErrNotExist] and names what looks alike.
func Open(ctx context.Context, path string, stdin io.Reader) ([]*mail.Message, error) {
	if path == "-" {
		return Read(ctx, "standard input", stdin)
	}
	info, err := os.Stat(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("open %s: %w%s", path, fs.ErrNotExist, similar(path))
		}
		return nil, fmt.Errorf("open series: %w", err)
	}
	if info.IsDir() {
		return openDir(ctx, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open series: %w", err)
	}
	defer f.Close()
	return Read(ctx, path, f)
}

// Read reads an mbox or a single mail from r; name is for errors.
func Read(ctx context.Context, name string, r io.Reader) ([]*mail.Message, error) {
	return read(ctx, name, r, mail.Limits{})
}

func read(ctx context.Context, name string, r io.Reader, lim mail.Limits) ([]*mail.Message, error) {
	in := bufio.NewReader(ctxReader{ctx, r})
	top, err := in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(bytes.TrimSpace(top)) == 0 && len(top) < 512 {
		return nil, fmt.Errorf("read %s: %w: the file is empty", name, ErrNoMails)
	}
	if why := notMail(top); why != "" {
		return nil, fmt.Errorf("read %s: %w: %s", name, ErrNoMails, why)
	}
	msgs, err := mail.ReadMbox(in, lim)
	if errors.Is(err, mail.ErrNotMail) {
		return nil, fmt.Errorf("read %s: %w: %w", name, ErrNoMails, err)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(msgs) == 0 {
		return nil, fmt.Errorf("read %s: %w: there is nothing but blank lines", name, ErrNoMails)
	}
	return msgs, nil
}

// notMail recognises by their first bytes what people pass by mistake, and says
// what to do; "" for everything that may be a mail.
func notMail(top []byte) string {
	kinds := []struct{ magic, hint string }{
		{"\x1f\x8b", "it is compressed, run gunzip on it first"},
		{"\xfd7zXZ", "it is compressed, run unxz on it first"},
		{"BZh", "it is compressed, run bunzip2 on it first"},
		{"(\xb5/\xfd", "it is compressed, run unzstd on it first"},
		{"PK\x03\x04", "it is a zip archive, unpack it first"},
		{"\x7fELF", "it is a program"},
		{"diff ", "it is a bare diff without author and message, make the mails with git format-patch"},
		{"--- ", "it is a bare diff without author and message, make the mails with git format-patch"},
		{"<!DOCTYPE", "it is a web page, download the raw mbox instead"},
		{"<html", "it is a web page, download the raw mbox instead"},
	}
	for _, k := range kinds {
		if len(top) >= len(k.magic) && bytes.EqualFold(top[:len(k.magic)], []byte(k.magic)) {
			return k.hint
		}
	}
	return ""
}

// A ctxReader ends when its context does, between two reads.
type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (c ctxReader) Read(p []byte) (int, error) {
	if err := context.Cause(c.ctx); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
