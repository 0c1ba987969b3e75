// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fencebot/fencebot/internal/hardware"
	"github.com/fencebot/fencebot/internal/mailfile"
	"github.com/fencebot/fencebot/internal/pipeline"
	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/patch/harness"
	"github.com/fencebot/fencebot/patch/overlay"
	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/render"
)

func (a *app) reproduceCommand() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "reproduce [flags] REPORT.json",
		Short: "Run a report's check again: same base, patches, overlay, tests and machine",
		Long: `Run the check of a report again, with the base, patches, overlay, tests and
machine that the report names. Exit codes are those of check: 1 means that the
problem is there again.`,
		Args: exactly(1, "one report, as check --json writes it"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.reproduce(cmd.Context(), f, args[0]) },
	}
	f.common(cmd)
	cmd.Flags().StringVar(&f.igt, "igt", "", "`directory` of an installed IGT, when the report's tests need one")
	return cmd
}

func (a *app) reproduce(ctx context.Context, f checkFlags, path string) error {
	if err := f.out.guard(); err != nil {
		return err
	}
	rep, err := readReport(path)
	if err != nil {
		return err
	}
	req, closeTree, err := a.recorded(ctx, f, rep)
	if err != nil {
		return usagef("%s: %w", path, err)
	}
	defer closeTree()
	had := strings.Join(rep.Reproduce.Devices, ", ")
	switch asked := f.vfio != nil && *f.vfio; {
	case asked && had == "":
		return usagef("--vfio: the guests of %s had no device", path)
	case asked:
		if err := a.giveDevices(ctx, f, hardware.Asked, &req); err != nil {
			return err
		}
	case had != "":
		req.Notes = append(req.Notes, "the guests of the report had "+had+"; these had not (--vfio)")
	}
	a.cfg.QEMU.CPUs, a.cfg.QEMU.MemMiB = rep.Reproduce.CPUs, rep.Reproduce.MemoryMiB
	if rep.Reproduce.Accel != "" {
		a.cfg.QEMU.Accel = rep.Reproduce.Accel
	}
	if err := a.cfg.Validate(); err != nil {
		return usagef("%s: %w", path, err)
	}
	return a.runCheck(ctx, f, req)
}

func readReport(path string) (report.Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return report.Report{}, usageError{err}
	}
	defer f.Close()
	rep, err := render.ReadJSON(f)
	if err != nil {
		return rep, usagef("%s: %w", path, err)
	}
	return rep, nil
}

// recorded turns a report back into the request that it came from.
func (a *app) recorded(ctx context.Context, f checkFlags, rep report.Report) (pipeline.Request, func(), error) {
	none := func() {}
	r := rep.Reproduce
	req := pipeline.Request{Base: r.Base, BaseWhy: "as in the report", IGT: a.igtDir(f.igt)}
	flavour, err := kernelbuild.ParseFlavour(r.Flavour)
	if err != nil {
		return req, none, err
	}
	req.Flavour = flavour
	if r.LeftOut != "" {
		return req, none, errors.New(r.LeftOut)
	}
	for _, t := range r.Tests {
		req.Jobs = append(req.Jobs, wire.Job{Binary: t.Binary, Subtest: t.Subtest, Driver: t.Driver, IGT: t.IGT})
		if t.IGT && req.IGT == "" {
			return req, none, fmt.Errorf("%s is a test of IGT: say --igt DIR", t.Binary)
		}
	}
	if len(req.Jobs) == 0 {
		return req, none, errors.New("names no tests, so there is nothing to run again")
	}
	if f.tree == "" {
		f.tree = r.Tree
	}
	tree, err := a.openTree(ctx, f.tree)
	if err != nil {
		return req, none, err
	}
	closeTree := func() { tree.Close() }
	req.Tree, req.Repo = tree.name, tree.Repo
	if req.Base, _, err = chooseBase(ctx, tree.Repo, r.Base, ""); err != nil {
		return req, closeTree, err
	}
	if err := errors.Join(readHarness(ctx, r, &req), readOverlays(ctx, r, &req)); err != nil {
		return req, closeTree, err
	}
	if r.SeriesMbox == "" {
		rng, err := tree.Range(ctx, r.Base, r.Tip)
		rng.Tree = tree.name
		req.Range = &rng
		return req, closeTree, err
	}
	s, err := embeddedSeries(ctx, "the series in the report", r.SeriesMbox)
	req.Series, req.SeriesMbox = &s, r.SeriesMbox
	return req, closeTree, err
}

// readHarness takes the test drivers that the report carries, our own of today
// one by one as a check does. A report of an older fencebot has none.
func readHarness(ctx context.Context, r report.Reproduce, req *pipeline.Request) error {
	own, err := harness.Series()
	if err != nil || r.HarnessMbox == "" {
		return err
	}
	if r.HarnessMbox == patch.Mbox(patch.Join("harness", own)) {
		req.Harness = own
		return nil
	}
	s, err := embeddedSeries(ctx, "the test drivers in the report", r.HarnessMbox)
	req.Harness = []patch.Series{s}
	return err
}

// readOverlays takes the overlays that the report carries. When they are our
// own of today, the warm build has them.
func readOverlays(ctx context.Context, r report.Reproduce, req *pipeline.Request) error {
	if r.OverlayMbox == "" {
		return nil
	}
	o, err := embeddedSeries(ctx, "the overlay in the report", r.OverlayMbox)
	if err != nil {
		return err
	}
	own, ok, err := overlay.Ours(o)
	if err != nil {
		return err
	}
	if ok {
		req.Annotations = own
		return nil
	}
	req.Overlays = []patch.Series{o}
	return nil
}

func embeddedSeries(ctx context.Context, name, mbox string) (patch.Series, error) {
	msgs, err := mailfile.Read(ctx, name, strings.NewReader(mbox))
	if err != nil {
		return patch.Series{}, err
	}
	s, _, err := wholeSeries(msgs)
	if err != nil {
		return s, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}
