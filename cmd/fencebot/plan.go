// SPDX-License-Identifier: MIT

package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/fencebot/fencebot/internal/pipeline"
	"github.com/fencebot/fencebot/internal/testplan"
	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/qemu/fencetest"
	"github.com/fencebot/fencebot/qemu/wire"
)

// planTests fills in the tests that run for what is checked.
func (a *app) planTests(ctx context.Context, f checkFlags, req *pipeline.Request) error {
	files, err := touchedFiles(ctx, req)
	if err != nil {
		return err
	}
	p, err := a.plan(f, files, req.Drivers)
	if err != nil {
		return err
	}
	req.Jobs, req.Judge = p.Jobs(), p.judge
	req.Notes = append(req.Notes, p.notes...)
	return nil
}

// A plan is what runs for a check, and what the report has to say about it.
type plan struct {
	testplan.Plan
	judge func(wire.Job, string) string // what lists of known failures say; nil without lists
	notes []string
}

// plan makes the plan for a series that touches files, from the flags and the
// configuration; drivers are those of the host's cards that the guests get.
func (a *app) plan(f checkFlags, files, drivers []string) (plan, error) {
	chosen, err := a.choose(f.igt, f.igtMap, files)
	if err != nil {
		return plan{}, err
	}
	p := plan{Plan: chosen}
	if n := p.IGT(); n < p.Installed {
		p.notes = append(p.notes, fmt.Sprintf("IGT tests chosen by what the series touches: %d; the lists have %d for this IGT (fencebot tests)", n, p.Installed))
	}
	flavour, err := kernelbuild.ParseFlavour(cmp.Or(f.flavour, a.cfg.Build.Flavour))
	if err != nil {
		return p, usagef("--flavour: %w", err)
	}
	if flavour == kernelbuild.Wide {
		for _, j := range fencetest.Wide() {
			p.Tests = append(p.Tests, testplan.Test{Job: j, Why: "built in, for the flavour wide"})
		}
	}
	for _, j := range testplan.Hardware(a.igtDir(f.igt), drivers) {
		p.Tests = append(p.Tests, testplan.Test{Job: j, Why: "for the host's card that the guest gets"})
	}
	return p, a.expectations(f, &p)
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
func (a *app) expectations(f checkFlags, p *plan) error {
	dir := cmp.Or(f.expect, a.cfg.IGT.Expectations)
	if dir == "" {
		return nil
	}
	if a.igtDir(f.igt) == "" {
		return usagef("--expect %s: the lists are for IGT tests; say --igt DIR, too", dir)
	}
	lists, err := testplan.ReadExpectations(dir, p.Jobs())
	if err != nil {
		return usagef("--expect: %w", err)
	}
	kept, skipped := lists.Keep(p.Jobs())
	p.Tests = slices.DeleteFunc(p.Tests, func(t testplan.Test) bool { return !slices.Contains(kept, t.Job) })
	if n := len(skipped); n > 0 {
		p.notes = append(p.notes, fmt.Sprintf("tests that the lists in %s skip: %d", filepath.Base(dir), n))
	}
	p.judge = lists.Judge
	return nil
}

// igtDir is the IGT to use: the flag's, or the configuration's.
func (a *app) igtDir(flag string) string {
	if flag != "" {
		return flag
	}
	return a.cfg.IGT.Dir
}
