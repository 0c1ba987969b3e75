// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/kernelbuild"
)

// kernels is what the build stage gives to the boot stage.
type kernels struct {
	base    string // vmlinux
	baseKey string // of the base kernel: equal keys mean an equal kernel
	tip     string // vmlinux; empty when the tip does not build

	prefixes []prefix // the series up to each of its patches; the last is the tip
}

// A warmBuild is what is known of a slot's output directory: that it is the
// complete build of one commit with one configuration and compiler.
type warmBuild struct {
	Commit, Key string
	Diagnostics []kernelbuild.Diagnostic
}

// kernels builds the base, unless it is there, and every prefix of the series.
func (k *check) kernels(ctx context.Context) (kernels, error) {
	slot, err := k.openSlot(ctx)
	if err != nil {
		return kernels{}, err
	}
	defer slot.Close()
	compiler, err := kernelbuild.Toolchain(ctx, k.opts.Sandbox)
	if err != nil {
		return kernels{}, err
	}
	k.repro.Compiler = compiler
	warm, err := k.warm(ctx, slot)
	if err != nil || k.ev.Infra != "" {
		return kernels{}, err
	}
	for {
		built, err := k.both(ctx, slot, warm)
		m, ok := errors.AsType[*misfitError](err)
		if !ok {
			return built, err
		}
		if err := k.leaveOut(ctx, m); err != nil {
			return built, err
		}
	}
}

// both builds base and series in a layer. A test driver that does not compile
// with the series is a *misfitError.
func (k *check) both(ctx context.Context, slot *gittree.Slot, warm warmBuild) (kernels, error) {
	layer := k.state.layer(k.req.slot())
	if err := k.newLayer(ctx, layer); err != nil {
		return kernels{}, err
	}
	defer os.RemoveAll(layer)
	built, err := k.baseKernel(ctx, slot, warm, layer)
	if err != nil || k.ev.Infra != "" {
		return built, err
	}
	built.prefixes, err = k.prefixes(ctx, slot, warm, layer)
	if err != nil {
		return built, err
	}
	if k.ev.Untested == "" {
		built.tip = built.prefixes[len(built.prefixes)-1].image
	}
	if err := k.reach(ctx, built, layer); err != nil {
		return built, err
	}
	if err := k.compileRest(ctx, slot); err != nil {
		return built, err
	}
	_, err = slot.Checkout(ctx, slot.Home())
	return built, err
}

// openSlot waits until no other check uses the tree's work tree.
func (k *check) openSlot(ctx context.Context) (*gittree.Slot, error) {
	if err := os.MkdirAll(k.state.slot(k.req.slot()), 0o755); err != nil {
		return nil, fmt.Errorf("make slot: %w", err)
	}
	step, _ := k.stage(StageWarm, 0)
	for {
		slot, err := k.req.Repo.OpenSlot(k.state.slot(k.req.slot()) + "/src")
		if !errors.Is(err, gittree.ErrBusy) {
			return slot, err
		}
		step(0, "another check uses this tree; waiting")
		if err := pause(ctx); err != nil {
			return nil, err
		}
	}
}

// warm brings the slot's own build to the base. It is trusted: only commits of
// registered trees come here, and it alone writes the compiler cache.
func (k *check) warm(ctx context.Context, slot *gittree.Slot) (warmBuild, error) {
	home, err := k.home(ctx)
	if err != nil {
		return warmBuild{}, err
	}
	if m, ok := k.knownMisfit(home); ok {
		return k.warmWithout(ctx, slot, m)
	}
	key, err := keyOf("warm 1", home, kernelbuild.ConfigHash(k.req.Flavour), k.repro.Compiler)
	if err != nil {
		return warmBuild{}, err
	}
	mark := k.state.slot(k.req.slot()) + "/warm.json"
	var have warmBuild
	if loadJSON(mark, &have) && have.Key == key && slot.Home() == home {
		if slot.At() != home {
			_, err = slot.Checkout(ctx, home)
		}
		if err == nil {
			k.tell(Progress{Stage: StageWarm, Ended: true, Cached: true, Detail: fmt.Sprintf("%.12s", home)})
			return have, nil
		}
		if !errors.Is(err, gittree.ErrNoHome) { // git may have deleted the commit it stands on
			return have, err
		}
	}
	step, end := k.begin(StageWarm, 0)
	step(0, fmt.Sprintf("building %.12s; the first time this takes minutes", home))
	os.Remove(mark) // whatever happens now, the old mark is no longer true
	if _, err := slot.SetHome(ctx, home); err != nil {
		return have, err
	}
	req := k.buildRequest(slot, k.state.warm(k.req.slot()), "build-warm.log", true)
	req.Progress = func(objects int) { step(objects, "") }
	res, err := kernelbuild.Build(ctx, req)
	if err != nil {
		return have, err
	}
	if m, ok := errors.AsType[*misfitError](k.misfits(res, "the base")); ok {
		if err := k.keepMisfit(home, m); err != nil {
			return have, err
		}
		return k.warmWithout(ctx, slot, m)
	}
	if !res.OK {
		k.ev.Infra = "the base does not build: " + firstError(res.Diagnostics)
		return have, nil
	}
	have = warmBuild{Commit: home, Key: key, Diagnostics: res.Diagnostics}
	end(fmt.Sprintf("%d objects compiled", res.Objects))
	return have, saveJSON(mark, have)
}

// home is the commit of the warm build: one that the owner of the tree chose,
// with our own test drivers and annotations, so that a check does not compile
// them each time.
func (k *check) home(ctx context.Context) (string, error) {
	commit, err := k.req.Repo.Registered(ctx, k.rng.Range.Base)
	if err != nil {
		return "", err
	}
	if commit == k.rng.Range.Base && len(k.req.Overlays) == 0 && len(k.rng.Dropped) == 0 {
		return k.rng.Base, nil
	}
	own := slices.Concat(k.req.Harness, k.req.Annotations)
	annotated, err := k.req.Repo.Overlay(ctx, gittree.Range{Base: commit}, own...)
	return annotated.Base, err
}

// pause waits a little before something is tried again.
func pause(ctx context.Context) error {
	t := time.NewTimer(2 * time.Second)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// programVersion returns the first line that a program says of itself.
func programVersion(ctx context.Context, program string) (string, error) {
	out, err := exec.CommandContext(ctx, program, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("ask %s for its version: %w", program, err)
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line, nil
}
