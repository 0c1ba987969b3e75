// SPDX-License-Identifier: MIT

package fencetest

import (
	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// swSyncPath is the file of drivers/dma-buf/sync_debug.c; opening it makes a
// timeline.
const swSyncPath = "/sys/kernel/debug/sync/sw_sync"

// A timeline is a software timeline whose fences a test signals by itself.
type timeline struct {
	t  *trial
	fd int
}

// timeline makes a timeline that is closed at the end of the subtest, which
// signals all of its fences with an error.
func (t *trial) timeline() *timeline {
	return &timeline{t: t, fd: t.open(swSyncPath, unix.O_RDWR)}
}

// fence makes a sync_file that signals when the timeline gets to value.
func (l *timeline) fence(value uint32) int {
	arg := uapi.SwSyncCreate{Value: value}
	copy(arg.Name[:], "fencebot")
	l.t.must(uapi.Call(l.fd, uapi.NrSwSyncCreate, &arg), "create sw_sync fence")
	return l.t.own(int(arg.Fence))
}

// inc moves the timeline on by n.
func (l *timeline) inc(n uint32) {
	l.t.must(uapi.Call(l.fd, uapi.NrSwSyncInc, &n), "increment timeline")
}

// status ends the subtest unless the sync_file has the wanted status: 0
// active, 1 signalled, -1 error.
func (t *trial) status(fence int, want int32, what string) {
	var info uapi.SyncFileInfo
	t.must(uapi.Call(fence, uapi.NrSyncFileInfo, &info), "sync_file info")
	got := max(info.Status, -1)
	t.check(got == want, "%s: status %d, want %d", what, info.Status, want)
}

// merge returns a sync_file for both a and b.
func (t *trial) merge(a, b int) int {
	arg := uapi.SyncMerge{FD2: int32(b)}
	copy(arg.Name[:], "merged")
	t.must(uapi.Call(a, uapi.NrSyncMerge, &arg), "merge fences")
	return t.own(int(arg.Fence))
}
