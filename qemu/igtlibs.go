// SPDX-License-Identifier: MIT

package qemu

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

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

// addLoaded adds what no file names because glibc loads it when it needs it:
// libgcc_s, for pthread_exit and pthread_cancel, which threads of IGT call when
// they fail. Without it that failure is an abort. Tests linked to another C
// library, or on a host without it, do without.
func (l *libraries) addLoaded() error {
	const unwinder = "libgcc_s.so.1"
	libc, ok := l.found["libc.so.6"]
	if !ok || l.found[unwinder] != "" {
		return nil
	}
	f, err := elf.Open(libc)
	if err != nil {
		return fmt.Errorf("read C library: %w", err)
	}
	defer f.Close()
	if path, err := l.find(unwinder, f.Machine); err == nil {
		l.found[unwinder] = path
		return l.add(path)
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
