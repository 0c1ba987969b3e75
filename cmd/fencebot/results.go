// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/fencebot/fencebot/internal/atomicfile"
	"github.com/fencebot/fencebot/internal/pipeline"
)

func resultFiles() []string { return []string{pipeline.ResultsFile, pipeline.BaseResultsFile} }

// guardResults refuses a directory of which a file would be overwritten that is
// no results.json. An empty name asks for no results.
func guardResults(dir string) error {
	if dir == "" {
		return nil
	}
	if fi, err := os.Stat(dir); err != nil || !fi.IsDir() {
		return errors.Join(err, fmt.Errorf("%s is no directory", dir))
	}
	for _, name := range resultFiles() {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if _, err := readIGTFile(path); err != nil {
			return fmt.Errorf("%w; remove it or choose another directory", err)
		}
	}
	return nil
}

// copyResults copies what a run left behind. What it did not write, because
// that kernel was not started, is removed: it would be that of an older check.
func copyResults(run, dir string) error {
	if dir == "" {
		return nil
	}
	for _, name := range resultFiles() {
		from, to := filepath.Join(run, name), filepath.Join(dir, name)
		in, err := os.Open(from)
		if errors.Is(err, fs.ErrNotExist) {
			if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		err = atomicfile.Write(to, func(w io.Writer) error {
			_, err := io.Copy(w, in)
			return err
		})
		if err := errors.Join(err, in.Close()); err != nil {
			return err
		}
	}
	return nil
}
