// SPDX-License-Identifier: MIT

package fencetest

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// virtioTests exercise virtio-gpu's own requests. Without virgl the device has
// fences on its 2D commands only; what needs 3D is skipped.
func virtioTests() []subtest {
	return []subtest{
		{name: "dumb", run: virtioDumb},
		{name: "resource-create-wait", run: virtioCreateWait, lead: true},
		{name: "resource-map", run: virtioMap},
		{name: "transfer-to-host", run: virtioTransferTo},
		{name: "transfer-from-host", run: virtioTransferFrom},
		{name: "execbuffer", run: virtioExecbuffer},
		{name: "prime-export", run: virtioPrimeExport},
		{name: "two-clients", run: virtioTwoClients},
		{name: "sysfs-debugfs", run: readDebugfs},
		{name: "drop-caches", run: virtioDropCaches},
	}
}

// resource makes a 2D resource and returns its handle.
func (d *device) resource(side uint32) uint32 {
	arg := uapi.VirtgpuResourceCreate{
		Target: uapi.VirtgpuTargetFlat2D, Format: uapi.VirtgpuFormatBGRX,
		Width: side, Height: side, Depth: 1, ArraySize: 1, Size: side * side * 4,
	}
	d.t.need(uapi.Call(d.fd, uapi.NrVirtgpuResourceCreate, &arg), "create resource")
	return arg.Handle
}

// idle waits until the host is done with the resource.
func (d *device) idle(handle uint32) error {
	return uapi.Call(d.fd, uapi.NrVirtgpuWait, &uapi.VirtgpuWait{Handle: handle})
}

// transfer copies the resource to or from the host.
func (d *device) transfer(nr uapi.Nr, handle, side uint32) error {
	return uapi.Call(d.fd, nr, &uapi.VirtgpuTransfer{Handle: handle, W: side, H: side, D: 1, Stride: side * 4})
}

func virtioDumb(t *trial) {
	d := t.device(virtio)
	b := d.dumb(64, 64, 32)
	b.mmap()
	b.destroy()
	for range 8 {
		d.dumb(16, 16, 32).destroy()
	}
}

func virtioCreateWait(t *trial) {
	d := t.render(virtio)
	for range 4 {
		handle := d.resource(32)
		err := uapi.Call(d.fd, uapi.NrVirtgpuWait, &uapi.VirtgpuWait{Handle: handle, Flags: uapi.VirtgpuWaitNoWait})
		t.check(err == nil || errors.Is(err, unix.EBUSY), "wait without waiting: %v", err)
		t.must(d.idle(handle), "wait")
		info := uapi.VirtgpuResourceInfo{Handle: handle}
		t.must(uapi.Call(d.fd, uapi.NrVirtgpuResourceInfo, &info), "ask for the resource")
		d.closeHandle(handle)
	}
	t.wants(d.idle(9999), unix.ENOENT, "wait for no resource")
}

func virtioMap(t *trial) {
	d := t.render(virtio)
	const side = 32
	arg := uapi.VirtgpuMap{Handle: d.resource(side)}
	t.must(uapi.Call(d.fd, uapi.NrVirtgpuMap, &arg), "map resource")
	t.mmap(d.fd, int64(arg.Offset), side*side*4)
}

func virtioTransferTo(t *trial) {
	d := t.render(virtio)
	handle := d.resource(32)
	for range 4 {
		t.need(d.transfer(uapi.NrVirtgpuTransferTo, handle, 32), "transfer to host")
		t.must(d.idle(handle), "wait")
	}
}

func virtioTransferFrom(t *trial) {
	d := t.render(virtio)
	t.require3D(d)
	handle := d.resource(32)
	t.need(d.transfer(uapi.NrVirtgpuTransferFrom, handle, 32), "transfer from host")
	t.must(d.idle(handle), "wait")
}

// require3D skips unless the host renders.
func (t *trial) require3D(d *device) {
	var p uapi.Pointers
	defer p.Release()
	value := make([]int32, 2)
	arg := uapi.VirtgpuGetParam{Param: uapi.VirtgpuParam3D, Value: uapi.Slice(&p, value)}
	t.need(uapi.Call(d.fd, uapi.NrVirtgpuGetParam, &arg), "ask for 3D")
	if value[0] == 0 {
		t.skip("the virtual GPU has no 3D")
	}
}

// virtioExecbuffer submits an empty command with an in-fence and takes an
// out-fence.
func virtioExecbuffer(t *trial) {
	d := t.render(virtio)
	t.require3D(d)
	line := t.timeline()
	arg := uapi.VirtgpuExecbuffer{
		Flags:   uapi.VirtgpuFenceFDIn | uapi.VirtgpuFenceFDOut,
		FenceFD: int32(line.fence(1)),
	}
	time.AfterFunc(moment, func() {
		one := uint32(1)
		_ = uapi.Call(line.fd, uapi.NrSwSyncInc, &one)
	})
	t.need(uapi.Call(d.fd, uapi.NrVirtgpuExecbuffer, &arg), "submit")
	t.ready(t.own(int(arg.FenceFD)), unix.POLLIN, "out-fence")
}

func virtioPrimeExport(t *trial) {
	b := t.device(virtio).dumb(32, 32, 32)
	fd := b.export()
	fenceDmabuf(t, fd)
	other := t.device(vgem)
	handle, err := other.imports(fd)
	t.need(err, "import into vgem")
	fence := other.mustAttach(handle, true)
	t.busy(fd, unix.POLLIN, 0, "read under vgem's fence")
	t.must(other.signal(fence), "signal")
}

// virtioTwoClients lets two files fill the control queue at once.
func virtioTwoClients(t *trial) {
	var done []<-chan error
	for range 2 {
		d := t.render(virtio)
		handle := d.resource(64)
		done = append(done, t.async(func() error {
			for range 8 {
				if err := d.transfer(uapi.NrVirtgpuTransferTo, handle, 64); err != nil {
					return err
				}
			}
			return d.idle(handle)
		}))
	}
	for _, c := range done {
		t.await(c, "transfers")
	}
}

func virtioDropCaches(t *trial) {
	d := t.device(virtio)
	b := d.dumb(128, 128, 32)
	b.mmap()
	dropCaches(t)
	b.destroy()
}
