// SPDX-License-Identifier: MIT

package testplan

import (
	_ "embed"
	"path/filepath"
	"slices"

	"github.com/fencebot/fencebot/qemu/wire"
)

//go:embed lists/hardware.txt
var hardwareList string

// Hardware returns the tests that an IGT installed below igt has for these
// drivers of real graphics cards, in the order of the shipped list. They come
// after all others: a card that hangs must not keep the rest from running.
func Hardware(igt string, drivers []string) []wire.Job {
	wanted := slices.DeleteFunc(parseList(hardwareList), func(j wire.Job) bool { return !slices.Contains(drivers, j.Driver) })
	for _, sub := range testDirs {
		dir := filepath.Join(igt, sub)
		// Tests of one vendor have a directory of their own (tests/amdgpu/meson.build).
		here, own := installed(dir, wanted), installed(filepath.Join(dir, "amdgpu"), wanted)
		found := slices.DeleteFunc(slices.Clone(wanted), func(j wire.Job) bool {
			return !slices.Contains(here, j) && !slices.Contains(own, j)
		})
		if len(found) > 0 {
			return found
		}
	}
	return nil
}
