// SPDX-License-Identifier: MIT

package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/internal/pipeline"
	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/patch/harness"
	"github.com/fencebot/fencebot/patch/overlay"
	"github.com/fencebot/fencebot/qemu"
)

// request reads everything that a check needs before any work is done. The
// returned function closes the tree.
func (a *app) request(ctx context.Context, f checkFlags, args []string) (pipeline.Request, func(), error) {
	closeTree := func() {}
	req, err := a.asked(ctx, f)
	if err != nil {
		return req, closeTree, err
	}
	if f.rng != "" {
		req, closeTree, err = a.rangeRequest(ctx, f, req)
	} else {
		req, closeTree, err = a.seriesRequest(ctx, f, req, args[0])
	}
	if err == nil {
		err = a.giveDevices(ctx, f, origin(f), &req)
	}
	if err == nil {
		err = a.planTests(ctx, f, &req)
	}
	return req, closeTree, err
}

// asked is the part of a request that does not depend on what is checked.
func (a *app) asked(ctx context.Context, f checkFlags) (pipeline.Request, error) {
	req := pipeline.Request{IGT: a.igtDir(f.igt)}
	var err error
	if req.Flavour, err = kernelbuild.ParseFlavour(cmp.Or(f.flavour, a.cfg.Build.Flavour)); err != nil {
		return req, usagef("--flavour: %w", err)
	}
	if _, err := a.plan(f, nil, nil); err != nil {
		return req, err // better now than after the series was read
	}
	if req.IGT != "" {
		if err := qemu.CheckIGT(req.IGT); err != nil {
			return req, usagef("IGT in %s: %w", req.IGT, err)
		}
	}
	if req.Harness, err = harness.Series(); err != nil {
		return req, err
	}
	if f.overlay != "" {
		s, err := a.readSeries(ctx, f.overlay)
		if err != nil {
			return req, err
		}
		req.Overlays = []patch.Series{s}
	}
	if a.cfg.Overlays && !f.noOverlays {
		req.Annotations, err = ownOverlays(req.Flavour)
	}
	return req, err
}

// seriesRequest takes a mailed series.
func (a *app) seriesRequest(ctx context.Context, f checkFlags, req pipeline.Request, path string) (pipeline.Request, func(), error) {
	none := func() {}
	s, err := a.readSeries(ctx, path)
	if err != nil {
		return req, none, err
	}
	req.Series, req.SeriesMbox = &s, patch.Mbox(s)
	tree, err := a.openTree(ctx, f.tree)
	if err != nil {
		return req, none, err
	}
	req.Tree, req.Repo = tree.name, tree.Repo
	req.Base, req.BaseWhy, err = chooseBase(ctx, tree.Repo, f.base, s.BaseCommit)
	return req, func() { tree.Close() }, err
}

// ownOverlays are fencebot's own patches for a flavour, in the order in which
// they apply.
func ownOverlays(f kernelbuild.Flavour) ([]patch.Series, error) {
	list, err := overlay.Series()
	if err != nil || f != kernelbuild.Wide {
		return list, err
	}
	aids, err := overlay.Aids()
	return append(list, aids...), err
}

// rangeRequest takes commits from the git work tree one stands in, or from the
// tree that --tree names.
func (a *app) rangeRequest(ctx context.Context, f checkFlags, req pipeline.Request) (pipeline.Request, func(), error) {
	none := func() {}
	from, to, ok := strings.Cut(f.rng, "..")
	if !ok || from == "" || to == "" || strings.HasPrefix(to, ".") {
		return req, none, usagef("--range %s: want A..B", f.rng)
	}
	if f.base != "" {
		return req, none, usagef("--base and --range: the range has its own base")
	}
	tree, err := a.rangeTree(ctx, f.tree)
	if err != nil {
		return req, none, err
	}
	closeTree := func() { tree.Close() }
	rng, err := tree.Range(ctx, from, to)
	if err != nil {
		return req, closeTree, usagef("--range %s: %w", f.rng, err)
	}
	if len(rng.Commits) == 0 {
		return req, closeTree, usagef("--range %s: there is no commit in it", f.rng)
	}
	rng.Tree = tree.name
	req.Tree, req.Repo, req.Range = tree.name, tree.Repo, &rng
	req.Base, req.BaseWhy = rng.Base, rng.BaseWhy
	return req, closeTree, nil
}

// rangeTree is openTree, but the work tree one stands in comes first, and
// uncommitted changes in it are mentioned.
func (a *app) rangeTree(ctx context.Context, name string) (sourceTree, error) {
	if name != "" {
		return a.openTree(ctx, name)
	}
	tree, err := kernelHere(ctx)
	if err != nil {
		return a.openTree(ctx, "")
	}
	if n, err := gittree.Uncommitted(ctx, "."); err == nil && n > 0 {
		fmt.Fprintf(a.stderr, "fencebot: changes that are not committed (files: %d) are not part of the range\n", n)
	}
	return tree, nil
}

// errNoKernel reports a directory that is in no work tree of a kernel.
var errNoKernel = errors.New("not in the work tree of a kernel")

// kernelHere opens the git work tree one stands in, when it is a kernel's.
func kernelHere(ctx context.Context) (sourceTree, error) {
	repo, err := gittree.Open(ctx, ".")
	if err != nil {
		return sourceTree{}, err
	}
	top := strings.TrimSuffix(repo.Dir(), "/.git")
	for _, name := range []string{"Kbuild", "Kconfig", "MAINTAINERS", "scripts/kconfig"} {
		if _, err := os.Stat(filepath.Join(top, name)); err != nil {
			return sourceTree{}, errors.Join(errNoKernel, repo.Close())
		}
	}
	return sourceTree{repo, workTreeName(repo.Dir())}, nil
}

// workTreeName names a repository that is not registered, for slots and
// caches: two repositories never share a name.
func workTreeName(gitDir string) string {
	dir := gitDir
	if filepath.Base(dir) == ".git" {
		dir = filepath.Dir(dir)
	}
	sum := sha256.Sum256([]byte(gitDir))
	return fmt.Sprintf("%s-%x", filepath.Base(dir), sum[:4])
}

// width is the number of columns of a terminal, or 80.
func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil {
			return n
		}
	}
	return 80
}
