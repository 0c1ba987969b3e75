// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// make fills a new repository in t.Dir and moves it to its place.
func (g *Registry) make(ctx context.Context, t *Tree) error {
	if err := os.RemoveAll(t.Dir); err != nil { // of an Add that was killed
		return err
	}
	cmd := inTree(ctx, g.dir, "init", "--quiet", "--bare", "--template=", "--initial-branch=main", "--", t.Dir)
	if _, err := outputOf(ctx, cmd); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(t.Dir, "objects", "info"), 0o755); err != nil {
		return err
	}
	if err := fill(ctx, t); err != nil {
		return err
	}
	if err := os.Rename(t.Dir, g.path(t.Name)); err != nil {
		return err
	}
	t.Dir = g.path(t.Name)
	return nil
}

// fill brings the source into t.Dir and notes that it did.
func fill(ctx context.Context, t *Tree) error {
	dst := git{dir: t.Dir}
	switch t.Kind {
	case KindURL:
		if err := fetchURL(ctx, dst, t.Source); err != nil {
			return err
		}
	case KindLocal:
		if err := borrow(ctx, dst, t.Source); err != nil {
			return err
		}
	case KindTarball:
		stamp, err := stampOf(t.Source)
		if err != nil {
			return err
		}
		if stamp != t.Stamp {
			if err := importTarball(ctx, dst, t.Source, filepath.Base(t.Source)); err != nil {
				return err
			}
		}
		t.Stamp = stamp
	default:
		return fmt.Errorf("unknown kind of source %q", t.Kind)
	}
	t.Updated = time.Now().UTC()
	return writeJSON(filepath.Join(t.Dir, infoFile), t)
}

func stampOf(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("look at tarball: %w", err)
	}
	return fmt.Sprintf("%d bytes, %s", info.Size(), info.ModTime().UTC().Format(time.RFC3339Nano)), nil
}

// writeJSON replaces a small file in one step.
func writeJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		return fmt.Errorf("encode %s: %w", filepath.Base(path), err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
