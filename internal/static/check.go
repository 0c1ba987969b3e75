// SPDX-License-Identifier: MIT

package static

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/internal/sandbox"
	"github.com/fencebot/fencebot/report"
)

// Result is what a check of one series found.
type Result struct {
	Warnings []report.Static // by file and line
	Files    int             // C files that were read
	Note     string          // why the check is not whole; empty when it is
}

// Check looks through the drivers that the series of o changes. A series that
// changes none, or none with a signalling path, costs a git grep.
func Check(ctx context.Context, repo *gittree.Repo, box *sandbox.Sandbox, o gittree.OverlaidRange) (Result, error) {
	changed, err := repo.ChangedFiles(ctx, o.Range.Base, o.Range.Tip())
	if err != nil {
		return Result{}, fmt.Errorf("check statically: %w", err)
	}
	s := survey{repo: repo, box: box, o: o, changed: sources(changed)}
	if len(s.changed) == 0 {
		return Result{}, nil
	}
	s.drivers = driversOf(s.changed)
	res, err := s.run(ctx)
	if u, ok := errors.AsType[*unreadableError](err); ok {
		return Result{Note: "the static check gave up: " + u.Error()}, nil
	}
	if err != nil {
		return Result{}, fmt.Errorf("check statically: %w", err)
	}
	return res, nil
}

// A survey is one call of Check.
type survey struct {
	repo    *gittree.Repo
	box     *sandbox.Sandbox
	o       gittree.OverlaidRange
	changed []string
	drivers []driver

	base, tip map[string]facts
	left      int // files that the limits left out
}

func (s *survey) run(ctx context.Context) (Result, error) {
	base, tip := &tree{repo: s.repo, commit: s.o.Base}, &tree{repo: s.repo, commit: s.o.Tip()}
	roots, err := tip.rootFiles(ctx, s.drivers)
	if err != nil || len(roots) == 0 {
		return Result{}, err
	}
	if !installed() {
		return Result{Note: Program + " (Coccinelle) is not installed: there was no static check"}, nil
	}
	s.base, s.tip = map[string]facts{}, map[string]facts{}
	if err := s.read(ctx, base, tip, roots); err != nil {
		return Result{}, err
	}
	for range linkRounds {
		more, err := tip.callers(ctx, s.drivers, s.unreached())
		if err != nil {
			return Result{}, err
		}
		more = slices.DeleteFunc(more, func(f string) bool { _, known := s.tip[f]; return known })
		if len(more) == 0 || len(more) > maxLinks {
			break
		}
		if err := s.read(ctx, nil, tip, more); err != nil {
			return Result{}, err
		}
	}
	warnings, whole, err := s.warnings(ctx)
	res := Result{Warnings: warnings, Files: len(s.tip)}
	switch {
	case !whole:
		res.Note = "static check: too many calls, not all were followed"
	case s.left > 0:
		res.Note = fmt.Sprintf("static check: %d files were too large or too many and were left out", s.left)
	}
	return res, err
}

// read scans files, and with base also the older side of what the series
// changes, in one go. Files that the series leaves alone are the same on both.
func (s *survey) read(ctx context.Context, base, tip *tree, files []string) error {
	var texts [][]byte
	var take []func(facts)
	add := func(t *tree, file string, into map[string]facts) error {
		text, ok, err := t.read(ctx, file)
		if err != nil || !ok {
			return err
		}
		texts = append(texts, text)
		take = append(take, func(f facts) { into[file] = f })
		return nil
	}
	if base != nil {
		for _, f := range s.changed[:min(len(s.changed), maxFiles)] {
			if err := errors.Join(add(base, f, s.base), add(tip, f, s.tip)); err != nil {
				return err
			}
		}
		s.left += max(len(s.changed)-maxFiles, 0)
	}
	files = slices.DeleteFunc(slices.Clone(files), func(f string) bool { return slices.Contains(s.changed, f) })
	for _, f := range files[:min(len(files), maxFiles)] {
		if err := add(tip, f, s.tip); err != nil {
			return err
		}
	}
	s.left += max(len(files)-maxFiles, 0)
	all, err := scan(ctx, s.box, texts)
	if err != nil {
		return err
	}
	for i, f := range all {
		take[i](f)
	}
	return nil
}

// baseFacts are the facts of the base: what the series does not change is as in
// the tip.
func (s *survey) baseFacts() map[string]facts {
	all := maps.Clone(s.base)
	for file, f := range s.tip {
		if !slices.Contains(s.changed, file) {
			all[file] = f
		}
	}
	return all
}
