// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/fencebot/fencebot/patch"
)

// merge places p with git's merge, as fall_back_threeway in git's builtin/am.c
// does: the files that the patch was made against are the common ancestor, the
// patched ones are the other side. conflict is why it did not fit directly.
func (b *builder) merge(ctx context.Context, p patch.Patch, d *patch.Diff, conflict *patch.ConflictError) error {
	files, err := d.Ancestor(ctx, b.view, b.repo.findBlob)
	if errors.Is(err, patch.ErrNoAncestor) {
		return conflict
	}
	if err != nil {
		return err
	}
	ancestor := newLayer(b.repo, "")
	var old []patch.Change
	for path, e := range files {
		old = append(old, patch.Change{Path: path, Entry: e})
	}
	ancestor.apply(old)
	theirs, err := d.Apply(ctx, ancestor)
	if _, ok := errors.AsType[*patch.ConflictError](err); ok {
		return conflict // the patch was edited by hand, or the id is another file's
	}
	if err != nil {
		return err
	}
	if err := b.flush(ctx); err != nil {
		return err
	}
	sides := sides{old: old, theirs: theirs}
	if err := b.narrow(ctx, &sides); err != nil {
		return err
	}
	changes, clashes, err := b.repo.mergeSides(ctx, sides)
	switch {
	case err != nil:
		return fmt.Errorf("merge patch %d: %w", p.Number, err)
	case clashes != nil:
		return conflict.In(clashes)
	case len(changes) == 0:
		b.skipped = append(b.skipped, Skipped{Patch: p.Number, Why: "its change is in the tree already"})
		return nil
	}
	b.queue(p, newCommit{changes: changes})
	return b.flush(ctx)
}

// The sides of a merge: files of the ancestor, what theirs does to them, and
// ours: all of tree, or if it is empty only these files.
type sides struct {
	old, theirs, ours []patch.Change
	tree              string
}

// narrow leaves only those files on our side that can matter, which makes the
// merge of a patch as quick on a kernel as on a small tree. They are the ones
// that the patch is about, unless one of them has gone: then it may have been
// renamed to any other file, and git has to look at the whole tree.
func (b *builder) narrow(ctx context.Context, s *sides) error {
	seen := map[string]bool{}
	for _, c := range append(s.old[:len(s.old):len(s.old)], s.theirs...) {
		e, ok, err := b.view.Entry(ctx, c.Path)
		if err != nil {
			return err
		}
		old := len(seen) < len(s.old)
		if ok && e.Mode == patch.ModeDir || !ok && old {
			s.ours, s.tree = nil, b.view.root
			return nil
		}
		if ok && !seen[c.Path] {
			s.ours = append(s.ours, patch.Change{Path: c.Path, Entry: e})
		}
		seen[c.Path] = true
	}
	return b.addAttributes(ctx, s, seen)
}

// addAttributes puts the .gitattributes files that hold for the narrowed files
// on all sides, since they can say how to merge. (They can only choose between
// git's own ways: the configuration names no merge program.)
func (b *builder) addAttributes(ctx context.Context, s *sides, seen map[string]bool) error {
	for _, c := range s.ours[:len(s.ours):len(s.ours)] {
		for dir := c.Path; dir != ""; {
			dir = dir[:max(strings.LastIndexByte(dir, '/'), 0)]
			path := strings.TrimPrefix(dir+"/.gitattributes", "/")
			if seen[path] {
				continue
			}
			seen[path] = true
			e, ok, err := b.view.Entry(ctx, path)
			if err != nil {
				return err
			}
			if ok && (e.Mode == patch.ModeFile || e.Mode == patch.ModeExec) {
				s.ours = append(s.ours, patch.Change{Path: path, Entry: e})
				s.old = append(s.old, patch.Change{Path: path, Entry: e})
			}
		}
	}
	return nil
}

// mergeSides merges and returns what changes on our side, or the files that clash.
//
// It runs "git merge-recursive" in an index and a work tree of its own, which
// is the function that git am calls, with the same engine in every version of
// git. "git merge-tree" would be less work, but before git 2.50 it compares
// lines by another algorithm than am, which settles other conflicts.
func (r *Repo) mergeSides(ctx context.Context, s sides) (changes []patch.Change, clashes []string, err error) {
	who := ident{r.opts.Name, r.opts.Email, "0 +0000"}
	step := newCommit{author: who, committer: who, message: "merge\n"}
	base, other, mine := step, step, step
	base.changes = s.old
	other.from, other.changes = ":1", s.theirs
	mine.tree, mine.changes = s.tree, s.ours
	ids, err := r.write(ctx, []newCommit{base, other, mine})
	if err != nil {
		return nil, nil, err
	}
	tmp, err := os.MkdirTemp("", "fencebot-merge-")
	if err != nil {
		return nil, nil, fmt.Errorf("make work tree: %w", err)
	}
	defer os.RemoveAll(tmp)
	m, err := r.newMergeDir(tmp)
	if err != nil {
		return nil, nil, err
	}
	tree, clashes, err := m.run(ctx, ids[0], ids[2], ids[1])
	if err != nil || clashes != nil {
		return nil, clashes, err
	}
	diffs, err := r.differences(ctx, ids[2], tree)
	if err != nil {
		return nil, nil, err
	}
	for _, d := range diffs { // deletions first, so that a file can become a directory
		if d.new.Mode == 0 {
			changes = append(changes, patch.Change{Path: d.path, Delete: true})
		}
	}
	for _, d := range diffs {
		if d.new.Mode != 0 {
			changes = append(changes, patch.Change{Path: d.path, Entry: d.new})
		}
	}
	return changes, nil, nil
}
