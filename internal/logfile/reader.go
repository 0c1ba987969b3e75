// SPDX-License-Identifier: MIT

package logfile

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/therootcompany/xz"
)

// MaxWindow is how far a packed file may look back, in bytes. It is what "xz -9"
// needs; "zstd --long" may ask for more.
const MaxWindow = 64 << 20

// A packer is known by the first bytes of what it writes.
type packer struct {
	name  string
	magic []byte
	open  func(io.Reader) (io.ReadCloser, error)
}

// packers is a function and no variable: the program must not work at its start.
func packers() []packer {
	return []packer{
		{"gzip", []byte("\x1f\x8b"), func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) }},
		{"xz", []byte("\xfd7zXZ\x00"), func(r io.Reader) (io.ReadCloser, error) {
			z, err := xz.NewReader(r, MaxWindow)
			return io.NopCloser(z), err
		}},
		{"zstd", []byte("\x28\xb5\x2f\xfd"), openZstd},
		{"bzip2", []byte("BZh"), func(r io.Reader) (io.ReadCloser, error) { return io.NopCloser(bzip2.NewReader(r)), nil }},
	}
}

func openZstd(r io.Reader) (io.ReadCloser, error) {
	// One at a time and small buffers: the log is read on one core anyway.
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(MaxWindow))
	if err != nil {
		return nil, err
	}
	return z.IOReadCloser(), nil
}

// Reader returns the text of a log that may be packed. The caller closes it; r
// stays open. The error is that of r, or, here and while reading, an
// *UnpackError.
func Reader(r io.Reader) (io.ReadCloser, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	head, err := in.Peek(6)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the first bytes: %w", err)
	}
	for _, p := range packers() {
		if bytes.HasPrefix(head, p.magic) {
			z, err := p.open(in)
			if err != nil {
				return nil, &UnpackError{p.name, err}
			}
			return &unpacked{z, p.name}, nil
		}
	}
	return io.NopCloser(in), nil
}

// An UnpackError says that a packed log is damaged, cut off or asks for too much
// memory: another copy of the file is needed.
type UnpackError struct {
	Packer string // "gzip"
	Err    error
}

// Error names the packer and what it found.
func (e *UnpackError) Error() string { return "unpack " + e.Packer + ": " + e.Err.Error() }

// Unwrap returns what the packer said.
func (e *UnpackError) Unwrap() error { return e.Err }

// unpacked says in its errors what it is.
type unpacked struct {
	io.ReadCloser
	name string
}

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &UnpackError{u.name, err}
	}
	return n, err
}
