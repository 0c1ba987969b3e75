// SPDX-License-Identifier: MIT

package patch

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// ErrNoAncestor says that a repository lacks the files that a patch was made
// against, so that no 3-way merge can be tried.
var ErrNoAncestor = errors.New("patch: the repository lacks the files the patch was made against")

// Ancestor returns the files that d was made against, by the blob ids on its
// index lines: the tree that git calls the fake ancestor of a 3-way merge
// (build_fake_ancestor in git's apply.c). find completes an id, which may be
// abbreviated, and says whether exactly one such blob exists; t is the tree
// that d does not fit on.
func (d *Diff) Ancestor(ctx context.Context, t Tree, find func(ctx context.Context, id string) (string, bool, error)) (map[string]Entry, error) {
	files := map[string]Entry{}
	for _, f := range d.files {
		if f.isNew() {
			continue
		}
		e, err := f.ancestor(ctx, t, find)
		if err != nil {
			return nil, err
		}
		files[f.name()] = e
	}
	for path := range files {
		for i, c := range path {
			if _, ok := files[path[:i]]; ok && c == '/' {
				return nil, fmt.Errorf("%w: %s is file and directory", ErrNoAncestor, path[:i])
			}
		}
	}
	return files, nil
}

func (f *fileDiff) ancestor(ctx context.Context, t Tree, find func(context.Context, string) (string, bool, error)) (Entry, error) {
	mode := f.oldMode
	if mode == 0 {
		mode = ModeFile
	}
	const shortest = 4 // MINIMUM_ABBREV, git's object-name.c
	if id := f.git.OldOIDPrefix; len(id) >= shortest && isHex(id) && strings.Trim(id, "0") != "" {
		full, ok, err := find(ctx, id)
		if err != nil {
			return Entry{}, err
		}
		if ok {
			return Entry{Mode: mode, ID: full}, nil
		}
	}
	if f.changesLines() {
		return Entry{}, fmt.Errorf("%w: %s", ErrNoAncestor, f.name())
	}
	e, ok, err := t.Entry(ctx, f.oldName) // a mode change or a pure rename has no index line
	if err != nil {
		return Entry{}, err
	}
	if !ok || e.Mode == ModeDir || e.Mode == ModeGitlink {
		return Entry{}, fmt.Errorf("%w: %s", ErrNoAncestor, f.name())
	}
	return Entry{Mode: mode, ID: e.ID, Data: e.Data}, nil
}
