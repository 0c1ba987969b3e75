// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/fencebot/fencebot/internal/sandbox"
	"github.com/fencebot/fencebot/internal/symbolize"
	"github.com/fencebot/fencebot/report/lockdep"
	"github.com/fencebot/fencebot/report/render"
)

// maxLined is how many reports of a log get source lines. They wait in memory
// until all of them are known: a vmlinux takes seconds to read.
const maxLined = 200

// sourceLines collects reports to name their source lines at once. A nil one
// takes none.
type sourceLines struct {
	*app
	vmlinux string
	kept    []render.LogFinding
	full    bool
}

// keep takes a report, unless there are too many.
func (l *sourceLines) keep(f render.LogFinding) bool {
	if l == nil || l.full || len(l.kept) == maxLined {
		return false
	}
	l.kept = append(l.kept, f)
	return true
}

// flush names the lines of the reports that were taken, and hands them on.
func (l *sourceLines) flush(ctx context.Context, found func(render.LogFinding) error) error {
	if l == nil || l.full {
		return nil
	}
	l.full = true
	splats := make([]lockdep.Splat, len(l.kept))
	for i, f := range l.kept {
		splats[i] = f.Splat
	}
	if err := l.name(ctx, splats); err != nil {
		return usagef("--vmlinux %s: %w", l.vmlinux, err)
	}
	for i, f := range l.kept {
		f.Splat = splats[i]
		if err := found(f); err != nil {
			return err
		}
	}
	return nil
}

// name reads the vmlinux in the sandbox where there is one: it may be from
// anywhere. The reader limits itself all the same.
func (l *sourceLines) name(ctx context.Context, splats []lockdep.Splat) error {
	if _, err := os.Stat(l.vmlinux); err != nil {
		return err
	}
	box, err := sandbox.Find(ctx)
	self, errSelf := os.Executable()
	if err = errors.Join(err, errSelf); err != nil {
		fmt.Fprintf(l.stderr, "fencebot: %s is read without a sandbox: %v\n", l.vmlinux, err)
		return symbolize.File(l.vmlinux, splats)
	}
	return symbolize.Worker{Sandbox: box, Program: self}.File(ctx, l.vmlinux, splats)
}
