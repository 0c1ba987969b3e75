// SPDX-License-Identifier: MIT

package static

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/patch"
)

// Limits of what one check reads of a tree.
const (
	maxFiles  = 48      // files; amdgpu has a dozen with a root in them
	maxSource = 2 << 20 // bytes of a file; the largest of a driver has a quarter of that
	maxAll    = 12 << 20
)

// A driver is a directory whose functions call each other.
type driver struct {
	dir  string
	deep bool // what lies below it is the same driver
}

// driverOf returns the driver that a C file belongs to; false for what is none.
func driverOf(file string) (driver, bool) {
	parts := strings.Split(file, "/")
	if path.Ext(file) != ".c" || parts[0] != "drivers" || len(parts) < 3 {
		return driver{}, false
	}
	depth := 0
	switch {
	case strings.HasPrefix(file, "drivers/gpu/drm/") && len(parts) > 4:
		depth = 4 // drivers/gpu/drm/amd
	case strings.HasPrefix(file, "drivers/accel/") && len(parts) > 3:
		depth = 3
	default:
		return driver{dir: path.Dir(file)}, true
	}
	return driver{dir: strings.Join(parts[:depth], "/"), deep: true}, true
}

// A tree reads the files of one commit.
type tree struct {
	repo   *gittree.Repo
	commit string
	bytes  int // read so far
}

// read returns the text of a file; false when the tree has none of that path,
// or when the limits leave it out.
func (t *tree) read(ctx context.Context, file string) ([]byte, bool, error) {
	text, ok, err := t.repo.File(ctx, t.commit, file)
	if errors.Is(err, patch.ErrTooBig) {
		return nil, false, nil
	}
	if err != nil || !ok || len(text) > maxSource || t.bytes+len(text) > maxAll {
		return nil, false, err
	}
	t.bytes += len(text)
	return text, true, nil
}

// rootFiles returns the files of drivers that may have a signalling path in
// them.
func (t *tree) rootFiles(ctx context.Context, drivers []driver) ([]string, error) {
	var out []string
	for _, d := range drivers {
		files, err := t.repo.SourcesWith(ctx, t.commit, d.dir, d.deep, words()...)
		if err != nil {
			return nil, err
		}
		out = append(out, files...)
	}
	return out, nil
}

// callers returns the files of drivers that name one of some functions.
func (t *tree) callers(ctx context.Context, drivers []driver, names []string) ([]string, error) {
	if len(names) == 0 {
		return nil, nil
	}
	var out []string
	for _, d := range drivers {
		files, err := t.repo.SourcesWith(ctx, t.commit, d.dir, d.deep, names...)
		if err != nil {
			return nil, err
		}
		out = append(out, files...)
	}
	return out, nil
}

// driversOf returns the drivers of files, each once.
func driversOf(files []string) []driver {
	var out []driver
	for _, f := range files {
		if d, ok := driverOf(f); ok && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

// sources returns those of files that belong to a driver.
func sources(files []string) []string {
	return slices.DeleteFunc(slices.Clone(files), func(f string) bool {
		_, ok := driverOf(f)
		return !ok
	})
}
