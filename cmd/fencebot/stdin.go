// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"io"
)

// stdinBytes is how much is read at once. Each read costs a change of goroutine.
const stdinBytes = 256 << 10

// An interruptible reader gives up when the context ends, even in the middle of
// a read: a terminal or a pipe may never send another byte, and Ctrl-C must end
// the program all the same. The read that was given up ends with the process.
type interruptible struct {
	ctx  context.Context
	from io.Reader
	buf  []byte
	left []byte
	err  error
}

func newInterruptible(ctx context.Context, r io.Reader) *interruptible {
	return &interruptible{ctx: ctx, from: r}
}

func (r *interruptible) Read(p []byte) (int, error) {
	if len(r.left) == 0 && r.err == nil {
		r.fill()
	}
	if len(r.left) == 0 {
		return 0, r.err
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	return n, nil
}

// fill reads once, or notes that the context has ended.
func (r *interruptible) fill() {
	if r.buf == nil {
		r.buf = make([]byte, stdinBytes)
	}
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	go func() {
		n, err := r.from.Read(r.buf)
		done <- result{n, err}
	}()
	select {
	case got := <-done:
		r.left, r.err = r.buf[:got.n], got.err
	case <-r.ctx.Done():
		r.err = r.ctx.Err()
	}
}
