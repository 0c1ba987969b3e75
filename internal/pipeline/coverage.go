// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/fencebot/fencebot/internal/coverage"
	"github.com/fencebot/fencebot/qemu"
)

// sites are the annotated calls of the patched tree and which of their files
// are in the kernel.
type sites struct {
	all   []coverage.Site
	built map[string]bool
}

// annotated finds the annotated sites of the patched tree. It runs while the
// build is there: it alone knows which files were compiled. Until tests have
// run, no site is reached.
func (k *check) annotated(ctx context.Context, out *os.Root) error {
	files, err := k.annotatedFiles(ctx)
	if err != nil {
		return err
	}
	k.sites.all, err = coverage.Sites(ctx, k.req.Repo, k.rng, files)
	if err != nil {
		return err
	}
	k.sites.built = map[string]bool{}
	for _, s := range k.sites.all {
		object := strings.TrimSuffix(s.File, path.Ext(s.File)) + ".o"
		_, err := out.Lstat(filepath.FromSlash(object))
		k.sites.built[s.File] = err == nil
	}
	k.match(coverage.Evidence{NotCounted: "no test ran"})
	return nil
}

// annotatedFiles are the files of the base that annotate anything. To look
// through a whole kernel takes seconds, so they are kept.
func (k *check) annotatedFiles(ctx context.Context) ([]string, error) {
	tree, err := k.req.Repo.TreeID(ctx, k.rng.Base)
	if err != nil {
		return nil, err
	}
	key, err := keyOf("annotated files 1", tree)
	if err != nil {
		return nil, err
	}
	var files []string
	if loadJSON(k.state.result(key), &files) {
		touch(k.state.result(key))
		return files, nil
	}
	if files, err = coverage.Files(ctx, k.req.Repo, k.rng.Base); err != nil {
		return nil, err
	}
	return files, saveJSON(k.state.result(key), files)
}

// cover holds the sites against what the guests counted on the patched kernel.
func (k *check) cover(boots []qemu.Boot) {
	var e coverage.Evidence
	for _, b := range boots {
		if p := b.Primed(); p.Note != "" && e.NotCounted == "" {
			e.NotCounted = p.Note
		}
	}
	for _, r := range qemu.Results(k.req.Jobs, boots) {
		e.Ran = append(e.Ran, coverage.Ran{Test: r.Job.Name(), Hits: r.Hits})
	}
	k.match(e)
}

func (k *check) match(e coverage.Evidence) {
	e.Devices = displayDrivers(k.shown)
	e.Built = func(file string) bool { return k.sites.built[file] }
	k.ev.Coverage = coverage.Match(k.sites.all, e)
}
