// SPDX-License-Identifier: MIT

package gittree

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// unpacker returns the plain archive in f, and a function that ends the
// unpacking and says whether it was whole.
func unpacker(ctx context.Context, f *os.File, path string) (io.Reader, func() error, error) {
	switch {
	case strings.HasSuffix(path, "xz"):
		return unxz(ctx, f)
	case strings.HasSuffix(path, "gz"):
		z, err := gzip.NewReader(f)
		if err != nil {
			return nil, nil, fmt.Errorf("unpack tarball %s: %w", path, err)
		}
		return z, z.Close, nil
	}
	return f, func() error { return nil }, nil
}

func unxz(ctx context.Context, f *os.File) (io.Reader, func() error, error) {
	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, "xz", "--decompress", "--stdout", "--threads=0", "--memlimit-decompress=1GiB", "--no-warn")
	cmd.Stdin = f
	polite(cmd)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, nil, fmt.Errorf("start xz: %w", err)
	}
	done := false
	read := eofReader{out, &done}
	return read, func() error {
		if !done {
			cancel()
		}
		defer cancel()
		if err := cmd.Wait(); err != nil {
			return fmt.Errorf("run xz: %w: %s", err, strings.TrimSpace(stderr.String()))
		}
		return nil
	}, nil
}

// An eofReader remembers that its reader came to the end.
type eofReader struct {
	r   io.Reader
	eof *bool
}

func (e eofReader) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if err == io.EOF {
		*e.eof = true
	}
	return n, err
}

// An endReader tells whether an archive has its end mark, two blocks of zeros.
// Package archive/tar takes one that was cut off between two files for whole.
type endReader struct {
	r     io.Reader
	zeros int // at the end of what was read
}

func (e *endReader) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	rest := len(bytes.TrimRight(p[:n], "\x00"))
	if rest > 0 {
		e.zeros = 0
	}
	e.zeros += n - rest
	return n, err
}

func (e *endReader) ended() bool { return e.zeros >= 1024 }
