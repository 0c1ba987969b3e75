// SPDX-License-Identifier: MIT

package qemu

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// imageID is file system id and hash seed of every image, so that the same
// content gives the same image but for the files' change times.
const imageID = "fe9cb07f-fe9c-4b07-8fe9-cb07fe9cb07f"

// mountPoints are the empty directories of every image: it is read-only, and
// the agent mounts over them or changes its root to it.
func mountPoints() []string { return []string{"proc", "sys", "dev", "tmp", "run"} }

// MakeRootImage puts an ext2 image at path that boots into binary: a static
// fencebot as /init, and mount points, /igt among them for the extra image. It
// needs mke2fs of e2fsprogs and no privileges. The image appears whole or not
// at all, and replaces one that is there. An error is ours: a file that cannot
// be read or written, or mke2fs.
func MakeRootImage(ctx context.Context, path, binary string) error {
	if err := CheckAgent(binary); err != nil {
		return err
	}
	return makeImage(ctx, path, func(dir string) error {
		if err := os.Mkdir(filepath.Join(dir, "igt"), 0o755); err != nil {
			return fmt.Errorf("make mount point: %w", err)
		}
		return copyFile(filepath.Join(dir, "init"), binary, 0o755)
	})
}

// makeImage puts an image at path with what fill puts into a directory.
func makeImage(ctx context.Context, path string, fill func(dir string) error) error {
	dir, err := os.MkdirTemp(filepath.Dir(path), ".image-*")
	if err != nil {
		return fmt.Errorf("make staging directory: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // becomes the mode of /
		return fmt.Errorf("set mode of staging directory: %w", err)
	}
	for _, name := range mountPoints() {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			return fmt.Errorf("make mount point: %w", err)
		}
	}
	if err := fill(dir); err != nil {
		return err
	}
	return writeAtomically(path, func(temp string) error { return mke2fs(ctx, temp, dir) })
}

// mke2fs makes temp an image of dir.
func mke2fs(ctx context.Context, temp, dir string) error {
	program, err := lookTool("mke2fs")
	if err != nil {
		return err
	}
	blocks, inodes, err := measure(dir)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program, "-q", "-F", "-t", "ext2",
		"-b", strconv.Itoa(blockSize), "-I", "128", "-m", "0", "-N", strconv.Itoa(inodes),
		"-O", "^resize_inode", "-U", imageID,
		"-E", "hash_seed="+imageID+",root_owner=0:0,lazy_itable_init=0",
		"-d", dir, temp, strconv.Itoa(blocks))
	// Both names of the fixed time: SOURCE_DATE_EPOCH since e2fsprogs 1.47.1.
	cmd.Env = []string{"LC_ALL=C", "MKE2FS_CONFIG=/dev/null", "E2FSPROGS_FAKE_TIME=1", "SOURCE_DATE_EPOCH=1"}
	cmd.WaitDelay = 5 * time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("run mke2fs: %w: %s", err, oneLine(string(out), maxDetail))
	}
	// CreateTemp makes 0600; the image holds no secret.
	if err := os.Chmod(temp, 0o644); err != nil {
		return fmt.Errorf("set mode of image: %w", err)
	}
	return nil
}

// blockSize is the page size of the guest: with it a page fault is one read.
const blockSize = 4096

// measure gives every file below dir one and the same time, and returns how
// many blocks and inodes an image of dir needs.
func measure(dir string) (blocks, inodes int, err error) {
	epoch := time.Unix(1, 0)
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		n := int((info.Size() + blockSize - 1) / blockSize)
		blocks += n + n/512 + 4 // indirect blocks, and some for a directory
		inodes++
		return os.Chtimes(path, epoch, epoch)
	})
	if err != nil {
		return 0, 0, fmt.Errorf("measure image: %w", err)
	}
	inodes += 32 // 11 are ext2's own
	// A group of 32768 blocks has bitmaps, descriptors and its inode table.
	groups := blocks/30000 + 1
	return blocks + inodes*128/blockSize + groups*16 + 64, inodes, nil
}

// lookTool finds a program that may lie in a directory of root's PATH only.
func lookTool(name string) (string, error) {
	path, err := exec.LookPath(name)
	for _, dir := range []string{"/usr/sbin", "/sbin"} {
		if err == nil {
			break
		}
		path, err = exec.LookPath(filepath.Join(dir, name))
	}
	if err != nil {
		return "", fmt.Errorf("find %s (Debian package e2fsprogs): %w", name, err)
	}
	return path, nil
}

// copyFile copies a regular file, through symlinks.
func copyFile(dst, src string, mode fs.FileMode) (err error) {
	in, err := os.Open(src)
	if err != nil {
		return fmt.Errorf("open file for image: %w", err)
	}
	defer in.Close()
	if info, err := in.Stat(); err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("copy %s: %w", src, cmp.Or(err, errNotRegular))
	}
	out, err := os.OpenFile(dst, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("create file for image: %w", err)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("copy %s: %w", src, err)
	}
	return nil
}

var errNotRegular = errors.New("not a regular file")
