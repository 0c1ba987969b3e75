// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/internal/coverage"
)

// reach says what of the series is not in the kernel that is tested. A tip
// that is the base to the last byte cannot be tested at all; builds are
// reproducible, so nothing but the series could have made a difference.
func (k *check) reach(ctx context.Context, built kernels, layer string) error {
	changed, err := k.req.Repo.ChangedFiles(ctx, k.rng.Range.Base, k.rng.Range.Tip())
	if err != nil {
		return err
	}
	out, err := os.OpenRoot(layer)
	if err != nil {
		return fmt.Errorf("look into the build: %w", err)
	}
	defer out.Close()
	missing := notCompiled(out, changed)
	named, err := k.nameOptions(ctx, missing)
	if err != nil {
		return err
	}
	if len(named) > 0 {
		k.notes = append(k.notes, "not compiled with the configuration of the tests, so not tested: "+list(named, 5))
	}
	if err := k.annotated(ctx, out); err != nil {
		return err
	}
	k.missing = missing
	if built.tip == "" || k.ev.Infra != "" {
		return nil
	}
	base, err1 := hashFile(built.base)
	tip, err2 := hashFile(built.tip)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if base == tip {
		k.ev.Untested = "the series changes nothing in the kernel that can be tested here: " + list(changed, 3)
	}
	return nil
}

// nameOptions returns the names of files with the option that each takes.
func (k *check) nameOptions(ctx context.Context, files []string) ([]string, error) {
	options, err := coverage.Options(ctx, k.req.Repo, k.rng.Range.Tip(), files)
	named := slices.Clone(files)
	for i, name := range files {
		if option := options[name]; option != "" {
			named[i] = name + " (takes " + option + ")"
		}
	}
	return named, err
}

// notCompiled returns the C and assembler files that have no object. The
// build's directory is a stranger's: it is only asked whether names are there.
func notCompiled(out *os.Root, files []string) []string {
	var missing []string
	for _, name := range files {
		ext := path.Ext(name)
		if ext != ".c" && ext != ".S" {
			continue
		}
		if _, err := out.Lstat(filepath.FromSlash(strings.TrimSuffix(name, ext) + ".o")); err != nil {
			missing = append(missing, name)
		}
	}
	return missing
}

// list names the first few of some files.
func list(names []string, most int) string {
	names = slices.Clone(names)
	if more := len(names) - most; more > 0 {
		names = append(names[:most], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
