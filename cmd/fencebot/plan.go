// SPDX-License-Identifier: MIT

package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"

	"github.com/fencebot/fencebot/internal/pipeline"
	"github.com/fencebot/fencebot/internal/testplan"
	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/qemu/fencetest"
)

// planTests fills in the tests that run for what is checked.
func (a *app) planTests(ctx context.Context, f checkFlags, req *pipeline.Request) error {
	files, err := touchedFiles(ctx, req)
	if err != nil {
		return err
	}
	plan, err := a.choose(f.igt, f.igtMap, files)
	if err != nil {
		return err
	}
	req.Jobs = plan.Jobs()
	if n := plan.IGT(); n < plan.Installed {
		req.Notes = append(req.Notes, fmt.Sprintf("IGT tests chosen by what the series touches: %d; the lists have %d for this IGT (fencebot tests)", n, plan.Installed))
	}
	if req.Flavour == kernelbuild.Wide {
		req.Jobs = append(req.Jobs, fencetest.Wide()...)
	}
	return a.expectations(f.expect, req)
}

// touchedFiles are the paths that a series or a range of commits changes.
func touchedFiles(ctx context.Context, req *pipeline.Request) ([]string, error) {
	if req.Series != nil {
		return patch.Files(*req.Series), nil
	}
	return req.Repo.ChangedFiles(ctx, req.Base, req.Range.Tip())
}

// expectations takes the tests off the plan that the kernel's CI skips, and
// keeps what it says of the others.
func (a *app) expectations(dir string, req *pipeline.Request) error {
	dir = cmp.Or(dir, a.cfg.IGT.Expectations)
	if dir == "" {
		return nil
	}
	if req.IGT == "" {
		return usagef("--expect %s: the lists are for IGT tests; say --igt DIR, too", dir)
	}
	lists, err := testplan.ReadExpectations(dir, req.Jobs)
	if err != nil {
		return usagef("--expect: %w", err)
	}
	var skipped []string
	req.Jobs, skipped = lists.Keep(req.Jobs)
	if n := len(skipped); n > 0 {
		req.Notes = append(req.Notes, fmt.Sprintf("tests that the lists in %s skip: %d", filepath.Base(dir), n))
	}
	req.Judge = lists.Judge
	return nil
}

// igtDir is the IGT to use: the flag's, or the configuration's.
func (a *app) igtDir(flag string) string {
	if flag != "" {
		return flag
	}
	return a.cfg.IGT.Dir
}
