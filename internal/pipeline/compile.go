// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/kernelbuild"
)

// StageCompile compiles the files of a series that the tested kernel does not
// have. A series without such files does not have it.
const StageCompile Stage = "compile the rest"

// maxRest bounds these files. A series that touches more is a tree-wide change,
// and the first of them stand for the others.
const maxRest = 40

// compileRest compiles what no test can run, with as many drivers turned on as
// there are: at each patch, those objects that compile on the base. One that
// breaks there breaks the build as any other.
func (k *check) compileRest(ctx context.Context, slot *gittree.Slot) error {
	objects := objectsOf(k.missing)
	if len(objects) == 0 || k.ev.Infra != "" {
		return nil
	}
	step, end := k.begin(StageCompile, len(k.rng.Commits)+1)
	step(0, "on the base; the first time this takes minutes")
	r := rest{check: k, slot: slot, layer: k.state.layer(k.req.slot()) + "-compile"}
	err := r.prepare(ctx)
	if _, ok := errors.AsType[*kernelbuild.ConfigError](err); ok {
		k.notes = append(k.notes, "these files could not be compiled either: "+err.Error())
		end("not configured")
		return nil
	}
	if err != nil {
		return err
	}
	defer os.RemoveAll(r.layer)
	if r.objects, err = r.onBase(ctx, objects); err != nil {
		return err
	}
	for i, commit := range k.rng.Commits[:len(k.ev.Builds)] { // all, unless it could not be configured any more
		step(i+1, fmt.Sprintf("patch %d of %d", k.ev.Builds[i].Patch, k.ev.Patches))
		if err := r.onPatch(ctx, i, commit); err != nil {
			return err
		}
	}
	k.notes = append(k.notes, restNote(len(objects), len(r.objects)))
	end(fmt.Sprintf("objects: %d", len(r.objects)))
	return nil
}

// restNote says how many of the files that are not tested were compiled at least.
func restNote(all, compiled int) string {
	if compiled == all {
		return "compiled at each patch with allmodconfig, and not run: all files that the tests leave out"
	}
	return fmt.Sprintf("compiled at each patch with allmodconfig, and not run: %d of %d files that the tests leave out; "+
		"the others could not be compiled either, because the base's do not compile or nothing turns them on", compiled, all)
}

// objectsOf returns the objects of C files, at most maxRest.
func objectsOf(files []string) []string {
	var objects []string
	for _, name := range files {
		if object, ok := strings.CutSuffix(name, ".c"); ok && len(objects) < maxRest {
			objects = append(objects, object+".o")
		}
	}
	return objects
}

// A rest is the work on the files that are not in the tested kernel.
type rest struct {
	*check
	slot    *gittree.Slot
	layer   string
	objects []string                 // that compile on the base, or are not there
	before  []kernelbuild.Diagnostic // of the base and the patches so far
}

// prepare makes the layer from an output directory that is configured and has
// what every object needs. That is made once for a base, and is trusted.
func (r *rest) prepare(ctx context.Context) error {
	warm := r.state.slot(r.req.slot()) + "/compile"
	key, err := keyOf("compile 1", r.slot.Home(), kernelbuild.ConfigHash(kernelbuild.Compile), r.repro.Compiler)
	if err != nil {
		return err
	}
	var have string
	if !loadJSON(warm+".json", &have) || have != key {
		os.Remove(warm + ".json") // whatever happens now, it is no longer true
		if _, err := r.slot.Checkout(ctx, r.slot.Home()); err != nil {
			return err
		}
		req := r.request(warm, "compile-prepare.log", nil)
		req.Target, req.Trusted = "prepare", true
		res, err := kernelbuild.Build(ctx, req)
		if err != nil {
			return err
		}
		if !res.OK {
			return fmt.Errorf("prepare to compile single objects: %s", firstError(res.Diagnostics))
		}
		if err := saveJSON(warm+".json", key); err != nil {
			return err
		}
	}
	return r.copyLayer(ctx)
}

func (r *rest) copyLayer(ctx context.Context) error {
	if err := os.RemoveAll(r.layer); err != nil {
		return fmt.Errorf("remove old layer: %w", err)
	}
	return kernelbuild.CopyLayer(ctx, r.state.slot(r.req.slot())+"/compile", r.layer)
}

func (r *rest) request(output, log string, objects []string) kernelbuild.Request {
	req := r.buildRequest(r.slot, output, log, false)
	req.Flavour, req.Compile = kernelbuild.Compile, objects
	return req
}

// at compiles objects at a commit. Files that went back in time need a new
// layer, as in buildAt.
func (r *rest) at(ctx context.Context, commit, log string, objects []string) (kernelbuild.Result, error) {
	moved, err := r.slot.Checkout(ctx, commit)
	if err != nil {
		return kernelbuild.Result{}, err
	}
	if len(moved.Restored) > 0 {
		if err := r.copyLayer(ctx); err != nil {
			return kernelbuild.Result{}, err
		}
	}
	res, err := kernelbuild.Build(ctx, r.request(r.layer, log, objects))
	// make's own words about an object that nothing turns on have no file.
	res.Diagnostics = slices.DeleteFunc(res.Diagnostics, func(d kernelbuild.Diagnostic) bool { return d.File == "" })
	return res, err
}

// onBase returns the objects that are worth to be compiled: those that the base
// compiles, and those of files that it does not have.
func (r *rest) onBase(ctx context.Context, objects []string) ([]string, error) {
	res, err := r.at(ctx, r.rng.Base, "compile-base.log", objects)
	if err != nil {
		return nil, err
	}
	r.before = res.Diagnostics
	out, err := os.OpenRoot(r.layer)
	if err != nil {
		return nil, fmt.Errorf("look into the build: %w", err)
	}
	defer out.Close()
	var good []string
	for _, object := range objects {
		_, err := out.Lstat(filepath.FromSlash(object))
		_, inSource := os.Lstat(filepath.Join(r.slot.Dir(), strings.TrimSuffix(object, path.Ext(object))+".c"))
		if err == nil || inSource != nil {
			good = append(good, object)
		}
	}
	return good, nil
}

// onPatch compiles at one patch and adds what is new to its build.
func (r *rest) onPatch(ctx context.Context, i int, commit string) error {
	if len(r.objects) == 0 {
		return nil
	}
	b := &r.ev.Builds[i]
	res, err := r.at(ctx, commit, fmt.Sprintf("compile-patch-%d.log", b.Patch), r.objects)
	if err != nil {
		return err
	}
	brought := fresh(r.before, res.Diagnostics)
	r.before = append(r.before, brought...)
	b.Diagnostics = append(b.Diagnostics, diagnostics(brought, b.Patch)...)
	if slices.ContainsFunc(brought, isError) {
		b.OK = false
		b.Raw = strings.TrimPrefix(b.Raw+"\n"+rawErrors(res), "\n")
	}
	return nil
}
