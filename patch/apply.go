// SPDX-License-Identifier: MIT

package patch

import (
	"context"
	"errors"
	"fmt"
)

// Apply works out what d does to t and returns it, one change per path, deletions
// first. It writes nothing. A patch that does not fit gives a [*ConflictError],
// one that must not be applied a [*RefusedError]; any other error is t's.
//
// The outcome is that of "git apply --index" (check_patch and write_out_results
// in git's apply.c): a hunk may move but its whole context must match.
func (d *Diff) Apply(ctx context.Context, t Tree) ([]Change, error) {
	s := &stage{tree: t, number: d.Number, names: map[string]result{}}
	for _, f := range d.files {
		if f.oldName != "" && (f.newName == "" || f.git.IsRename) {
			s.names[f.oldName] = result{fate: toBeDeleted}
		}
	}
	var first *ConflictError
	for _, f := range d.files {
		err := s.apply(ctx, f)
		if c, ok := errors.AsType[*ConflictError](err); ok {
			first = first.and(c, d.Number, f.name())
		} else if err != nil {
			return nil, s.explain(f, err)
		}
	}
	if first != nil {
		return nil, first
	}
	out := newOutcome(d.files, s.results)
	if err := out.checkPlaces(ctx, t, d.Number); err != nil {
		return nil, err
	}
	return out.changes(), nil
}

// A stage is the state of a tree while the files of one patch go onto it.
type stage struct {
	tree    Tree
	number  int
	names   map[string]result // what the patch has done to a path so far
	results []Entry           // one per file of the diff
	written int               // bytes of new contents
}

// A result is what became of a path, or will.
type result struct {
	fate  fate
	entry Entry // for changed
}

// A fate is a state of a path within one patch, as in git's apply.c.
type fate int

const (
	untouched   fate = iota
	changed          // an earlier part of the patch wrote it
	toBeDeleted      // a later part will take it away
	wasDeleted       // an earlier part did
)

func (s *stage) apply(ctx context.Context, f *fileDiff) error {
	old, err := s.preimage(ctx, f)
	if err != nil {
		return err
	}
	mode, err := newMode(f, old.Mode)
	if err != nil {
		return err
	}
	if f.newName != "" && (f.isNew() || f.moves()) {
		if err := s.checkFree(ctx, f.newName); err != nil {
			return err
		}
	}
	e, err := s.contents(ctx, f, old, mode)
	if err != nil {
		return err
	}
	s.results = append(s.results, e)
	if f.newName != "" {
		s.names[f.newName] = result{changed, e}
	}
	if f.newName == "" || f.git.IsRename {
		s.names[f.oldName] = result{fate: wasDeleted}
	}
	return nil
}

// preimage returns what f changes: the outcome of an earlier part of the patch
// or what the tree has. It is the zero Entry for a new file.
func (s *stage) preimage(ctx context.Context, f *fileDiff) (Entry, error) {
	if f.oldName == "" {
		return Entry{}, nil
	}
	if r := s.names[f.oldName]; !f.moves() {
		switch r.fate {
		case changed:
			return sameType(f, r.entry)
		case wasDeleted:
			return Entry{}, &ConflictError{Reason: "renamed or deleted earlier in the same patch"}
		}
	}
	e, ok, err := s.tree.Entry(ctx, f.oldName)
	switch {
	case err != nil:
		return Entry{}, err
	case !ok:
		if err := checkParents(ctx, s.tree, nil, s.number, f.oldName); err != nil {
			return Entry{}, err
		}
		return Entry{}, &ConflictError{Reason: "file does not exist"}
	case e.Mode == ModeDir:
		return Entry{}, &ConflictError{Reason: "is a directory"}
	case e.Mode == ModeGitlink:
		return Entry{}, &RefusedError{Patch: s.number, File: f.oldName, Reason: "submodule change"}
	}
	return sameType(f, e)
}

func sameType(f *fileDiff, e Entry) (Entry, error) {
	if f.oldMode != 0 && f.oldMode&modeType != e.Mode&modeType {
		return Entry{}, &ConflictError{Reason: fmt.Sprintf("has mode %o, the patch expects %o", e.Mode, f.oldMode)}
	}
	return e, nil
}

// newMode is the mode that the file gets. One that the patch does not set stays
// as the tree has it, even where the index line says otherwise.
func newMode(f *fileDiff, have Mode) (Mode, error) {
	switch {
	case f.isDelete():
		return 0, nil
	case f.newMode == 0 && f.oldName == "":
		return ModeFile, nil
	case f.newMode == 0:
		return have, nil
	case f.oldName != "" && f.newMode&modeType != have&modeType:
		return 0, &ConflictError{Reason: fmt.Sprintf("mode %o cannot become %o", have, f.newMode)}
	}
	return f.newMode, nil
}

// checkFree reports a conflict when something is where a file is to be created.
// A directory is looked at later, it may be empty by then.
func (s *stage) checkFree(ctx context.Context, path string) error {
	if r := s.names[path]; r.fate == toBeDeleted || r.fate == wasDeleted {
		return nil
	}
	e, ok, err := s.tree.Entry(ctx, path)
	if err != nil || !ok || e.Mode == ModeDir {
		return err
	}
	return &ConflictError{Reason: fmt.Sprintf("%s exists already", path)}
}

// contents applies the hunks of f to old.
func (s *stage) contents(ctx context.Context, f *fileDiff, old Entry, mode Mode) (Entry, error) {
	touched := f.changesLines() || f.git.IsBinary
	if !touched && f.newName != "" && f.oldName != "" && mode != ModeSymlink {
		return Entry{Mode: mode, ID: old.ID, Data: old.Data}, nil
	}
	data, err := old.contents(ctx, s.tree)
	if err != nil {
		return Entry{}, err
	}
	if f.git.IsBinary {
		data, err = applyBinary(ctx, s.tree, f, data)
	} else if touched {
		data, err = applyText(data, f.git.TextFragments)
	}
	if err != nil {
		return Entry{}, err
	}
	if f.isDelete() && len(data) > 0 {
		return Entry{}, &ConflictError{Reason: "has more lines than the patch deletes"}
	}
	if s.written += len(data); len(data) > MaxFileBytes || s.written > MaxResultBytes {
		return Entry{}, ErrTooBig
	}
	if mode == ModeSymlink {
		if err := CheckLink(f.newName, string(data)); err != nil {
			return Entry{}, &RefusedError{Patch: s.number, File: f.newName, Reason: err.Error()}
		}
	}
	return Entry{Mode: mode, Data: data}, nil
}

// explain turns limits into refusals and leaves other errors as they are.
func (s *stage) explain(f *fileDiff, err error) error {
	if errors.Is(err, ErrTooBig) || errors.Is(err, errBudget) {
		return &RefusedError{Patch: s.number, File: f.name(), Reason: err.Error()}
	}
	if _, ok := errors.AsType[*RefusedError](err); ok {
		return err
	}
	return fmt.Errorf("apply patch %d to %s: %w", s.number, f.name(), err)
}
