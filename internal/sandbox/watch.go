// SPDX-License-Identifier: MIT

package sandbox

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// watchTick is how often the watcher asks the file system for its free space.
	watchTick = 250 * time.Millisecond
	// watchWalk is how many ticks pass between two counts of the trees when the
	// file system gives no reason for one.
	watchWalk = 20
	// freeFloor stops a command before it takes the last of the host's disk:
	// deleted files that are still open are in no tree, but they are in statfs.
	freeFloor = 256 << 20
)

// watcher holds the writable mounts of one run against their limit.
type watcher struct {
	lim   Limits
	trees []watched
}

type watched struct {
	dir    string
	start  usage
	free   int64 // bytes free on its file system at the start
	inodes int64 // and inodes; -1 when they are not counted
}

func (w *watcher) add(dir string, start usage) {
	free, inodes, _ := freeSpace(dir)
	w.trees = append(w.trees, watched{dir: dir, start: start, free: free, inodes: inodes})
}

// start watches until the returned function is called, which waits for the
// watcher's end. When a limit is met, stop gets a *LimitError.
func (w *watcher) start(ctx context.Context, tick time.Duration, stop context.CancelCauseFunc) func() {
	if len(w.trees) == 0 {
		return func() {}
	}
	quit := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		t := time.NewTicker(tick)
		defer t.Stop()
		for n := 1; ; n++ {
			select {
			case <-quit:
				return
			case <-ctx.Done():
				return
			case <-t.C:
			}
			if err := w.check(n%watchWalk == 0); err != nil {
				stop(err)
				return
			}
		}
	})
	return func() { close(quit); wg.Wait() }
}

// check is one look: cheap, unless the file system shrank by half the limit or
// force asks for a count.
func (w *watcher) check(force bool) error {
	for _, t := range w.trees {
		free, inodes, err := freeSpace(t.dir)
		if err != nil {
			continue // the walk below tells; a vanished tree takes nothing
		}
		if free < freeFloor && t.free >= freeFloor {
			return &LimitError{Limit: "free disk space", Max: "less than " + sizeWords(freeFloor) + " left on the host"}
		}
		if inodes == 0 {
			return &LimitError{Limit: "free disk space", Max: "no inodes left on the host"}
		}
		force = force || w.lim.DiskBytes > 0 && t.free-free > w.lim.DiskBytes/2 ||
			w.lim.DiskFiles > 0 && t.inodes-inodes > w.lim.DiskFiles/2
	}
	if !force {
		return nil
	}
	return w.count()
}

// count walks the trees and compares their growth with the limits.
func (w *watcher) count() error {
	var grown usage
	for _, t := range w.trees {
		now, err := walk(t.dir, nil)
		if err != nil {
			continue
		}
		grown.bytes += now.bytes - t.start.bytes
		grown.files += now.files - t.start.files
	}
	if w.lim.DiskBytes > 0 && grown.bytes > w.lim.DiskBytes {
		return &LimitError{Limit: "disk space", Max: sizeWords(w.lim.DiskBytes)}
	}
	if w.lim.DiskFiles > 0 && grown.files > w.lim.DiskFiles {
		return &LimitError{Limit: "files", Max: fmt.Sprint(w.lim.DiskFiles)}
	}
	return nil
}

// freeSpace gives the free bytes of dir's file system and its free inodes (-1
// when it does not count them, as btrfs).
func freeSpace(dir string) (bytes, inodes int64, err error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, 0, err
	}
	inodes = int64(st.Ffree)
	if st.Files == 0 {
		inodes = -1
	}
	return int64(st.Bavail) * int64(st.Bsize), inodes, nil
}

func sizeWords(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 1<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}
