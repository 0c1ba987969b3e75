// SPDX-License-Identifier: MIT

package patch

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// An outcome is what a whole patch leaves behind.
type outcome struct {
	deleted map[string]bool
	written map[string]Entry
}

// newOutcome puts the results of single files together: all removals come
// first, then all files are written, the later one of two with the same name
// last (write_out_results in git's apply.c).
func newOutcome(files []*fileDiff, results []Entry) *outcome {
	o := &outcome{deleted: map[string]bool{}, written: map[string]Entry{}}
	for i, f := range files {
		if f.oldName != "" && (f.newName == "" || f.git.IsRename) {
			o.deleted[f.oldName] = true
		}
		if f.newName != "" {
			o.written[f.newName] = results[i]
		}
	}
	for path := range o.written {
		delete(o.deleted, path)
	}
	return o
}

func (o *outcome) changes() []Change {
	var all []Change
	for _, path := range slices.Sorted(maps.Keys(o.deleted)) {
		all = append(all, Change{Path: path, Delete: true})
	}
	for _, path := range slices.Sorted(maps.Keys(o.written)) {
		all = append(all, Change{Path: path, Entry: o.written[path]})
	}
	return all
}

// checkPlaces looks at where files would be written: never through a symbolic
// link, in the tree or of this patch, and never below or in place of something
// that is not of the right kind.
func (o *outcome) checkPlaces(ctx context.Context, t Tree, number int) error {
	for _, path := range slices.Sorted(maps.Keys(o.written)) {
		if err := checkParents(ctx, t, o, number, path); err != nil {
			return err
		}
		e, ok, err := t.Entry(ctx, path)
		if err != nil {
			return err
		}
		if ok && e.Mode == ModeDir {
			return &ConflictError{Patch: number, File: path, Reason: "a directory is in its place"}
		}
	}
	return nil
}

// checkParents looks at every directory above path, with o (which may be nil)
// taken into account.
func checkParents(ctx context.Context, t Tree, o *outcome, number int, path string) error {
	for i := strings.IndexByte(path, '/'); i >= 0; {
		dir := path[:i]
		e, ok, err := o.entry(ctx, t, dir)
		switch {
		case err != nil:
			return err
		case ok && (e.Mode == ModeSymlink || e.Mode == ModeGitlink):
			return &RefusedError{Patch: number, File: path, Reason: "path through a symbolic link or submodule: " + dir}
		case ok && e.Mode != ModeDir:
			return &ConflictError{Patch: number, File: path, Reason: dir + " is a file"}
		}
		next := strings.IndexByte(path[i+1:], '/')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return nil
}

func (o *outcome) entry(ctx context.Context, t Tree, path string) (Entry, bool, error) {
	if o != nil {
		if e, ok := o.written[path]; ok {
			return e, true, nil
		}
		if o.deleted[path] {
			return Entry{}, false, nil
		}
	}
	return t.Entry(ctx, path)
}
