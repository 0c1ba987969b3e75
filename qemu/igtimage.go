// SPDX-License-Identifier: MIT

package qemu

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
	_, err := readIGT(dir)
	return err
}

// MakeIGTImage puts an ext2 image at path with the IGT that is installed below
// dir, say /usr or the prefix of meson: its tests, the libraries they need
// (from dir first, then from this host), their loader, and its data files.
// Tests of one vendor's hardware are left out: they are most of IGT, and no
// guest has that hardware. As MakeRootImage it needs mke2fs and is atomic.
// Errors are those of CheckIGT, and ours.
func MakeIGTImage(ctx context.Context, path, dir string) error {
	igt, err := readIGT(dir)
	if err != nil {
		return err
	}
	return makeImage(ctx, path, igt.copyTo)
}

// readIGT finds the tests below dir and what they need.
func readIGT(dir string) (igtParts, error) {
	tests, err := findTests(dir)
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
func findTests(dir string) ([]string, error) {
	for _, sub := range []string{"libexec/igt-gpu-tools", "bin"} {
		entries, err := os.ReadDir(filepath.Join(dir, sub))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("read IGT directory: %w", err)
		}
		var tests []string
		for _, e := range entries {
			path := filepath.Join(dir, sub, e.Name())
			if testName(e.Name()) && program(path) {
				tests = append(tests, path)
			}
		}
		if len(tests) > 0 {
			return tests, nil
		}
	}
	return nil, fmt.Errorf("find IGT in %s: %w", dir, ErrNoTests)
}

// testName reports whether one of the tests for any driver, or for the virtual
// ones, in IGT's tests/meson.build could have name.
func testName(name string) bool {
	for _, group := range []string{
		"core_", "device_", "dmabuf", "drm_", "dumb_", "kms_", "prime_", "sw_sync", "syncobj_", "vgem_", "virtgpu_", "vkms_",
	} {
		if strings.HasPrefix(name, group) {
			return true
		}
	}
	return false
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
