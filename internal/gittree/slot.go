// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// A Slot is one checked-out source directory that is kept for warm builds. It
// has a home commit, the one that the warm build is of. A file that is as the
// home commit has it keeps the modification time that it had when the build was
// made; a file that differs has the time when it was written. So make rebuilds
// what a series changes, and nothing when the slot is back home.
//
// That holds for objects that are built at home only. A build directory that
// has followed the slot from one patch to the next can hold objects that are
// newer than a file that went back to its home time: see [Moved.Restored].
//
// A slot belongs to one process at a time. Its files can be read by everybody,
// since builds run under another uid.
type Slot struct {
	repo   *Repo
	dir    string
	state  slotState
	root   *os.Root
	unlock func()
}

// A slotState is what a slot remembers, in DIR.json.
type slotState struct {
	Home string // commit; empty for a new slot
	At   string // commit that is checked out; empty for none
	// Moving is not empty while files change: the commits that are on the way.
	// After a kill every path that differs between these is written again.
	Moving []string `json:",omitempty"`
	// HomeTime is the modification time of files as the home commit has them,
	// in nanoseconds since 1970, unless Times has another one.
	HomeTime int64
	// Times are those of files that changed when the home moved.
	Times map[string]int64 `json:",omitempty"`
}

// Moved is what a checkout did to files.
type Moved struct {
	Written  []string // got other contents, or a mode, and the current time
	Restored []string // are as at home again, with their old time
	Removed  []string
}

// OpenSlot opens the slot in dir, which is made if need be; next to it are
// dir.json and dir.lock. It returns [ErrBusy] when another process has it. Close
// it after use.
func (r *Repo) OpenSlot(dir string) (*Slot, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open slot: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open slot: %w", err)
	}
	unlock, err := lockFile(dir + ".lock")
	if err != nil {
		return nil, fmt.Errorf("open slot %s: %w", dir, err)
	}
	s := &Slot{repo: r, dir: dir, unlock: unlock}
	if err := s.open(); err != nil {
		unlock()
		return nil, fmt.Errorf("open slot %s: %w", dir, err)
	}
	return s, nil
}

func (s *Slot) open() error {
	// umask may have taken bits away that the builder needs.
	if err := os.Chmod(s.dir, 0o755); err != nil {
		return err
	}
	if err := readState(s.dir+".json", &s.state); err != nil {
		return err
	}
	root, err := os.OpenRoot(s.dir)
	s.root = root
	return err
}

// Dir is the source directory.
func (s *Slot) Dir() string { return s.dir }

// Home is the commit that the slot's warm build is of, or empty.
func (s *Slot) Home() string { return s.state.Home }

// At is the commit that is checked out: empty when there is none, or when a
// move was cut off.
func (s *Slot) At() string {
	if len(s.state.Moving) > 0 {
		return ""
	}
	return s.state.At
}

// Close releases the slot.
func (s *Slot) Close() error {
	err := s.root.Close()
	s.unlock()
	return err
}

// SetHome checks commit out and makes it the home. Files that differ from the
// old home get the current time, the others keep theirs. The first time, and
// when the repository has lost a commit that the slot was at, all files are
// written; [Moved] is empty then.
func (s *Slot) SetHome(ctx context.Context, commit string) (Moved, error) {
	commit, err := s.repo.Resolve(ctx, commit)
	if err != nil {
		return Moved{}, err
	}
	known, err := s.known(ctx)
	if err != nil {
		return Moved{}, err
	}
	if !known {
		if err := s.fill(ctx, commit); err != nil {
			return Moved{}, fmt.Errorf("check out %s: %w", commit, err)
		}
		return Moved{}, nil
	}
	if commit != s.state.Home {
		diffs, err := s.repo.differences(ctx, s.state.Home, commit)
		if err != nil {
			return Moved{}, err
		}
		now := fileTime().UnixNano()
		if s.state.Times == nil {
			s.state.Times = map[string]int64{}
		}
		for _, d := range diffs {
			delete(s.state.Times, d.path)
			if d.new.Mode != 0 {
				s.state.Times[d.path] = now
			}
		}
		// Files of the old home that are checked out now and in the new home as
		// well are among the differences of neither: they keep their time.
		s.state.Moving = append(s.state.Moving, s.state.Home)
		s.state.Home = commit
	}
	return s.move(ctx, commit)
}

// Checkout makes the slot's files those of commit and touches only what
// differs. It returns [ErrNoHome] when the slot needs SetHome first.
func (s *Slot) Checkout(ctx context.Context, commit string) (Moved, error) {
	commit, err := s.repo.Resolve(ctx, commit)
	if err != nil {
		return Moved{}, err
	}
	known, err := s.known(ctx)
	if err != nil {
		return Moved{}, err
	}
	if !known {
		return Moved{}, fmt.Errorf("check out %s: %w", commit, ErrNoHome)
	}
	return s.move(ctx, commit)
}

// known reports whether the repository still has every commit that the slot
// knows its files by. It may not: git drops commits of a series after two weeks.
func (s *Slot) known(ctx context.Context) (bool, error) {
	for _, id := range append([]string{s.state.At, s.state.Home}, s.state.Moving...) {
		if id == "" {
			return false, nil
		}
		o, err := s.repo.reader.info(ctx, id)
		if err != nil && o.kind == "" {
			return false, err
		}
		if o.kind != "commit" {
			return false, nil
		}
	}
	return true, nil
}
