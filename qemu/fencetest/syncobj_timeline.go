// SPDX-License-Identifier: MIT

package fencetest

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// syncobjTimelineTests reach what IGT's syncobj_timeline reaches.
func syncobjTimelineTests() []subtest {
	return []subtest{
		{name: "timeline-signal-query", run: timelineSignalQuery},
		{name: "timeline-wait", run: timelineWait},
		{name: "timeline-wait-available", run: timelineWaitAvailable},
		{name: "timeline-transfer", run: timelineTransfer},
		{name: "timeline-eventfd", run: timelineEventFD},
	}
}

// point does a request that takes one handle and one point.
func (o syncobj) point(nr uapi.Nr, point uint64, flags uint32) (uint64, error) {
	var p uapi.Pointers
	defer p.Release()
	handles, points := []uint32{o.handle}, []uint64{point}
	arg := uapi.SyncobjTimelineArray{
		Handles: uapi.Slice(&p, handles), Points: uapi.Slice(&p, points), Count: 1, Flags: flags,
	}
	err := uapi.Call(o.d.fd, nr, &arg)
	return points[0], err
}

func (o syncobj) signalPoint(point uint64) {
	_, err := o.point(uapi.NrSyncobjTimelineSignal, point, 0)
	o.d.t.need(err, "signal point")
}

// at ends the subtest unless the timeline has got to want.
func (o syncobj) at(want uint64) {
	got, err := o.point(uapi.NrSyncobjQuery, 0, 0)
	o.d.t.must(err, "query point")
	o.d.t.check(got == want, "timeline is at %d, want %d", got, want)
}

func (o syncobj) waitPoint(point uint64, flags uint32, limit time.Duration) error {
	var p uapi.Pointers
	defer p.Release()
	handles, points := []uint32{o.handle}, []uint64{point}
	arg := uapi.SyncobjTimelineWait{
		Handles: uapi.Slice(&p, handles), Points: uapi.Slice(&p, points), Count: 1,
		Flags: flags, TimeoutNS: monotonic() + int64(limit),
	}
	return uapi.Call(o.d.fd, uapi.NrSyncobjTimelineWait, &arg)
}

// transfer moves the fence at a point of src to a point of o.
func (o syncobj) transfer(point uint64, src syncobj, srcPoint uint64) error {
	arg := uapi.SyncobjTransfer{Src: src.handle, SrcPoint: srcPoint, Dst: o.handle, DstPoint: point}
	return uapi.Call(o.d.fd, uapi.NrSyncobjTransfer, &arg)
}

func timelineSignalQuery(t *trial) {
	o := syncobjDevice(t).syncobj(0)
	o.at(0)
	for _, p := range []uint64{1, 5, 100} {
		o.signalPoint(p)
		o.at(p)
	}
	got, err := o.point(uapi.NrSyncobjQuery, 0, uapi.SyncobjLastSubmitted)
	t.must(err, "query last submitted")
	t.check(got == 100, "last submitted is %d, want 100", got)
}

func timelineWait(t *trial) {
	d := syncobjDevice(t)
	o := d.syncobj(0)
	t.wants(o.waitPoint(2, uapi.SyncobjWaitForSubmit, moment), unix.ETIME, "wait for a point that never comes")
	waited := t.async(func() error { return o.waitPoint(2, uapi.SyncobjWaitForSubmit, patience) })
	t.pending(waited, "wait for point 2")
	o.signalPoint(1)
	t.pending(waited, "wait for point 2")
	o.signalPoint(2)
	t.await(waited, "wait for point 2")
}

// timelineWaitAvailable waits for a fence to be there, not for its signal.
func timelineWaitAvailable(t *trial) {
	d := syncobjDevice(t)
	o, binary := d.syncobj(0), d.syncobj(0)
	line := t.timeline()
	binary.attach(line.fence(1))
	waited := t.async(func() error { return o.waitPoint(3, uapi.SyncobjWaitAvailable, patience) })
	t.pending(waited, "wait for a fence")
	t.must(o.transfer(3, binary, 0), "transfer")
	t.await(waited, "wait for a fence")
	t.wants(o.waitPoint(3, 0, moment), unix.ETIME, "wait for its signal")
	line.inc(1)
	t.must(o.waitPoint(3, 0, patience), "wait for its signal")
	o.at(3)
}

func timelineTransfer(t *trial) {
	d := syncobjDevice(t)
	a, b := d.syncobj(0), d.syncobj(0)
	line := t.timeline()
	for i := range uint32(3) {
		binary := d.syncobj(0)
		binary.attach(line.fence(i + 1))
		t.must(a.transfer(uint64(i+1), binary, 0), "transfer to a timeline")
	}
	t.must(b.transfer(7, a, 3), "transfer between timelines")
	line.inc(2)
	a.at(2)
	b.at(0)
	line.inc(1)
	t.must(b.waitPoint(7, 0, patience), "wait for the last point")
	t.must(d.syncobj(0).transfer(0, a, 3), "transfer back to a binary object")
}

func timelineEventFD(t *trial) {
	d := syncobjDevice(t)
	o := d.syncobj(0)
	efd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	t.need(err, "create eventfd")
	t.own(efd)
	for _, flags := range []uint32{0, uapi.SyncobjWaitAvailable} {
		arg := uapi.SyncobjEventFD{Handle: o.handle, Flags: flags, Point: 2, FD: int32(efd)}
		t.need(uapi.Call(d.fd, uapi.NrSyncobjEventFD, &arg), "register eventfd")
	}
	o.signalPoint(1)
	t.busy(efd, unix.POLLIN, 0, "eventfd")
	o.signalPoint(2)
	t.ready(efd, unix.POLLIN, "eventfd")
}
