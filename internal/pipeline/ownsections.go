// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/patch"
)

// chooseOverlays takes all overlays but those of ours that annotate where the
// series does so itself, behind the test drivers. Inside of a section dma_fence_begin_signalling() and its
// end do nothing (drivers/dma-buf/dma-fence.c), so ours around the author's would
// hide a missing end, and a second one.
//
// A directory is a driver, and what the author annotates is seldom called through
// another driver's section. What the user gave stays in any case, and comes first:
// where it and one of ours do not go together, ours is dropped.
func (k *check) chooseOverlays(ctx context.Context, rng gittree.Range) (left []gittree.Dropped, err error) {
	dirs, err := k.annotatingDirs(ctx, rng)
	if err != nil {
		return nil, err
	}
	k.overlays = slices.Concat(k.req.Harness, k.req.Overlays)
	for i, s := range k.req.Annotations {
		dir := sharedDir(s, dirs)
		if dir == "" {
			k.overlays = append(k.overlays, s)
			continue
		}
		if n := len(left); n > 0 && left[n-1].Title == s.Title {
			continue // another variant of it
		}
		left = append(left, gittree.Dropped{
			Overlay: len(k.req.Harness) + len(k.req.Overlays) + i, Title: s.Title, Why: "the series changes annotations in " + dir + " itself, which ours would hide",
		})
	}
	return left, nil
}

// annotatingDirs are the directories in which the series adds, moves to another
// file or removes an annotation.
func (k *check) annotatingDirs(ctx context.Context, rng gittree.Range) (map[string]bool, error) {
	files, err := k.req.Repo.ChangedFiles(ctx, rng.Base, rng.Tip())
	if err != nil {
		return nil, err
	}
	dirs := map[string]bool{}
	for _, name := range files {
		if path.Ext(name) != ".c" && path.Ext(name) != ".h" {
			continue
		}
		before, _, err := k.req.Repo.File(ctx, rng.Base, name)
		if err != nil {
			return nil, err
		}
		after, _, err := k.req.Repo.File(ctx, rng.Tip(), name)
		if err != nil {
			return nil, err
		}
		if !maps.Equal(annotations(before), annotations(after)) {
			dirs[path.Dir(name)] = true
		}
	}
	return dirs, nil
}

// annotations counts the lines of a source file that begin or end a section.
func annotations(source []byte) map[string]int {
	n := map[string]int{}
	for line := range strings.Lines(string(source)) {
		if strings.Contains(line, "dma_fence_begin_signalling(") || strings.Contains(line, "dma_fence_end_signalling(") {
			n[strings.TrimSpace(line)]++
		}
	}
	return n
}

// sharedDir is a directory of dirs in which s changes a file, or "".
func sharedDir(s patch.Series, dirs map[string]bool) string {
	for _, p := range s.Patches {
		for line := range strings.Lines(p.Diff) {
			name, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "+++ b/")
			if ok && dirs[path.Dir(name)] {
				return path.Dir(name)
			}
		}
	}
	return ""
}
