// SPDX-License-Identifier: MIT

// Package atomicfile writes files so that a reader sees the old contents or all
// of the new ones, whatever happens in between.
//
// It promises nothing about a loss of power: files are not synced, because what
// is written with it can be made again. A directory that is not there is an
// error.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Write replaces the file at path, with mode 0644, by what fill writes. When
// fill or the disk fails the old file stays, and nothing else is left behind.
func Write(path string, fill func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	err = fill(f)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}
