// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// CopyLayer makes a throw-away copy of a warm output directory, so that a series
// builds on the base's objects and leaves nothing behind in them. Modification
// times are kept, since make decides by them.
//
// Files are reflinked where the file system can, else copied. They are never
// hard-linked: tools that write in place would write into the base. What the
// link makes anew in any case (vmlinux, vmlinux.o, System.map, .tmp_vmlinux*) is
// not copied, which is two thirds of the bytes. layer must not exist; it is
// removed again when the copy fails.
func CopyLayer(ctx context.Context, warm, layer string) (err error) {
	if err := os.Mkdir(layer, 0o755); err != nil {
		return fmt.Errorf("copy build layer: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(layer)
		}
	}()
	copies, ctx := errgroup.WithContext(ctx)
	copies.SetLimit(runtime.NumCPU()) // the time goes into the file system, on the caller's processor
	err = filepath.WalkDir(warm, func(name string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || name == warm {
			return err
		}
		rel, err := filepath.Rel(warm, name)
		if err != nil {
			return err
		}
		to := filepath.Join(layer, rel)
		if d.Type().IsRegular() && !relinked(rel) {
			copies.Go(func() error { return copyFile(name, to) })
			return nil
		}
		return makeEntry(name, to, rel, d)
	})
	// The first failed copy is why the walk was cut off.
	if failed := copies.Wait(); failed != nil {
		err = failed
	}
	if err != nil {
		return fmt.Errorf("copy build layer: %w", err)
	}
	return nil
}

// relinked tells whether the link step writes a top-level file anew without
// looking at the old one.
func relinked(rel string) bool {
	return rel == "vmlinux" || rel == "vmlinux.o" || rel == "System.map" || strings.HasPrefix(rel, ".tmp_vmlinux")
}

// makeEntry makes what is no regular file. A socket or FIFO is no build product.
func makeEntry(from, to, rel string, d fs.DirEntry) error {
	switch {
	case relinked(rel):
		return nil
	case d.IsDir():
		return os.Mkdir(to, 0o755)
	case d.Type() == fs.ModeSymlink:
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, to)
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.OpenFile(from, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer in.Close()
	fi, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fi.Mode().Perm())
	if err != nil {
		return err
	}
	if unix.IoctlFileClone(int(out.Fd()), int(in.Fd())) != nil {
		_, err = io.Copy(out, in) // copy_file_range(2) where it can
	}
	mtime := unix.NsecToTimespec(fi.ModTime().UnixNano())
	return errors.Join(err, setTime(to, mtime), out.Close())
}

// setTime sets access and modification time to the nanosecond: make compares
// with that precision.
func setTime(name string, t unix.Timespec) error {
	return unix.UtimesNanoAt(unix.AT_FDCWD, name, []unix.Timespec{t, t}, unix.AT_SYMLINK_NOFOLLOW)
}
