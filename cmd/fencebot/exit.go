// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/fencebot/fencebot/kernelbuild"
)

// Exit codes, as docs/operations.md lists them.
const (
	exitOK        = 0
	exitFound     = 1
	exitUsage     = 2
	exitInfra     = 3
	exitInterrupt = 130
)

// usageError is a call or an input that cannot be used: the caller's to mend.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// codeError ends the program with a code after everything has been said.
type codeError int

func (e codeError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// hint says what to do about a failure that is the host's, or "".
func hint(err error) string {
	lack, ok := errors.AsType[*kernelbuild.ResourceError](err)
	switch {
	case errors.Is(err, syscall.ENOSPC) || ok && lack.What == "disk space":
		return "the disk is full: a check needs about 1 GiB beside the tree; free some, or say --state DIR on a larger disk"
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS):
		return "the state directory must be writable: say --state DIR for another one"
	}
	return ""
}

// exitCode is the one place where an error becomes an exit code.
func exitCode(ctx context.Context, err error) (code int, silent bool) {
	var done codeError
	var usage usageError
	switch {
	case err == nil:
		return exitOK, true
	case errors.As(err, &done):
		return int(done), true
	case ctx.Err() != nil:
		return exitInterrupt, false
	case errors.As(err, &usage):
		return exitUsage, false
	}
	return exitInfra, false
}
