// SPDX-License-Identifier: MIT

package gittree

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/fencebot/fencebot/patch"
)

const (
	writers   = 4        // goroutines that write files in the first checkout
	heldBytes = 64 << 20 // contents on their way to them; no file may be as big
)

func isNotEmpty(err error) bool {
	return errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, syscall.EEXIST)
}

func isNotDir(err error) bool { return errors.Is(err, syscall.ENOTDIR) }

// fill is the first checkout: the whole tree, in one pass through the objects.
// It writes blobs as they are; "git archive" and "git checkout" would follow
// .gitattributes, which a series can change.
func (s *Slot) fill(ctx context.Context, commit string) error {
	s.state = slotState{} // a fill that is cut off starts again
	if err := s.save(); err != nil {
		return err
	}
	if err := s.wipe(); err != nil {
		return err
	}
	files, err := s.repo.list(ctx, commit)
	if err != nil {
		return err
	}
	now := fileTime()
	if err := s.writeAll(ctx, files, now); err != nil {
		return err
	}
	s.state = slotState{Home: commit, At: commit, HomeTime: now.UnixNano()}
	return s.save()
}

// wipe empties the slot: what lies there is left from a fill that was cut off.
func (s *Slot) wipe() error {
	names, err := os.ReadDir(s.dir)
	for _, n := range names {
		err = errors.Join(err, os.RemoveAll(filepath.Join(s.dir, n.Name())))
	}
	return err
}

// A listed is one file of a tree.
type listed struct {
	path string
	patch.Entry
}

// list returns all files of a commit, sorted by path.
func (r *Repo) list(ctx context.Context, commit string) ([]listed, error) {
	out, err := r.git.output(ctx, "ls-tree", "-r", "-z", "--full-tree", commit)
	if err != nil {
		return nil, err
	}
	var files []listed
	for rec := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		meta, name, ok := strings.Cut(rec, "\t") // "100644 blob <id>\t<path>"
		f := strings.Fields(meta)
		if !ok || len(f) != 3 {
			return nil, fmt.Errorf("list tree: unexpected line %q", rec)
		}
		mode, err := strconv.ParseUint(f[0], 8, 32)
		if err != nil {
			return nil, fmt.Errorf("list tree: unexpected line %q", rec)
		}
		files = append(files, listed{name, patch.Entry{Mode: patch.Mode(mode), ID: f[2]}})
	}
	return files, nil
}

// writeAll writes files with the same time.
func (s *Slot) writeAll(ctx context.Context, files []listed, when time.Time) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	made := map[string]bool{}
	for _, f := range files { // before the writers, so that they need no lock
		dir := path.Dir(f.path)
		if f.Mode == patch.ModeGitlink {
			dir = f.path
		}
		if !made[dir] {
			if err := s.mkdirs(dir); err != nil {
				return err
			}
			made[dir] = true
		}
	}
	todo := make(chan func() error, writers)
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for write := range todo {
				if err := write(); err != nil {
					cancel(err)
				}
			}
		})
	}
	held := semaphore.NewWeighted(heldBytes)
	err := s.repo.stream(ctx, files, held, func(f listed, data []byte) {
		todo <- func() error {
			defer held.Release(int64(len(data)) + 1)
			return s.writeNew(f, data, when)
		}
	})
	close(todo)
	wg.Wait()
	return errors.Join(err, context.Cause(ctx))
}

// writeNew is writeFile for a slot that is known to be empty.
func (s *Slot) writeNew(f listed, data []byte, when time.Time) error {
	if f.Mode == patch.ModeSymlink {
		return s.root.Symlink(string(data), f.path)
	}
	name := filepath.Join(s.dir, filepath.FromSlash(f.path))
	perm := os.FileMode(fileMode)
	if f.Mode == patch.ModeExec {
		perm = execMode
	}
	return writeRaw(name, data, perm, when)
}

// stream reads many blobs through a git cat-file of its own, and hands them to
// use in order. It takes the size of each and one byte from held before.
func (r *Repo) stream(ctx context.Context, files []listed, held *semaphore.Weighted, use func(listed, []byte)) error {
	cmd := r.git.command(ctx, "cat-file", "--batch", "--buffer")
	var ids strings.Builder
	want := files[:0:0]
	for _, f := range files {
		if f.Mode != patch.ModeGitlink {
			want = append(want, f)
			ids.WriteString(f.ID + "\n")
		}
	}
	cmd.Stdin = strings.NewReader(ids.String())
	var stderr strings.Builder
	cmd.Stderr = &stderr
	pipe, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return fmt.Errorf("start git cat-file: %w", err)
	}
	if err = readBlobs(ctx, bufio.NewReaderSize(pipe, 1<<20), want, held, use); err != nil {
		_ = cmd.Process.Kill()
	}
	if wait := cmd.Wait(); err == nil && wait != nil {
		err = commandError(ctx, cmd, wait, stderr.String())
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("read files: %w", err)
	}
	return nil
}

func readBlobs(ctx context.Context, out *bufio.Reader, files []listed, held *semaphore.Weighted, use func(listed, []byte)) error {
	for _, f := range files {
		o, err := readHeader(out)
		if err != nil {
			return err
		}
		if o.size >= heldBytes || o.kind != "blob" {
			return fmt.Errorf("%s: %s of %d bytes", f.path, o.kind, o.size)
		}
		if err := held.Acquire(ctx, o.size+1); err != nil {
			return err
		}
		data := make([]byte, o.size+1)
		if _, err := io.ReadFull(out, data); err != nil {
			return err
		}
		use(f, data[:o.size])
	}
	return nil
}
