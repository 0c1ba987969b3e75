// SPDX-License-Identifier: MIT

package sandbox

import (
	"errors"
	"fmt"
)

// ErrUnavailable is what every [*UnavailableError] is.
var ErrUnavailable = errors.New("sandbox unavailable")

// An UnavailableError tells why this host has no sandbox and how to get one.
type UnavailableError struct {
	Why  string // what was tried and what it said
	Hint string // what to do, one or two lines
}

func (e *UnavailableError) Error() string {
	return fmt.Sprintf("no sandbox: %s\n%s", e.Why, e.Hint)
}

// Is makes errors.Is(err, ErrUnavailable) true.
func (e *UnavailableError) Is(target error) bool { return target == ErrUnavailable }

// An ExitError is a command that ran and did not succeed.
type ExitError struct {
	Code int // exit code; a command killed by signal N has 128+N, as in a shell
}

func (e *ExitError) Error() string {
	if e.Code > 128 && e.Code < 128+65 {
		return fmt.Sprintf("command killed by signal %d", e.Code-128)
	}
	return fmt.Sprintf("command exited with %d", e.Code)
}

// A LimitError is a command that was stopped because it met a limit. Limits
// that the kernel enforces (RLIMIT_*, a full /tmp) do not show up here: the
// command gets their error itself.
type LimitError struct {
	Limit string // "wall time", "disk space", "files" or "free disk space"
	Max   string // the limit in words, "4 GiB"
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("stop command: limit of %s reached (%s)", e.Limit, e.Max)
}
