// SPDX-License-Identifier: MIT

package fencetest

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// vgemFenceTests reach what IGT's vgem_basic@dmabuf-fence* and dmabuf_sync_file
// reach: fences on the reservation object of a buffer.
func vgemFenceTests() []subtest {
	return []subtest{
		{name: "fence-signal", run: fenceSignal},
		{name: "dmabuf-fence", run: dmabufFence, lead: true},
		{name: "dmabuf-fence-before", run: dmabufFenceBefore},
		{name: "fence-busy", run: fenceBusy},
		{name: "fence-two-opens", run: fenceTwoOpens},
		{name: "fence-close", run: fenceClose},
		{name: "fence-many", run: fenceMany},
		{name: "fence-invalid", run: fenceInvalid},
		{name: "poll-wait", run: pollWait},
		{name: "sync-wait", run: syncWait},
		{name: "sync-file-export", run: syncFileExport},
		{name: "sync-file-import", run: syncFileImport},
		{name: "fence-drop-caches", run: fenceDropCaches},
		{name: "fence-timeout", run: fenceTimeout, only: true}, // ten seconds
	}
}

// attach puts a new fence on the buffer, a write fence or a read fence.
func (d *device) attach(handle uint32, writes bool) (uint32, error) {
	arg := uapi.VgemFenceAttach{Handle: handle}
	if writes {
		arg.Flags = uapi.VgemFenceWrite
	}
	err := uapi.Call(d.fd, uapi.NrVgemFenceAttach, &arg)
	return arg.Fence, err
}

func (d *device) mustAttach(handle uint32, writes bool) uint32 {
	fence, err := d.attach(handle, writes)
	d.t.need(err, "attach fence")
	return fence
}

func (d *device) signal(fence uint32) error {
	return uapi.Call(d.fd, uapi.NrVgemFenceSignal, &uapi.VgemFenceSignal{Fence: fence})
}

func fenceSignal(t *trial) {
	d := t.device(vgem)
	b := d.dumb(16, 16, 32)
	for _, writes := range []bool{false, true} {
		fence := d.mustAttach(b.handle, writes)
		t.must(d.signal(fence), "signal fence")
		t.wants(d.signal(fence), unix.ENOENT, "signal fence again")
	}
	_, err := d.attach(999, false)
	t.wants(err, unix.ENOENT, "attach to no buffer")
}

// dmabufFence: a reader must wait for a write fence, a writer for both kinds.
func dmabufFence(t *trial) {
	d := t.device(vgem)
	b := d.dumb(16, 16, 32)
	fd := b.export()
	read := d.mustAttach(b.handle, false)
	t.busy(fd, unix.POLLOUT, 0, "write under a read fence")
	t.ready(fd, unix.POLLIN, "read under a read fence")
	t.must(d.signal(read), "signal read fence")
	t.ready(fd, unix.POLLOUT, "write after the read fence")
	write := d.mustAttach(b.handle, true)
	t.busy(fd, unix.POLLIN|unix.POLLOUT, 0, "access under a write fence")
	t.must(d.signal(write), "signal write fence")
	t.ready(fd, unix.POLLIN, "read after the write fence")
	t.ready(fd, unix.POLLOUT, "write after the write fence")
}

// dmabufFenceBefore attaches before the dma-buf exists.
func dmabufFenceBefore(t *trial) {
	d := t.device(vgem)
	b := d.dumb(16, 16, 32)
	write := d.mustAttach(b.handle, true)
	fd := b.export()
	t.busy(fd, unix.POLLIN|unix.POLLOUT, 0, "access under a write fence")
	t.must(d.signal(write), "signal write fence")
	t.ready(fd, unix.POLLOUT, "write after the write fence")
}

func fenceBusy(t *trial) {
	d := t.device(vgem)
	b := d.dumb(16, 16, 32)
	first := d.mustAttach(b.handle, false)
	second := d.mustAttach(b.handle, false)
	_, err := d.attach(b.handle, true)
	t.wants(err, unix.EBUSY, "write fence beside read fences")
	t.must(d.signal(first), "signal")
	t.must(d.signal(second), "signal")
	write := d.mustAttach(b.handle, true)
	_, err = d.attach(b.handle, false)
	t.wants(err, unix.EBUSY, "read fence beside a write fence")
	t.must(d.signal(write), "signal")
}

// fenceTwoOpens: fences of one client hold up another.
func fenceTwoOpens(t *trial) {
	d := t.device(vgem)
	b := d.dumb(16, 16, 32)
	fd := b.export()
	other := d.again()
	handle, err := other.imports(fd)
	t.must(err, "import")
	fence := other.mustAttach(handle, true)
	t.wants(d.signal(fence), unix.ENOENT, "signal of another's fence")
	t.busy(fd, unix.POLLIN, 0, "read under another's fence")
	t.must(other.signal(fence), "signal")
	fence = d.mustAttach(b.handle, false)
	t.busy(t.dupOwned(fd), unix.POLLOUT, 0, "write under a fence, second descriptor")
	t.must(d.signal(fence), "signal")
}

func (t *trial) dupOwned(fd int) int { return t.own(t.dup(fd)) }

// fenceClose: closing the file signals what the client left.
func fenceClose(t *trial) {
	d := t.device(vgem)
	b := d.dumb(16, 16, 32)
	fd := b.export()
	other, err := unix.Open(d.path, unix.O_RDWR|unix.O_CLOEXEC, 0)
	t.must(err, "open")
	second := &device{t: t, fd: other}
	handle, err := second.imports(fd)
	t.must(err, "import")
	second.mustAttach(handle, true)
	t.busy(fd, unix.POLLIN, 0, "read under the fence")
	t.must(unix.Close(other), "close")
	t.ready(fd, unix.POLLIN, "read after the owner closed")
}

func fenceInvalid(t *trial) {
	d := t.device(vgem)
	b := d.dumb(16, 16, 32)
	for name, arg := range map[string]uapi.VgemFenceAttach{
		"flags": {Handle: b.handle, Flags: 0xff}, "padding": {Handle: b.handle, Pad: 1},
	} {
		t.wants(uapi.Call(d.fd, uapi.NrVgemFenceAttach, &arg), unix.EINVAL, "attach with bad "+name)
	}
	fence := d.mustAttach(b.handle, false)
	bad := uapi.VgemFenceSignal{Fence: fence, Flags: 0xff}
	t.wants(uapi.Call(d.fd, uapi.NrVgemFenceSignal, &bad), unix.EINVAL, "signal with bad flags")
	t.wants(d.signal(fence+100), unix.ENOENT, "signal of no fence")
	t.must(d.signal(fence), "signal")
}

func fenceMany(t *trial) {
	d := t.device(vgem)
	b := d.dumb(16, 16, 32)
	var fences []uint32
	for range 24 { // more than one dma_resv list holds at first
		fences = append(fences, d.mustAttach(b.handle, false))
	}
	for i := range fences {
		t.must(d.signal(fences[len(fences)-1-i]), "signal")
	}
	write := d.mustAttach(b.handle, true)
	t.must(d.signal(write), "signal")
}

// pollWait sleeps in poll, so that the fence callback wakes it.
func pollWait(t *trial) {
	d := t.device(vgem)
	b := d.dumb(16, 16, 32)
	fd := b.export()
	fence := d.mustAttach(b.handle, true)
	woken := t.async(func() error {
		_, err := poll(fd, unix.POLLIN|unix.POLLOUT, patience)
		return err
	})
	t.pending(woken, "poll")
	t.must(d.signal(fence), "signal")
	t.await(woken, "poll")
}

// syncWait sleeps in dma_resv_wait_timeout() under DMA_BUF_IOCTL_SYNC.
func syncWait(t *trial) {
	d := t.device(vgem)
	b := d.dumb(16, 16, 32)
	fd := b.export()
	for _, flags := range []uint64{uapi.DmaBufRead, uapi.DmaBufWrite, uapi.DmaBufRead | uapi.DmaBufWrite} {
		fence := d.mustAttach(b.handle, true)
		synced := t.async(func() error { return uapi.Call(fd, uapi.NrDmaBufSync, &flags) })
		t.pending(synced, "begin of access")
		t.must(d.signal(fence), "signal")
		t.await(synced, "begin of access")
		end := flags | uapi.DmaBufEnd
		t.must(uapi.Call(fd, uapi.NrDmaBufSync, &end), "end of access")
	}
}

func syncFileExport(t *trial) {
	d := t.device(vgem)
	b := d.dumb(16, 16, 32)
	fd := b.export()
	fence := d.mustAttach(b.handle, true)
	arg := uapi.DmaBufSyncFile{Flags: uapi.DmaBufRead}
	t.need(uapi.Call(fd, uapi.NrDmaBufExportSync, &arg), "export sync_file")
	file := t.own(int(arg.FD))
	t.status(file, 0, "exported fence")
	t.must(d.signal(fence), "signal")
	t.ready(file, unix.POLLIN, "exported fence")
	t.status(file, 1, "exported fence")
}

func syncFileImport(t *trial) {
	b := t.device(vgem).dumb(16, 16, 32)
	fd := b.export()
	line := t.timeline()
	for i, flags := range []uint32{uapi.DmaBufRead, uapi.DmaBufWrite} {
		arg := uapi.DmaBufSyncFile{Flags: flags, FD: int32(line.fence(uint32(i + 1)))}
		t.need(uapi.Call(fd, uapi.NrDmaBufImportSync, &arg), "import sync_file")
		t.busy(fd, unix.POLLOUT, 0, "write under an imported fence")
		line.inc(1)
		t.ready(fd, unix.POLLOUT, "write after the imported fence")
	}
}

// fenceDropCaches shrinks while fences are pending and signals them meanwhile.
func fenceDropCaches(t *trial) {
	d := t.device(vgem)
	b := d.dumb(128, 128, 32)
	b.mmap()
	fence := d.mustAttach(b.handle, true)
	dropped := t.async(func() error { return writeFile("/proc/sys/vm/drop_caches", "2") })
	t.must(d.signal(fence), "signal")
	t.await(dropped, "drop caches")
	fence = d.mustAttach(b.handle, false)
	dropCaches(t)
	t.must(d.signal(fence), "signal")
}

// fenceTimeout waits for the driver's own limit, VGEM_FENCE_TIMEOUT in
// drivers/gpu/drm/vgem/vgem_fence.c.
func fenceTimeout(t *trial) {
	const limit = 10 * time.Second
	d := t.device(vgem)
	b := d.dumb(16, 16, 32)
	fence := d.mustAttach(b.handle, true)
	got, err := poll(b.export(), unix.POLLIN, 2*limit)
	t.must(err, "poll")
	t.check(got != 0, "fence still pending after %v", 2*limit)
	t.wants(d.signal(fence), unix.ETIMEDOUT, "signal of an expired fence")
}
