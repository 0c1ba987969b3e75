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

// ErrNoTests reports that a directory is no installed IGT.
var ErrNoTests = errors.New("no IGT test binaries in libexec/igt-gpu-tools or bin")

// MakeIGTImage puts an ext2 image at path with the IGT that is installed below
// dir, say /usr or the prefix of meson: its tests, the libraries they need
// (from dir first, then from this host), their loader, and its data files. As
// MakeRootImage it needs mke2fs and is atomic. The error wraps ErrNoTests when
// dir holds no tests, and names a library that is nowhere.
func MakeIGTImage(ctx context.Context, path, dir string) error {
	tests, err := findTests(dir)
	if err != nil {
		return err
	}
	return makeImage(ctx, path, func(stage string) error {
		for _, sub := range []string{IGTTests, IGTData, igtLibs} {
			if err := os.Mkdir(filepath.Join(stage, sub), 0o755); err != nil {
				return fmt.Errorf("make image directory: %w", err)
			}
		}
		libs := newLibraries(dir)
		for _, test := range tests {
			if err := copyFile(filepath.Join(stage, IGTTests, filepath.Base(test)), test, 0o755); err != nil {
				return err
			}
			if err := libs.add(test); err != nil {
				return err
			}
		}
		if err := libs.copyTo(stage); err != nil {
			return err
		}
		return copyData(filepath.Join(stage, IGTData), filepath.Join(dir, "share/igt-gpu-tools"))
	})
}

// findTests returns the ELF programs in IGT's own directory, or else those in
// bin that are named like its tests: bin of a system has much more.
func findTests(dir string) ([]string, error) {
	for _, place := range []struct {
		sub  string
		test func(name string) bool
	}{
		{"libexec/igt-gpu-tools", func(string) bool { return true }},
		{"bin", testName},
	} {
		entries, err := os.ReadDir(filepath.Join(dir, place.sub))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("read IGT directory: %w", err)
		}
		var tests []string
		for _, e := range entries {
			path := filepath.Join(dir, place.sub, e.Name())
			if place.test(e.Name()) && program(path) {
				tests = append(tests, path)
			}
		}
		if len(tests) > 0 {
			return tests, nil
		}
	}
	return nil, fmt.Errorf("find IGT in %s: %w", dir, ErrNoTests)
}

// testName reports whether a test of IGT's tests/meson.build could have name.
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

// libraries collects what ELF files need.
type libraries struct {
	dirs   []string
	found  map[string]string // name as in DT_NEEDED -> file on this host
	loader map[string]bool   // paths as in PT_INTERP
}

func newLibraries(prefix string) *libraries {
	const arch = "x86_64-linux-gnu"
	l := &libraries{found: map[string]string{}, loader: map[string]bool{}}
	for _, root := range []string{prefix, "/usr/local", "/", "/usr"} {
		for _, sub := range []string{"lib/" + arch, "lib64", "lib"} {
			l.dirs = append(l.dirs, filepath.Join(root, sub))
		}
	}
	return l
}

// add collects what file needs, and what that needs.
func (l *libraries) add(file string) error {
	f, err := elf.Open(file)
	if err != nil {
		return fmt.Errorf("read ELF file %s: %w", file, err)
	}
	defer f.Close()
	if interp, err := interpreter(f); err != nil {
		return fmt.Errorf("read loader of %s: %w", file, err)
	} else if interp != "" {
		l.loader[interp] = true
	}
	names, err := f.ImportedLibraries()
	if err != nil {
		return fmt.Errorf("read libraries of %s: %w", file, err)
	}
	for _, name := range names {
		if _, ok := l.found[name]; ok {
			continue
		}
		lib, err := l.find(name, f.Machine)
		if err != nil {
			return fmt.Errorf("find library for %s: %w", file, err)
		}
		l.found[name] = lib
		if err := l.add(lib); err != nil {
			return err
		}
	}
	return nil
}

// find returns the file of a library for the given machine.
func (l *libraries) find(name string, machine elf.Machine) (string, error) {
	if name != filepath.Base(name) || strings.HasPrefix(name, ".") {
		return "", fmt.Errorf("library name %q has a path", name)
	}
	for _, dir := range l.dirs {
		path := filepath.Join(dir, name)
		f, err := elf.Open(path)
		if err != nil {
			continue // not there, or a linker script
		}
		ok := f.Machine == machine
		f.Close()
		if ok {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is in none of %s", name, strings.Join(slices.Compact(l.dirs), ", "))
}

// copyTo puts the libraries and loaders into an image.
func (l *libraries) copyTo(stage string) error {
	for name, file := range l.found {
		if err := copyFile(filepath.Join(stage, igtLibs, name), file, 0o755); err != nil {
			return err
		}
	}
	for path := range l.loader {
		dst := filepath.Join(stage, path)
		if _, err := os.Stat(dst); err == nil {
			continue // it is a library, too
		}
		if err := os.MkdirAll(filepath.Dir(dst), 0o755); err != nil {
			return fmt.Errorf("make directory of loader: %w", err)
		}
		if err := copyFile(dst, path, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// maxInterp limits the length of a loader's path.
const maxInterp = 256

// interpreter returns the path of f's dynamic loader, or "" if it has none.
func interpreter(f *elf.File) (string, error) {
	for _, p := range f.Progs {
		if p.Type != elf.PT_INTERP {
			continue
		}
		if p.Filesz > maxInterp {
			return "", errors.New("path of loader too long")
		}
		b := make([]byte, p.Filesz)
		if _, err := p.ReadAt(b, 0); err != nil {
			return "", err
		}
		path := strings.TrimRight(string(b), "\x00")
		if !filepath.IsAbs(path) || filepath.Clean(path) != path {
			return "", fmt.Errorf("loader %q is not an absolute path", path)
		}
		return path, nil
	}
	return "", nil
}
