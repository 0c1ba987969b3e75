// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

func TestInterruptibleReadsAll(t *testing.T) {
	t.Parallel()
	want := bytes.Repeat([]byte("a line of a log\n"), 100_000)
	if err := iotest.TestReader(newInterruptible(t.Context(), bytes.NewReader(want)), want); err != nil {
		t.Error(err)
	}
	broken := errors.New("pulled out")
	if _, err := io.ReadAll(newInterruptible(t.Context(), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("%v; want the cause", err)
	}
}

// A pipe that nobody writes to must not keep the program.
func TestInterruptibleGivesUp(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newInterruptible(ctx, r).Read(make([]byte, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v; want context.Canceled", err)
	}
}
