// SPDX-License-Identifier: MIT

package qemu

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Where the parts of an installed IGT are in its image. The agent mounts it,
// changes its root to it and starts IGTTests/NAME in directory IGTData: IGT
// looks for its files in the working directory, too (igt_fopen_data).
const (
	IGTTests = "/tests"
	IGTData  = "/data"
	igtLibs  = "/lib" // the dynamic loader looks here unasked
)

// ErrNoTests reports that a directory is no prefix of an installed IGT.
var ErrNoTests = errors.New("no IGT test binaries in libexec/igt-gpu-tools or bin")

// An igtParts is what an image takes from an installed IGT.
type igtParts struct {
	dir   string
	tests []string // paths
	libs  *libraries
}

// CheckIGT reports why MakeIGTImage would refuse dir, without making anything:
// to be asked before a kernel is built. The error wraps ErrNoTests when dir
// holds no tests, and names a library that is nowhere.
func CheckIGT(dir string) error {
	_, err := readIGT(dir, nil)
	return err
}

// MakeIGTImage puts an ext2 image at path with the IGT that is installed below
// dir, say /usr or the prefix of meson: its tests, the libraries they need
// (from dir first, then from this host), their loader, and its data files.
// Tests of one vendor's hardware are left out, since they are most of IGT, but
// for those of the drivers that are named. As MakeRootImage it needs mke2fs and is atomic.
// Errors are those of CheckIGT, and ours.
func MakeIGTImage(ctx context.Context, path, dir string, drivers ...string) error {
	igt, err := readIGT(dir, drivers)
	if err != nil {
		return err
	}
	return makeImage(ctx, path, igt.copyTo)
}

// readIGT finds the tests below dir and what they need.
func readIGT(dir string, drivers []string) (igtParts, error) {
	tests, err := findTests(dir, drivers)
	if err != nil {
		return igtParts{}, err
	}
	libs := newLibraries(dir)
	for _, test := range tests {
		if err := libs.add(test); err != nil {
			return igtParts{}, err
		}
	}
	return igtParts{dir, tests, libs}, libs.addLoaded()
}

// copyTo fills an image.
func (p igtParts) copyTo(stage string) error {
	for _, sub := range []string{IGTTests, IGTData, igtLibs} {
		if err := os.Mkdir(filepath.Join(stage, sub), 0o755); err != nil {
			return fmt.Errorf("make image directory: %w", err)
		}
	}
	for _, test := range p.tests {
		if err := copyFile(filepath.Join(stage, IGTTests, filepath.Base(test)), test, 0o755); err != nil {
			return err
		}
	}
	if err := p.libs.copyTo(stage); err != nil {
		return err
	}
	return copyData(filepath.Join(stage, IGTData), filepath.Join(p.dir, "share/igt-gpu-tools"))
}

// findTests returns the ELF programs that are named like tests, in IGT's own
// directory, or else in bin, which has much more on a system.
func findTests(dir string, drivers []string) ([]string, error) {
	prefixes := testPrefixes(drivers)
	for _, sub := range []string{"libexec/igt-gpu-tools", "bin"} {
		tests, err := testsIn(filepath.Join(dir, sub), prefixes)
		if err == nil && len(tests) > 0 {
			var own []string // of one vendor (tests/amdgpu/meson.build)
			own, err = testsIn(filepath.Join(dir, sub, "amdgpu"), prefixes)
			tests = append(tests, own...)
		}
		if err != nil || len(tests) > 0 {
			return tests, err
		}
	}
	return nil, fmt.Errorf("find IGT in %s: %w", dir, ErrNoTests)
}

// testsIn returns the programs in a directory that are named like tests; one
// that is not there has none.
func testsIn(dir string, prefixes []string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read IGT directory: %w", err)
	}
	var tests []string
	for _, e := range entries {
		named := slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(e.Name(), p) })
		if path := filepath.Join(dir, e.Name()); named && program(path) {
			tests = append(tests, path)
		}
	}
	return tests, nil
}

// testPrefixes are how the names begin that IGT's tests/meson.build has for
// tests for any driver, for the virtual ones, and for the drivers given.
func testPrefixes(drivers []string) []string {
	names := []string{
		"core_", "device_", "dmabuf", "drm_", "dumb_", "kms_", "prime_", "sw_sync", "syncobj_", "vgem_", "virtgpu_", "vkms_",
	}
	for _, d := range drivers {
		switch d {
		case "amdgpu":
			names = append(names, "amd_")
		case "i915":
			names = append(names, "gem_", "i915_")
		case "xe":
			names = append(names, "xe_")
		}
	}
	return names
}

// program reports whether path is an ELF file that may be run.
func program(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return false
	}
	f, err := elf.Open(path)
	if err != nil {
		return false
	}
	f.Close()
	return true
}

// copyData copies the plain files of src, such as pictures and test lists; a
// src that is not there has none.
func copyData(dst, src string) error {
	entries, err := os.ReadDir(src)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("read IGT data: %w", err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		if err := copyFile(filepath.Join(dst, e.Name()), filepath.Join(src, e.Name()), 0o644); err != nil {
			return err
		}
	}
	return nil
}
