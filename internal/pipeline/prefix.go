// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/internal/sandbox"
	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/report"
)

// baseKernel gives the image that the series is compared with: the warm build
// itself, or, with an overlay or a base that is not a commit of the tree, one
// that is built in the layer.
func (k *check) baseKernel(ctx context.Context, slot *gittree.Slot, warm warmBuild, layer string) (kernels, error) {
	commit := k.rng.Base
	tree, err := k.req.Repo.TreeID(ctx, commit)
	if err != nil {
		return kernels{}, err
	}
	key, err := keyOf("kernel 1", tree, kernelbuild.ConfigHash(k.req.Flavour), k.repro.Compiler)
	if err != nil {
		return kernels{}, err
	}
	out := kernels{base: k.state.kernel(key), baseKey: key}
	defer func() { touch(filepath.Dir(out.base)) }()
	if exists(out.base) {
		k.tell(Progress{Stage: StageBase, Ended: true, Cached: true, Detail: fmt.Sprintf("%.12s", commit)})
		return out, nil
	}
	if commit == warm.Commit {
		return out, keepFile(filepath.Join(k.state.warm(k.req.slot()), "vmlinux"), out.base)
	}
	step, end := k.begin(StageBase, 1)
	step(0, fmt.Sprintf("%.12s", commit))
	res, err := k.buildAt(ctx, slot, layer, commit, "build-base.log")
	if err != nil {
		return out, err
	}
	if !res.OK {
		k.ev.Infra = "the base does not build: " + firstError(res.Diagnostics)
		return out, nil
	}
	end(fmt.Sprintf("%d objects compiled", res.Objects))
	return out, keepFile(res.Image, out.base)
}

// prefixes builds the series up to each of its patches. Messages are laid to
// the patch that brings them: what the prefix before said already is not new.
func (k *check) prefixes(ctx context.Context, slot *gittree.Slot, warm warmBuild, layer string) ([]prefix, error) {
	commits := k.rng.Commits
	step, end := k.begin(StageBuild, len(commits))
	before := warm.Diagnostics
	var all []prefix
	for i, commit := range commits {
		patch := k.rng.Range.Commits[i].Patch
		step(i, fmt.Sprintf("patch %d of %d", patch, k.ev.Patches))
		res, err := k.buildAt(ctx, slot, layer, commit, fmt.Sprintf("build-patch-%d.log", patch))
		if c, ok := errors.AsType[*kernelbuild.ConfigError](err); ok {
			k.ev.Untested = fmt.Sprintf("with patch %d the kernel of the tests cannot be configured any more: %s", patch, list(c.Symbols, 3))
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		if err := k.misfits(res, fmt.Sprintf("patch %d", patch)); err != nil {
			return nil, err
		}
		brought := fresh(before, res.Diagnostics)
		k.ev.Builds = append(k.ev.Builds, report.Build{
			Patch: patch, OK: res.OK, Diagnostics: diagnostics(brought, patch), Raw: rawErrors(res),
		})
		before = append(before, brought...)
		p := prefix{patch: patch}
		if res.OK {
			p.image = k.log(fmt.Sprintf("vmlinux-%d", patch))
			if err := k.keepBuild(res, p.image); err != nil {
				return nil, err
			}
		}
		all = append(all, p)
	}
	end(fmt.Sprintf("patches: %d", len(commits)))
	return all, nil
}

// keepBuild takes image and configuration of a prefix out of the layer.
func (k *check) keepBuild(res kernelbuild.Result, image string) error {
	err := errors.Join(keepFile(res.Image, image), keepFile(res.Config, k.log("config")))
	if err == nil {
		k.repro.ConfigHash, err = hashFile(k.log("config"))
	}
	return err
}

// dropImages deletes the images of the series, 16 MiB each. The tip's stays for
// whoever looks into a finding.
func (k *check) dropImages(built kernels) error {
	drop := built.prefixes
	if n := len(drop); n > 0 && report.Compare(k.ev).Word == report.Findings {
		drop = drop[:n-1]
	}
	var errs []error
	for _, p := range drop {
		if p.image != "" {
			errs = append(errs, os.Remove(p.image))
		}
	}
	return errors.Join(errs...)
}

// buildAt checks a commit out and builds it in the layer. A file that went
// back to the base's contents has an old time again, while the layer may hold
// a newer object of other contents: the layer is then made anew.
func (k *check) buildAt(ctx context.Context, slot *gittree.Slot, layer, commit, log string) (kernelbuild.Result, error) {
	moved, err := slot.Checkout(ctx, commit)
	if err != nil {
		return kernelbuild.Result{}, err
	}
	if len(moved.Restored) > 0 {
		if err := k.newLayer(ctx, layer); err != nil {
			return kernelbuild.Result{}, err
		}
	}
	return kernelbuild.Build(ctx, k.buildRequest(slot, layer, log, false))
}

func (k *check) buildRequest(slot *gittree.Slot, output, log string, trusted bool) kernelbuild.Request {
	r := kernelbuild.Request{
		Source: slot.Dir(), Output: output, Log: k.log(log), Jobs: k.opts.Jobs, Sandbox: k.opts.Sandbox, Trusted: trusted,
		Flavour: k.req.Flavour,
		Limits:  sandbox.Limits{DiskBytes: k.opts.DiskBytes, Wall: k.opts.BuildTimeout},
	}
	if k.opts.CCache {
		r.CCache = k.state.ccache()
	}
	return r
}

// fresh returns what a prefix says and the one before did not. Errors count
// in full: whether one is a later patch's is for package report to say.
func fresh(before, now []kernelbuild.Diagnostic) []kernelbuild.Diagnostic {
	out := kernelbuild.NewWarnings(before, now)
	if slices.ContainsFunc(now, isError) {
		out = nil // warnings of a build that breaks are mostly its fallout
	}
	for _, d := range now {
		if isError(d) {
			out = append(out, d)
		}
	}
	return out
}

func isError(d kernelbuild.Diagnostic) bool { return d.Kind == kernelbuild.Error }

// rawErrors is the text of a broken build that a report shows.
func rawErrors(res kernelbuild.Result) string {
	if res.OK {
		return ""
	}
	var lines []string
	for _, d := range res.Diagnostics {
		if isError(d) {
			lines = append(lines, d.String())
		}
	}
	return strings.Join(lines, "\n")
}

func firstError(all []kernelbuild.Diagnostic) string {
	for _, d := range all {
		if isError(d) {
			return d.String()
		}
	}
	return "no message was found in the log"
}

func diagnostics(all []kernelbuild.Diagnostic, patch int) []report.Diagnostic {
	var out []report.Diagnostic
	for _, d := range all {
		out = append(out, report.Diagnostic{
			Patch: patch, Kind: string(d.Kind), File: d.File, Line: d.Line, Column: d.Column, Message: d.Message, Option: d.Option,
		})
	}
	return out
}

// newLayer makes the throw-away copy of the warm build, in place of the one
// that may be there.
func (k *check) newLayer(ctx context.Context, layer string) error {
	if err := os.RemoveAll(layer); err != nil {
		return fmt.Errorf("remove old layer: %w", err)
	}
	return kernelbuild.CopyLayer(ctx, k.state.warm(k.req.slot()), layer)
}
