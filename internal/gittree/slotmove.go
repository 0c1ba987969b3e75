// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/fencebot/fencebot/patch"
)

// dirMode and the file modes let everybody read.
const (
	dirMode  = 0o755
	fileMode = 0o644
	execMode = 0o755
)

// move goes to commit from wherever the slot is, a cut-off move included.
func (s *Slot) move(ctx context.Context, commit string) (Moved, error) {
	paths, err := s.stale(ctx, commit)
	if err != nil {
		return Moved{}, fmt.Errorf("check out %s: %w", commit, err)
	}
	if len(paths) > 0 {
		s.state.Moving = append(s.state.Moving, commit)
		if err := s.save(); err != nil {
			return Moved{}, err
		}
	}
	moved, err := s.place(ctx, commit, paths)
	if err != nil {
		return moved, fmt.Errorf("check out %s: %w", commit, err)
	}
	s.state.At, s.state.Moving = commit, nil
	return moved, s.save()
}

// stale returns the paths that may not be as commit has them, sorted.
func (s *Slot) stale(ctx context.Context, commit string) ([]string, error) {
	all := map[string]bool{}
	for _, from := range append([]string{s.state.At}, s.state.Moving...) {
		if from == commit {
			continue
		}
		diffs, err := s.repo.differences(ctx, from, commit)
		if err != nil {
			return nil, err
		}
		for _, d := range diffs {
			all[d.path] = true
		}
	}
	paths := make([]string, 0, len(all))
	for p := range all {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	return paths, nil
}

// place makes these paths what commit has: first all removals, so that a file
// can become a directory, then the rest.
func (s *Slot) place(ctx context.Context, commit string, paths []string) (Moved, error) {
	var m Moved
	tree, err := s.repo.TreeID(ctx, commit)
	if err != nil {
		return m, err
	}
	home, err := s.repo.TreeID(ctx, s.state.Home)
	if err != nil {
		return m, err
	}
	want := make([]patch.Entry, len(paths))
	for i, p := range paths {
		e, ok, err := s.repo.entry(ctx, tree, p)
		if err != nil {
			return m, err
		}
		if ok && e.Mode != patch.ModeDir {
			want[i] = e
			continue
		}
		if err := s.remove(p, ok); err != nil {
			return m, err
		}
		m.Removed = append(m.Removed, p)
	}
	for i, p := range paths {
		if want[i].Mode == 0 {
			continue
		}
		was, ok, err := s.repo.entry(ctx, home, p)
		if err != nil {
			return m, err
		}
		when := fileTime()
		if ok && was.Mode == want[i].Mode && was.ID == want[i].ID {
			when = s.homeTime(p)
			m.Restored = append(m.Restored, p)
		} else {
			m.Written = append(m.Written, p)
		}
		if err := s.put(ctx, p, want[i], when); err != nil {
			return m, err
		}
	}
	return m, nil
}

// fileTime is the current time as all our ways to set it can store it.
func fileTime() time.Time { return time.Now().Truncate(time.Microsecond) }

func (s *Slot) homeTime(p string) time.Time {
	if t, ok := s.state.Times[p]; ok {
		return time.Unix(0, t)
	}
	return time.Unix(0, s.state.HomeTime)
}

// put writes one file.
func (s *Slot) put(ctx context.Context, p string, e patch.Entry, when time.Time) error {
	if e.Mode == patch.ModeGitlink {
		return s.mkdirs(p) // an empty directory, as git leaves one
	}
	data, err := s.repo.blob(ctx, e.ID)
	if err != nil {
		return err
	}
	return s.writeFile(p, e.Mode, data, when)
}

// writeFile replaces p. The new file is another inode: a build that still reads
// the old one, or a copy of the slot made with hard links, sees no change.
func (s *Slot) writeFile(p string, mode patch.Mode, data []byte, when time.Time) error {
	if err := s.mkdirs(path.Dir(p)); err != nil {
		return err
	}
	if err := s.root.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if mode == patch.ModeSymlink {
		return s.root.Symlink(string(data), p)
	}
	perm := fs.FileMode(fileMode)
	if mode == patch.ModeExec {
		perm = execMode
	}
	f, err := s.root.OpenFile(p, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(perm), f.Close()); err != nil {
		return err
	}
	return s.root.Chtimes(p, when, when)
}

// mkdirs makes dir and those above it. A file in the way has been removed
// before, or is a mistake of ours.
func (s *Slot) mkdirs(dir string) error {
	if dir == "." {
		return nil
	}
	if info, err := s.root.Lstat(dir); err == nil && info.IsDir() {
		if info.Mode().Perm() == dirMode {
			return nil
		}
		return s.root.Chmod(dir, dirMode) // we were killed right after Mkdir
	}
	if err := s.mkdirs(path.Dir(dir)); err != nil {
		return err
	}
	if err := s.root.Mkdir(dir, dirMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return s.root.Chmod(dir, dirMode)
}

// remove takes p away, and directories above it that are empty then. With
// keepDir there is to be a directory at p, which may have come already.
func (s *Slot) remove(p string, keepDir bool) error {
	info, err := s.root.Lstat(p)
	if err == nil && !(keepDir && info.IsDir()) {
		if err = s.root.Remove(p); isNotEmpty(err) {
			err = s.root.RemoveAll(p) // only after a cut-off move
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !isNotDir(err) {
		return err
	}
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		if s.root.Remove(dir) != nil {
			break // not empty, or gone
		}
	}
	return nil
}

// save writes the state in one step.
func (s *Slot) save() error {
	if err := writeJSON(s.dir+".json", s.state); err != nil {
		return fmt.Errorf("save slot: %w", err)
	}
	return nil
}

// readState reads a state file; a missing one is a new slot.
func readState(name string, state *slotState) error {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, state); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	for _, id := range append([]string{state.Home, state.At}, state.Moving...) {
		if id != "" && !isObjectID(id) {
			return fmt.Errorf("read %s: %q is not a commit", name, strings.ToValidUTF8(id, "?"))
		}
	}
	return nil
}
