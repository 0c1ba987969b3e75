// SPDX-License-Identifier: MIT

package fencetest

import (
	"bytes"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// swSyncTests reach what IGT's sw_sync reaches.
func swSyncTests() []subtest {
	return []subtest{
		{name: "alloc-timeline", run: func(t *trial) { t.timeline() }},
		{name: "inc-signals", run: incSignals},
		{name: "wait", run: syncPollWait},
		{name: "merge", run: syncMerge, lead: true},
		{name: "merge-same", run: syncMergeSame},
		{name: "info", run: syncInfo},
		{name: "debug-info", run: syncDebugInfo},
		{name: "close-fence", run: syncCloseFence},
		{name: "close-timeline", run: syncCloseTimeline},
		{name: "deadline", run: syncDeadline},
		{name: "invalid", run: syncInvalid},
		{name: "many-threads", run: syncManyThreads},
		{name: "drop-caches", run: syncDropCaches},
	}
}

func incSignals(t *trial) {
	line := t.timeline()
	first, second := line.fence(1), line.fence(3)
	t.status(first, 0, "fence 1 at 0")
	line.inc(1)
	t.status(first, 1, "fence 1 at 1")
	t.status(second, 0, "fence 3 at 1")
	line.inc(5)
	t.status(second, 1, "fence 3 at 6")
	t.status(line.fence(2), 1, "fence in the past")
}

func syncPollWait(t *trial) {
	line := t.timeline()
	fence := line.fence(1)
	t.busy(fence, unix.POLLIN, 0, "fence")
	woken := t.async(func() error {
		_, err := poll(fence, unix.POLLIN, patience)
		return err
	})
	t.pending(woken, "poll")
	line.inc(1)
	t.await(woken, "poll")
}

func syncMerge(t *trial) {
	a, b, c := t.timeline(), t.timeline(), t.timeline()
	all := t.merge(t.merge(a.fence(1), b.fence(1)), c.fence(1))
	for _, line := range []*timeline{b, a} {
		line.inc(1)
		t.status(all, 0, "merged fence")
	}
	woken := t.async(func() error {
		_, err := poll(all, unix.POLLIN, patience)
		return err
	})
	c.inc(1)
	t.await(woken, "poll of a merged fence")
	t.status(all, 1, "merged fence")
}

func syncMergeSame(t *trial) {
	line := t.timeline()
	early, late := line.fence(1), line.fence(2)
	merged := t.merge(early, late)
	self := t.merge(early, early)
	line.inc(1)
	t.status(self, 1, "fence merged with itself")
	t.status(merged, 0, "later fence decides")
	line.inc(1)
	t.status(merged, 1, "later fence decides")
}

func syncInfo(t *trial) {
	a, b := t.timeline(), t.timeline()
	merged := t.merge(a.fence(1), b.fence(1))
	var p uapi.Pointers
	defer p.Release()
	fences := make([]uapi.SyncFenceInfo, 4)
	arg := uapi.SyncFileInfo{NumFences: uint32(len(fences)), Fences: uapi.Slice(&p, fences)}
	t.must(uapi.Call(merged, uapi.NrSyncFileInfo, &arg), "sync_file info")
	t.check(arg.NumFences == 2, "%d fences in a merge of two", arg.NumFences)
	t.check(uapi.CString(fences[0].Driver[:]) == "sw_sync", "driver %q", fences[0].Driver)
	a.inc(1)
	b.inc(1)
	t.must(uapi.Call(merged, uapi.NrSyncFileInfo, &arg), "sync_file info")
	t.check(arg.Status == 1, "status %d after both signalled", arg.Status)
}

// syncDebugInfo reads sync/info, which walks all timelines under their locks.
func syncDebugInfo(t *trial) {
	line := t.timeline()
	line.fence(7)
	info, err := os.ReadFile("/sys/kernel/debug/sync/info")
	t.need(err, "read sync/info")
	t.check(bytes.Contains(info, []byte("sw_sync")), "sync/info does not list the timeline")
}

func syncCloseFence(t *trial) {
	line := t.timeline()
	fence := t.dup(line.fence(1))
	t.must(unix.Close(fence), "close")
	line.inc(1)
}

func syncCloseTimeline(t *trial) {
	fd, err := unix.Open(swSyncPath, unix.O_RDWR|unix.O_CLOEXEC, 0)
	t.need(err, "open timeline")
	line := &timeline{t: t, fd: fd}
	fence, other := line.fence(1), line.fence(2)
	woken := t.async(func() error {
		_, err := poll(other, unix.POLLIN, patience)
		return err
	})
	t.pending(woken, "poll")
	t.must(unix.Close(fd), "close timeline")
	t.await(woken, "poll")
	t.status(fence, -1, "fence of a closed timeline")
}

func syncInvalid(t *trial) {
	line := t.timeline()
	fence := line.fence(1)
	bad := uapi.SyncMerge{FD2: -1}
	t.wants(uapi.Call(fence, uapi.NrSyncMerge, &bad), unix.ENOENT, "merge with no fence")
	bad = uapi.SyncMerge{FD2: int32(fence), Flags: 1}
	t.wants(uapi.Call(fence, uapi.NrSyncMerge, &bad), unix.EINVAL, "merge with flags")
	t.wants(uapi.CallNone(line.fd, uapi.NrSwSyncInc), unix.ENOTTY, "request without size")
	t.wants(uapi.Call[uint32](line.fd, uapi.NrSwSyncInc, nil), unix.EFAULT, "increment without argument")
	t.wants(uapi.Call[uapi.SwSyncCreate](line.fd, uapi.NrSwSyncCreate, nil), unix.EFAULT, "create without argument")
	line.inc(1)
}

func syncDeadline(t *trial) {
	line := t.timeline()
	fence := line.fence(1)
	soon := uint64(monotonic() + int64(time.Second))
	t.need(uapi.Call(fence, uapi.NrSyncSetDeadline, &uapi.SyncSetDeadline{DeadlineNS: soon}), "set deadline")
	got := uapi.SwSyncGetDeadline{FenceFD: int32(fence)}
	t.need(uapi.Call(line.fd, uapi.NrSwSyncGetDeadline, &got), "get deadline")
	t.check(got.DeadlineNS == soon, "deadline %d, want %d", got.DeadlineNS, soon)
	line.inc(1)
}

// syncManyThreads lets threads wait for fences of a timeline that another
// thread moves, so that signalling and adding of callbacks race.
func syncManyThreads(t *trial) {
	line := t.timeline()
	const threads = 6
	var woken []<-chan error
	for i := range uint32(threads) {
		fence := line.fence(i + 1)
		woken = append(woken, t.async(func() error {
			_, err := poll(fence, unix.POLLIN, patience)
			return err
		}))
	}
	for range threads {
		line.inc(1)
	}
	for _, c := range woken {
		t.await(c, "poll")
	}
}

func syncDropCaches(t *trial) {
	line := t.timeline()
	fence := line.fence(1)
	dropCaches(t)
	line.inc(1)
	t.status(fence, 1, "fence")
}

// monotonic is the clock of deadlines and of sync object timeouts, in ns.
func monotonic() int64 {
	var ts unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts) // cannot fail for this clock
	return ts.Nano()
}
