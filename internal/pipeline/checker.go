// SPDX-License-Identifier: MIT

package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/internal/sandbox"
	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/qemu"
	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report"
)

// Options says how a Checker works. State, Sandbox and Agent must be set.
type Options struct {
	State   string           // state directory
	Agent   string           // program that is /init in the guest: fencebot itself
	Program string           // version, for the report
	Sandbox *sandbox.Sandbox // for builds

	Jobs         int           // parallel make jobs; default 2
	CCache       bool          // use ccache when it is installed
	DiskBytes    int64         // most that one build of a series may write; default that of package sandbox
	BuildTimeout time.Duration // limit for one build; default that of package sandbox

	QEMU        qemu.Options // template: paths of images and logs are filled in
	Reboots     int          // boots of one run after the first; negative for none
	TestSeconds int          // limit for one subtest

	Progress func(Progress) // may be called from several goroutines; default: nobody
}

// A Request is one check. Either Series or Range is set.
type Request struct {
	Tree        string              // name for reports, slots and caches
	Flavour     kernelbuild.Flavour // of both kernels, and what the guest has with it; default kernelbuild.Default
	Repo        *gittree.Repo       // where the base is and commits go
	Base        string              // full commit id
	BaseWhy     string              // how it was chosen, in words
	Series      *patch.Series
	Range       *gittree.Range
	SeriesMbox  string         // what was given, for the report
	Harness     []patch.Series // test drivers for base and series alike, also in the run without overlays; what does not apply is dropped
	Overlays    []patch.Series // annotations for base and series alike, in order; what does not apply is dropped
	Annotations []patch.Series // our own, which come after them; the warm build carries these
	IGT         string         // prefix of an installed IGT; empty for built-in tests only
	Jobs        []wire.Job     // the plan; the same on both kernels
	Devices     []qemu.Device  // of the host, for the guests of both kernels; see package hardware for who may have one
	Drivers     []string       // of these devices, as IGT and linux-firmware call them
	Firmware    string         // directory with their firmware; empty: none
	Notes       []string       // for the report: what was left out of the plan, and why

	// Judge says what a result means under somebody's lists, as in
	// report.Row.Expected; nil: nobody has any.
	Judge func(job wire.Job, result string) string
}

// annotates reports whether the i-th of check.overlays is an annotation; else it
// is a test driver.
func (r Request) annotates(i int) bool { return i >= len(r.Harness) }

// slot names the slot of the request. Each flavour of a tree has one of its own,
// with a work tree and a warm build; '+' is in no name of a tree.
func (r Request) slot() string {
	if r.Flavour == "" || r.Flavour == kernelbuild.Default {
		return r.Tree
	}
	return r.Tree + "+" + string(r.Flavour)
}

// A Checker runs checks, one at a time.
type Checker struct {
	opts  Options
	state state
}

// New returns a Checker.
func New(o Options) *Checker {
	o.Jobs = cmp.Or(o.Jobs, 2)
	return &Checker{opts: o, state: state(o.State)}
}

// A check is the work on one request.
type check struct {
	*Checker
	req   Request
	dir   string // of this run
	times map[string]float64

	timing sync.Mutex // for times
	ev     report.Evidence
	rng    gittree.OverlaidRange
	repro  report.Reproduce
	notes  []string // for the report
	src    source   // lines of the findings; empty when there are none
	sites  sites    // annotated calls of the patched tree

	missing []string // files of the series that the tested kernel does not have
	shown   []string // display devices of the guest, beside virtio-gpu

	overlays []patch.Series // those of the request that are tried, in order
}

// Check runs all stages for one request. The run directory, which holds logs
// and consoles, is returned also with an error.
func (c *Checker) Check(ctx context.Context, req Request) (rep report.Report, dir string, err error) {
	began := time.Now()
	dir, err = c.state.newRun(began)
	if err != nil {
		return rep, "", err
	}
	k := &check{Checker: c, req: req, dir: dir, times: map[string]float64{}}
	if err := k.run(ctx); err != nil {
		return rep, dir, err
	}
	if err := k.writeResults(began); err != nil {
		return rep, dir, err
	}
	k.note("total", time.Since(began))
	return k.report(), dir, nil
}

// run goes through the stages until one of them gives the answer.
func (k *check) run(ctx context.Context) error {
	if err := k.apply(ctx); err != nil || k.ev.Conflict != nil || k.ev.Untested != "" {
		return err
	}
	built, err := k.kernels(ctx)
	if err == nil && k.ev.Infra == "" {
		err = k.static(ctx)
	}
	if err != nil || k.ev.Infra != "" || k.ev.Untested != "" {
		return errors.Join(err, k.dropImages(built))
	}
	return errors.Join(k.boots(ctx, built), k.dropImages(built), k.dropFirmware())
}

// apply puts the series on its base, and the overlay on both.
func (k *check) apply(ctx context.Context) error {
	_, end := k.begin(StageApply, 0)
	rng, err := k.commits(ctx)
	if conflict := conflictOf(err); conflict != nil {
		k.ev.Conflict = conflict
		end("does not apply")
		return nil
	}
	if err != nil {
		return err
	}
	if err := k.overlay(ctx, rng); err != nil {
		return err
	}
	k.ev.Patches = len(rng.Commits) + len(rng.Skipped)
	if len(rng.Commits) == 0 {
		k.ev.Untested = "every patch of the series is in the base already"
	}
	end(fmt.Sprintf("patches: %d, on %.12s", k.ev.Patches, rng.Base))
	return nil
}

// overlay puts on base and series what goes on top of both.
func (k *check) overlay(ctx context.Context, rng gittree.Range) error {
	left, err := k.chooseOverlays(ctx, rng)
	if err != nil {
		return err
	}
	if k.rng, err = k.req.Repo.Overlay(ctx, rng, k.overlays...); err != nil {
		return err
	}
	k.rng.Dropped = append(k.rng.Dropped, left...)
	k.ev.Overlay = slices.ContainsFunc(k.rng.Used, k.req.annotates)
	return nil
}

func (k *check) commits(ctx context.Context) (gittree.Range, error) {
	if k.req.Range != nil {
		return *k.req.Range, nil
	}
	rng, err := k.req.Repo.Apply(ctx, k.req.Base, *k.req.Series)
	rng.Tree, rng.BaseWhy = k.req.Tree, k.req.BaseWhy
	return rng, err
}

// conflictOf returns what keeps a series from its base, or nil when err is
// none of the author's doing.
func conflictOf(err error) *report.Conflict {
	if c, ok := errors.AsType[*patch.ConflictError](err); ok {
		return &report.Conflict{Patch: c.Patch, File: c.File, Hunk: c.Hunk, Reason: c.Reason, Expected: c.Expected, Found: c.Found}
	}
	if r, ok := errors.AsType[*patch.RefusedError](err); ok {
		return &report.Conflict{Patch: r.Patch, File: r.File, Reason: "refused: " + r.Reason}
	}
	return nil
}

// begin is stage with the time noted for the report.
func (k *check) begin(name Stage, total int) (step func(int, string), end func(string)) {
	began := time.Now()
	step, tell := k.stage(name, total)
	return step, func(detail string) {
		k.note(string(name), time.Since(began))
		tell(detail)
	}
}

// note keeps the time that a stage took. Guests may run side by side.
func (k *check) note(stage string, took time.Duration) {
	k.timing.Lock()
	defer k.timing.Unlock()
	k.times[stage] = took.Seconds()
}

// log returns the path of a file in the run directory.
func (k *check) log(name string) string { return filepath.Join(k.dir, name) }
