// SPDX-License-Identifier: MIT

package qemu

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
)

// maxFirmware bounds an archive in bytes: the guest holds it in memory. All of
// linux-firmware's amdgpu has 90 MiB.
const maxFirmware = 256 << 20

// ErrNoFirmware reports a directory that has nothing for a driver.
var ErrNoFirmware = errors.New("no firmware found")

// MakeFirmware puts an archive at dst from which the guest's kernel unpacks
// /lib/firmware before its drivers start: they are built in, and would look for
// their firmware before the root image is mounted. There is no /init in it, so
// that the kernel goes on to the root image (kernel_init_freeable in init/main.c).
//
// Of dir, which is laid out as linux-firmware is, the subdirectories are taken
// that names lists: amdgpu, i915, xe. Links are followed within dir only. Files
// stay as they are; the kernel reads .xz and .zst. The error wraps ErrNoFirmware
// when there is not one file in any of them.
func MakeFirmware(ctx context.Context, dst, dir string, names []string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("%w in %s: %w", ErrNoFirmware, dir, err)
	}
	defer root.Close()
	return writeAtomically(dst, func(temp string) error {
		f, err := os.OpenFile(temp, os.O_WRONLY|os.O_TRUNC, 0)
		if err != nil {
			return fmt.Errorf("make firmware archive: %w", err)
		}
		a := &archive{w: bufio.NewWriter(f), dirs: map[string]bool{}}
		err = a.fill(ctx, root, names)
		return errors.Join(err, os.Chmod(temp, 0o644), f.Close()) // QEMU runs as somebody else
	})
}

// An archive is a cpio file in the form newc, which the kernel reads
// (Documentation/driver-api/early-userspace/buffer-format.rst).
type archive struct {
	w    *bufio.Writer
	ino  int
	size int64
	dirs map[string]bool // those that are in it
}

func (a *archive) fill(ctx context.Context, root *os.Root, names []string) error {
	for _, name := range names {
		files, err := firmwareFiles(root, name)
		if err != nil {
			return fmt.Errorf("find firmware for %q in %s: %w", name, root.Name(), err)
		}
		for _, file := range files {
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			if err := a.copy(root, file); err != nil {
				return fmt.Errorf("add firmware %s: %w", file, err)
			}
		}
	}
	if a.ino == 0 {
		return fmt.Errorf("%w for %q in %s", ErrNoFirmware, names, root.Name())
	}
	if err := a.entry("TRAILER!!!", 0, nil, 0); err != nil {
		return err
	}
	return a.w.Flush()
}

// firmwareFiles lists what is below one subdirectory, in order; a missing one has
// nothing.
func firmwareFiles(root *os.Root, name string) ([]string, error) {
	var files []string
	err := fs.WalkDir(root.FS(), name, func(p string, _ fs.DirEntry, err error) error {
		if p == name && errors.Is(err, fs.ErrNotExist) {
			return fs.SkipAll
		}
		if err != nil {
			return err
		}
		if info, err := root.Stat(p); err == nil && info.Mode().IsRegular() { // follows links
			files = append(files, p)
		}
		return nil
	})
	slices.Sort(files)
	return files, err
}

// copy adds a file, and the directories above it that are not there yet.
func (a *archive) copy(root *os.Root, file string) error {
	f, err := root.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if a.size += info.Size(); a.size > maxFirmware {
		return fmt.Errorf("more than %d MiB; make a directory with what the device needs", maxFirmware>>20)
	}
	to := path.Join("lib/firmware", file)
	if err := a.mkdir(path.Dir(to)); err != nil {
		return err
	}
	return a.entry(to, 0o100644, f, info.Size())
}

func (a *archive) mkdir(dir string) error {
	if dir == "." || a.dirs[dir] {
		return nil
	}
	a.dirs[dir] = true
	if err := a.mkdir(path.Dir(dir)); err != nil {
		return err
	}
	return a.entry(dir, 0o040755, nil, 0)
}

// entry writes a header of 13 numbers, the name and the content; name and
// content end on a multiple of four bytes.
func (a *archive) entry(name string, mode int, content io.Reader, size int64) error {
	a.ino++
	const magic = "070701"
	// ino, mode, uid, gid, nlink, mtime, filesize, four of devices, namesize, check
	fmt.Fprintf(a.w, magic+"%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		a.ino, mode, 0, 0, 1, 1, size, 0, 0, 0, 0, len(name)+1, 0)
	fmt.Fprintf(a.w, "%s\x00%s", name, padding(110+len(name)+1)) // Flush has the error of both
	if content != nil {
		n, err := io.Copy(a.w, io.LimitReader(content, size))
		if err == nil && n < size {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
	}
	_, err := a.w.WriteString(padding(int(size)))
	return err
}

func padding(n int) string { return "\x00\x00\x00"[:(4-n%4)%4] }
