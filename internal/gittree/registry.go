// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A Registry is the set of source trees in a state directory: a bare repository
// trees/NAME.git for each, with a small file about its origin inside.
type Registry struct {
	dir string // STATE/trees
}

// A Tree is a registered source tree.
type Tree struct {
	Name    string    `json:"name"`
	Source  string    `json:"source"` // URL or absolute path
	Kind    Kind      `json:"kind"`
	Added   time.Time `json:"added"`
	Updated time.Time `json:"updated"`
	// Stamp tells whether a tarball has changed: its size and time.
	Stamp string `json:"stamp,omitempty"`
	Dir   string `json:"-"` // the bare repository
}

const (
	gitSuffix = ".git"
	infoFile  = "fencebot-tree.json"
	tmpPrefix = ".new-" // of half-made trees; no tree name starts with a dot
	maxName   = 64
)

// OpenRegistry opens the registry in a state directory, which is made if need be.
func OpenRegistry(stateDir string) (*Registry, error) {
	abs, err := filepath.Abs(stateDir)
	if err != nil {
		return nil, fmt.Errorf("open tree registry: %w", err)
	}
	dir := filepath.Join(abs, "trees")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open tree registry: %w", err)
	}
	return &Registry{dir: dir}, nil
}

// CheckTreeName returns an error unless name is 1 to 64 of a-z A-Z 0-9 . _ - and
// starts with a letter or digit: it becomes a file name and part of reports.
func CheckTreeName(name string) error {
	const first = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	switch {
	case name == "" || len(name) > maxName:
		return fmt.Errorf("tree name %q: not 1 to %d characters", name, maxName)
	case !strings.Contains(first, name[:1]), strings.Trim(name, first+"._-") != "":
		return fmt.Errorf("tree name %q: only letters, digits and ._- and a letter or digit in front", name)
	case strings.HasSuffix(name, gitSuffix), strings.HasSuffix(name, ".lock"):
		return fmt.Errorf("tree name %q: ends in .git or .lock", name)
	}
	return nil
}

// path returns the repository of a tree, whether or not it exists.
func (g *Registry) path(name string) string { return filepath.Join(g.dir, name+gitSuffix) }

// Add registers source, a git URL, a local repository or a source tarball,
// under name. Nothing is left of a tree that could not be made.
func (g *Registry) Add(ctx context.Context, name, source string) (Tree, error) {
	if err := CheckTreeName(name); err != nil {
		return Tree{}, fmt.Errorf("add tree: %w", err)
	}
	kind, source, err := sourceKind(ctx, source)
	if err != nil {
		return Tree{}, fmt.Errorf("add tree %s: %w", name, err)
	}
	unlock, err := g.lock(name)
	if err != nil {
		return Tree{}, fmt.Errorf("add tree %s: %w", name, err)
	}
	defer unlock()
	if _, err := os.Lstat(g.path(name)); err == nil {
		return Tree{}, fmt.Errorf("add tree %s: it exists already", name)
	}
	t := Tree{Name: name, Source: source, Kind: kind, Added: time.Now().UTC(), Dir: filepath.Join(g.dir, tmpPrefix+name)}
	if err := g.make(ctx, &t); err != nil {
		return Tree{}, fmt.Errorf("add tree %s: %w", name, errors.Join(err, os.RemoveAll(t.Dir)))
	}
	return t, nil
}

// Get returns one tree, or [ErrUnknownTree].
func (g *Registry) Get(name string) (Tree, error) {
	if err := CheckTreeName(name); err != nil {
		return Tree{}, err
	}
	data, err := os.ReadFile(filepath.Join(g.path(name), infoFile))
	if errors.Is(err, os.ErrNotExist) {
		return Tree{}, fmt.Errorf("tree %s: %w", name, ErrUnknownTree)
	}
	if err != nil {
		return Tree{}, fmt.Errorf("read tree %s: %w", name, err)
	}
	t := Tree{}
	if err := json.Unmarshal(data, &t); err != nil {
		return Tree{}, fmt.Errorf("read tree %s: %w", name, err)
	}
	t.Name, t.Dir = name, g.path(name)
	return t, nil
}

// List returns all trees by name.
func (g *Registry) List() ([]Tree, error) {
	dirs, err := os.ReadDir(g.dir)
	if err != nil {
		return nil, fmt.Errorf("list trees: %w", err)
	}
	var all []Tree
	for _, d := range dirs {
		name, ok := strings.CutSuffix(d.Name(), gitSuffix)
		if !ok || CheckTreeName(name) != nil {
			continue
		}
		t, err := g.Get(name)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b Tree) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// Update brings a tree up to date with its source. An unchanged tarball is not
// read again.
func (g *Registry) Update(ctx context.Context, name string) (Tree, error) {
	if err := CheckTreeName(name); err != nil {
		return Tree{}, fmt.Errorf("update tree: %w", err)
	}
	unlock, err := g.lock(name)
	if err != nil {
		return Tree{}, fmt.Errorf("update tree %s: %w", name, err)
	}
	defer unlock()
	t, err := g.Get(name)
	if err != nil {
		return Tree{}, fmt.Errorf("update: %w", err)
	}
	if err := fill(ctx, &t); err != nil {
		return Tree{}, fmt.Errorf("update tree %s: %w", name, err)
	}
	return t, nil
}

// Remove forgets a tree and deletes its repository, or [ErrUnknownTree].
func (g *Registry) Remove(name string) error {
	if err := CheckTreeName(name); err != nil {
		return fmt.Errorf("remove tree: %w", err)
	}
	unlock, err := g.lock(name)
	if err != nil {
		return fmt.Errorf("remove tree %s: %w", name, err)
	}
	defer unlock()
	// First out of sight: a half-removed tree would look like a damaged one.
	gone := filepath.Join(g.dir, tmpPrefix+name)
	err = os.RemoveAll(gone)
	if err == nil {
		err = os.Rename(g.path(name), gone)
	}
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove tree %s: %w", name, ErrUnknownTree)
	}
	if err := errors.Join(err, os.RemoveAll(gone)); err != nil {
		return fmt.Errorf("remove tree %s: %w", name, err)
	}
	return nil
}

// Open opens the repository of a tree.
func (g *Registry) Open(ctx context.Context, name string) (*Repo, error) {
	return g.OpenWith(ctx, name, Options{})
}

// OpenWith is Open with options.
func (g *Registry) OpenWith(ctx context.Context, name string, o Options) (*Repo, error) {
	t, err := g.Get(name)
	if err != nil {
		return nil, err
	}
	r, err := o.Open(ctx, t.Dir)
	if err != nil {
		return nil, err
	}
	r.name = name
	return r, nil
}

// lock keeps other processes from changing a tree: ErrBusy if one does.
func (g *Registry) lock(name string) (unlock func(), err error) {
	return lockFile(filepath.Join(g.dir, "."+name+".lock"))
}
