// SPDX-License-Identifier: MIT

package fencetest

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// syncobjTests reach what IGT's syncobj_basic, syncobj_wait and
// syncobj_eventfd reach. In the guest only virtio-gpu has sync objects.
func syncobjTests() []subtest {
	return []subtest{
		{name: "create-destroy", run: syncobjCreate},
		{name: "signal-reset-wait", run: syncobjSignalWait},
		{name: "wait-for-submit", run: syncobjWaitForSubmit},
		{name: "wait-any-all", run: syncobjWaitAnyAll, lead: true},
		{name: "wait-deadline", run: syncobjDeadline},
		{name: "sync-file", run: syncobjSyncFile},
		{name: "share", run: syncobjShare},
		{name: "eventfd", run: syncobjEventFD},
		{name: "close-pending", run: syncobjClosePending},
	}
}

// A syncobj is one sync object of a device.
type syncobj struct {
	d      *device
	handle uint32
}

// syncobjDevice opens the device and skips when it has no sync objects.
func syncobjDevice(t *trial) *device {
	d := t.device(t.driver)
	capability := uapi.Cap{Capability: uapi.CapSyncobj}
	t.need(uapi.Call(d.fd, uapi.NrGetCap, &capability), "ask for sync objects")
	if capability.Value == 0 {
		t.skip("%s has no sync objects", t.driver)
	}
	return d
}

func (d *device) syncobj(flags uint32) syncobj {
	arg := uapi.SyncobjCreate{Flags: flags}
	d.t.must(uapi.Call(d.fd, uapi.NrSyncobjCreate, &arg), "create sync object")
	return syncobj{d: d, handle: arg.Handle}
}

// array does one of the requests that take a list of handles.
func (d *device) array(nr uapi.Nr, doing string, objs ...syncobj) {
	var p uapi.Pointers
	defer p.Release()
	handles := handlesOf(objs)
	arg := uapi.SyncobjArray{Handles: uapi.Slice(&p, handles), Count: uint32(len(handles))}
	d.t.must(uapi.Call(d.fd, nr, &arg), doing)
}

func handlesOf(objs []syncobj) []uint32 {
	handles := make([]uint32, len(objs))
	for i, o := range objs {
		handles[i] = o.handle
	}
	return handles
}

func (o syncobj) signal() { o.d.array(uapi.NrSyncobjSignal, "signal sync object", o) }
func (o syncobj) reset()  { o.d.array(uapi.NrSyncobjReset, "reset sync object", o) }

func (o syncobj) destroy() {
	o.d.t.must(uapi.Call(o.d.fd, uapi.NrSyncobjDestroy, &uapi.SyncobjCreate{Handle: o.handle}), "destroy sync object")
}

// wait waits for objs at most for limit. It can run on any thread.
func (d *device) wait(flags uint32, limit time.Duration, objs ...syncobj) error {
	var p uapi.Pointers
	defer p.Release()
	handles := handlesOf(objs)
	arg := uapi.SyncobjWait{
		Handles:   uapi.Slice(&p, handles),
		Count:     uint32(len(handles)),
		Flags:     flags,
		TimeoutNS: monotonic() + int64(limit),
	}
	if flags&uapi.SyncobjWaitDeadline != 0 {
		arg.DeadlineNS = uint64(arg.TimeoutNS)
	}
	return uapi.Call(d.fd, uapi.NrSyncobjWait, &arg)
}

// attach gives the sync object the fence of a sync_file.
func (o syncobj) attach(fence int) {
	arg := uapi.SyncobjHandle{Handle: o.handle, Flags: uapi.SyncobjSyncFile, FD: int32(fence)}
	o.d.t.must(uapi.Call(o.d.fd, uapi.NrSyncobjFDToHandle, &arg), "import sync_file")
}

func syncobjCreate(t *trial) {
	d := syncobjDevice(t)
	d.syncobj(0).destroy()
	d.syncobj(uapi.SyncobjCreateSignaled).destroy()
	err := uapi.Call(d.fd, uapi.NrSyncobjDestroy, &uapi.SyncobjCreate{Handle: 12345})
	t.wants(err, unix.EINVAL, "destroy of no sync object")
}

func syncobjSignalWait(t *trial) {
	d := syncobjDevice(t)
	o := d.syncobj(uapi.SyncobjCreateSignaled)
	t.must(d.wait(0, 0, o), "wait for a signalled object")
	o.reset()
	t.wants(d.wait(0, 0, o), unix.EINVAL, "wait for an object without fence")
	o.signal()
	t.must(d.wait(0, 0, o), "wait after signal")
}

func syncobjWaitForSubmit(t *trial) {
	d := syncobjDevice(t)
	o := d.syncobj(0)
	t.wants(d.wait(uapi.SyncobjWaitForSubmit, moment, o), unix.ETIME, "wait for a fence that never comes")
	waited := t.async(func() error { return d.wait(uapi.SyncobjWaitForSubmit, patience, o) })
	t.pending(waited, "wait")
	line := t.timeline()
	o.attach(line.fence(1))
	t.pending(waited, "wait for the attached fence")
	line.inc(1)
	t.await(waited, "wait")
}

func syncobjWaitAnyAll(t *trial) {
	d := syncobjDevice(t)
	line := t.timeline()
	a, b := d.syncobj(0), d.syncobj(0)
	a.attach(line.fence(1))
	b.attach(line.fence(2))
	anyOf := t.async(func() error { return d.wait(0, patience, a, b) })
	allOf := t.async(func() error { return d.wait(uapi.SyncobjWaitAll, patience, a, b) })
	t.pending(anyOf, "wait for any")
	line.inc(1)
	t.await(anyOf, "wait for any")
	t.pending(allOf, "wait for all")
	line.inc(1)
	t.await(allOf, "wait for all")
}

func syncobjDeadline(t *trial) {
	d := syncobjDevice(t)
	line := t.timeline()
	o := d.syncobj(0)
	o.attach(line.fence(1))
	err := d.wait(uapi.SyncobjWaitDeadline, moment, o)
	t.wants(err, unix.ETIME, "wait with deadline")
	line.inc(1)
	t.must(d.wait(0, patience, o), "wait")
}

func syncobjSyncFile(t *trial) {
	d := syncobjDevice(t)
	line := t.timeline()
	o := d.syncobj(0)
	o.attach(line.fence(1))
	arg := uapi.SyncobjHandle{Handle: o.handle, Flags: uapi.SyncobjSyncFile}
	t.must(uapi.Call(d.fd, uapi.NrSyncobjHandleToFD, &arg), "export sync_file")
	file := t.own(int(arg.FD))
	t.status(file, 0, "exported fence")
	line.inc(1)
	t.status(file, 1, "exported fence")
}

func syncobjShare(t *trial) {
	d := syncobjDevice(t)
	o := d.syncobj(0)
	arg := uapi.SyncobjHandle{Handle: o.handle}
	t.must(uapi.Call(d.fd, uapi.NrSyncobjHandleToFD, &arg), "export sync object")
	fd := t.own(int(arg.FD))
	other := d.again()
	arg = uapi.SyncobjHandle{FD: int32(fd)}
	t.must(uapi.Call(other.fd, uapi.NrSyncobjFDToHandle, &arg), "import sync object")
	shared := syncobj{d: other, handle: arg.Handle}
	waited := t.async(func() error { return d.wait(uapi.SyncobjWaitForSubmit, patience, o) })
	t.pending(waited, "wait")
	shared.signal()
	t.await(waited, "wait")
}

func syncobjEventFD(t *trial) {
	d := syncobjDevice(t)
	line := t.timeline()
	o := d.syncobj(0)
	efd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	t.need(err, "create eventfd")
	t.own(efd)
	arg := uapi.SyncobjEventFD{Handle: o.handle, FD: int32(efd)}
	t.need(uapi.Call(d.fd, uapi.NrSyncobjEventFD, &arg), "register eventfd")
	o.attach(line.fence(1))
	t.busy(efd, unix.POLLIN, 0, "eventfd")
	line.inc(1)
	t.ready(efd, unix.POLLIN, "eventfd")
}

// syncobjClosePending closes a device whose objects hold fences that are not
// signalled yet.
func syncobjClosePending(t *trial) {
	d := syncobjDevice(t)
	line := t.timeline()
	fd, err := unix.Open(d.path, unix.O_RDWR|unix.O_CLOEXEC, 0)
	t.must(err, "open")
	other := &device{t: t, fd: fd, path: d.path}
	other.syncobj(0).attach(line.fence(1))
	other.syncobj(0)
	t.must(unix.Close(fd), "close")
	line.inc(1)
}
