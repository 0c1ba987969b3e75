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
	"time"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/internal/sandbox"
	"github.com/fencebot/fencebot/internal/symbolize"
	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/lockdep"
)

// StageLines finds the source lines of findings. A check without findings does
// not have it.
const StageLines Stage = "find the lines"

// What the lines of findings may cost. They are worth waiting for, and no
// reason to let a verdict wait for long.
const (
	maxRebuilt  = 48              // objects; the stacks of a report lie in 20 to 30
	rebuildTime = 5 * time.Minute // for compiling them
)

// A source is what is known about the code that findings go through.
type source struct {
	places  symbolize.Table                   // in the tree that was tested
	origins map[string]map[int]gittree.Origin // by file and line of that tree
}

// lines finds the source lines of the findings. Not to find them is a note and
// no failure: the verdict stands without them.
func (k *check) lines(ctx context.Context, built kernels) error {
	splats := reported(report.Compare(k.ev).Findings)
	frames := symbolize.Frames(splats...)
	if len(frames) == 0 {
		return nil
	}
	_, end := k.begin(StageLines, 0)
	src, err := k.sourceOf(ctx, built.tip, splats)
	if ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	if err != nil {
		note := "the source lines of the findings could not be found"
		if os.WriteFile(k.log("lines.log"), []byte(err.Error()+"\n"), 0o644) == nil {
			note += "; lines.log of this check says why"
		}
		k.notes = append(k.notes, note)
		end("not found")
		return nil
	}
	k.src = src
	end(fmt.Sprintf("frames: %d of %d", len(src.places), len(frames)))
	return nil
}

// reported returns the findings that are words of a kernel.
func reported(findings []report.Finding) []lockdep.Splat {
	var out []lockdep.Splat
	for _, f := range findings {
		if f.Family != report.FamilyBuild {
			out = append(out, f.Splat)
		}
	}
	return out
}

// sourceOf compiles the objects that reports go through again, with debug
// information, in a layer, and reads them in the sandbox.
func (k *check) sourceOf(ctx context.Context, image string, splats []lockdep.Splat) (src source, err error) {
	err = k.inLayer(ctx, func(slot *gittree.Slot, layer string) error {
		req := k.buildRequest(slot, layer, "build-lines.log", false)
		req.Limits = sandbox.Limits{DiskBytes: k.opts.DiskBytes, Wall: rebuildTime}
		build := symbolize.Build{Image: image, Output: layer, Source: kernelbuild.SourceName(req)}
		reader := symbolize.Worker{Sandbox: k.opts.Sandbox, Program: k.opts.Agent}
		found, err := reader.Find(ctx, build, symbolize.ReliableFrames(splats...))
		if err != nil {
			return err
		}
		changed, err := k.changedObjects(ctx, slot, layer)
		if err != nil {
			return err
		}
		if _, err := slot.Checkout(ctx, k.rng.Tip()); err != nil {
			return err
		}
		objects := choose(found, changed)
		if err := kernelbuild.DebugObjects(ctx, req, objects); err != nil {
			return err
		}
		src.places, _, err = reader.Objects(ctx, build, objects, symbolize.Frames(splats...))
		return err
	})
	if err == nil {
		src.origins, err = k.origins(ctx, src.places)
	}
	return src, err
}

// changedObjects returns the objects of C files that the series changes, as
// far as they belong to the kernel: those that the warm build has, and those of
// new files. A function may have moved there from the object that had it.
func (k *check) changedObjects(ctx context.Context, slot *gittree.Slot, layer string) ([]string, error) {
	changed, err := k.req.Repo.ChangedFiles(ctx, slot.Home(), k.rng.Tip())
	if err != nil {
		return nil, err
	}
	src, err := os.OpenRoot(slot.Dir())
	if err != nil {
		return nil, fmt.Errorf("look into the work tree: %w", err)
	}
	defer src.Close()
	out, err := os.OpenRoot(layer)
	if err != nil {
		return nil, fmt.Errorf("look into the build: %w", err)
	}
	defer out.Close()
	var objects []string
	for _, name := range changed {
		object, ok := strings.CutSuffix(name, ".c")
		if object += ".o"; !ok || !symbolize.IsObject(object) {
			continue
		}
		_, old := src.Lstat(filepath.FromSlash(name))
		_, compiled := out.Lstat(filepath.FromSlash(object))
		if old != nil || compiled == nil {
			objects = append(objects, object)
		}
	}
	return objects, nil
}

// choose puts the objects in the order of their worth: those that the series
// changes and the frames name, those that the frames name, the rest.
func choose(found, changed []string) []string {
	var out []string
	add := func(list []string, want func(string) bool) {
		for _, name := range list {
			if len(out) < maxRebuilt && want(name) && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	add(found, func(name string) bool { return slices.Contains(changed, name) })
	add(found, func(name string) bool { return !plumbing(name) })
	add(changed, func(string) bool { return true })
	return out
}

// plumbing knows the objects that are in every stack, below or above what a
// report is about: lockdep itself, how a stack is printed, how a task or a
// system call begins. Their lines explain nothing and take a third of the time.
func plumbing(object string) bool {
	switch object {
	case "kernel/locking/lockdep.o", "lib/dump_stack.o", "kernel/kthread.o", "init/main.o":
		return true
	}
	return strings.HasPrefix(object, "arch/")
}

// origins asks git where the lines of all places come from.
func (k *check) origins(ctx context.Context, t symbolize.Table) (map[string]map[int]gittree.Origin, error) {
	lines := map[string][]int{}
	for _, places := range t {
		for _, p := range places {
			if p.File != "" && path.Clean(p.File) == p.File && !slices.Contains(lines[p.File], p.Line) {
				lines[p.File] = append(lines[p.File], p.Line)
			}
		}
	}
	out := map[string]map[int]gittree.Origin{}
	for file, list := range lines {
		o, err := k.req.Repo.Origins(ctx, k.rng, file, list)
		if err != nil {
			return nil, err
		}
		out[file] = o
	}
	return out, nil
}
