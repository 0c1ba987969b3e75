// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
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
	tree, clashes, err := b.repo.mergeTrees(ctx, old, theirs, b.view.root)
	if err != nil {
		return fmt.Errorf("merge patch %d: %w", p.Number, err)
	}
	if tree == "" {
		return conflict.In(clashes)
	}
	if tree == b.view.root {
		b.skipped = append(b.skipped, Skipped{Patch: p.Number, Why: "its change is in the tree already"})
		return nil
	}
	b.queue(p, newCommit{tree: tree})
	return b.flush(ctx)
}

// mergeTrees merges the step from the files in old to theirs into the tree ours.
// It returns the merged tree, or none and the files that clash.
func (r *Repo) mergeTrees(ctx context.Context, old, theirs []patch.Change, ours string) (string, []string, error) {
	who := ident{r.opts.Name, r.opts.Email, "0 +0000"}
	step := newCommit{author: who, committer: who, message: "merge\n"}
	base, other, mine := step, step, step
	base.changes = old
	other.from, other.changes = ":1", theirs
	mine.from, mine.tree = ":1", ours
	ids, err := r.write(ctx, []newCommit{base, other, mine})
	if err != nil {
		return "", nil, err
	}
	// As git am sets it: a directory rename on our side moves no new file.
	cmd := r.git.command(ctx, "-c", "merge.directoryRenames=false",
		"merge-tree", "--write-tree", "--allow-unrelated-histories", "--name-only", "--no-messages", "-z", ids[2], ids[1])
	out, err := outputOf(ctx, cmd)
	names := strings.Split(strings.TrimRight(out, "\x00"), "\x00")
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 1 && isObjectID(names[0]) {
		return "", names[1:], nil
	}
	if err != nil {
		return "", nil, err
	}
	if !isObjectID(names[0]) {
		return "", nil, fmt.Errorf("run git merge-tree: unexpected answer %q", names[0])
	}
	return names[0], nil, nil
}
