// SPDX-License-Identifier: MIT

package fencetest

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// iioName is the device with DMA buffers that needs no hardware, of the aid
// iio-dummy-dma in patch/overlay. What it is given is done 100 ms later.
const iioName = "iio-dummy-dma"

// iioTests run dma-bufs through the buffers of an IIO device.
func iioTests() []subtest {
	return []subtest{
		{name: "enqueue", run: iioEnqueue, lead: true},
		{name: "enqueue-early", run: iioEnqueueEarly},
		{name: "enqueue-busy", run: iioEnqueueBusy},
		{name: "enqueue-twice", run: iioEnqueueTwice},
		{name: "disable-pending", run: iioDisablePending},
		{name: "detach-pending", run: iioDetachPending},
		{name: "close-pending", run: iioClosePending},
		{name: "fileio", run: iioFileio, only: true},
	}
}

// An iioBuffer is the first buffer of an IIO device.
type iioBuffer struct {
	t    *trial
	fd   int    // of the buffer
	base string // its directory in sysfs
}

// iioBuffer opens the buffer with its only channel chosen. It skips the subtest
// without the device.
func (t *trial) iioBuffer() *iioBuffer {
	dirs, err := filepath.Glob("/sys/bus/iio/devices/iio:device*")
	t.must(err, "list IIO devices")
	for _, dir := range dirs {
		name, err := readBounded(filepath.Join(dir, "name"))
		if err != nil || strings.TrimSpace(string(name)) != iioName {
			continue
		}
		dev := t.open(filepath.Join("/dev", filepath.Base(dir)), unix.O_RDWR)
		var arg int32 // index of the buffer, and then its descriptor
		t.need(uapi.Call(dev, uapi.NrIIOGetFD, &arg), "get buffer")
		b := &iioBuffer{t: t, fd: int(arg), base: filepath.Join(dir, "buffer0")}
		t.after(func() { _ = unix.Close(b.fd) }) // -1 when the test has closed it
		t.after(func() { _ = writeFile(filepath.Join(b.base, "enable"), "0") })
		b.set("in_voltage0_en", "1")
		return b
	}
	t.skip("no IIO device %s", iioName)
	return nil
}

func (b *iioBuffer) set(file, value string) {
	b.t.must(writeFile(filepath.Join(b.base, file), value), file+" of the buffer")
}

// attach makes the dma-buf known to the device.
func (b *iioBuffer) attach(dmabuf int) {
	arg := int32(dmabuf)
	b.t.need(uapi.Call(b.fd, uapi.NrIIODmaBufAttach, &arg), "attach dma-buf")
}

func (b *iioBuffer) detach(dmabuf int) {
	arg := int32(dmabuf)
	b.t.must(uapi.Call(b.fd, uapi.NrIIODmaBufDetach, &arg), "detach dma-buf")
}

func (b *iioBuffer) enqueue(dmabuf int) error {
	return uapi.Call(b.fd, uapi.NrIIODmaBufEnqueue, &uapi.IIODmaBuf{FD: uint32(dmabuf), BytesUsed: pageSize})
}

// iioEnqueue gives buffers of two exporters to the device, several times.
func iioEnqueue(t *trial) {
	b := t.iioBuffer()
	bufs := []int{udmabuf(t, pageSize), heap(t, pageSize)}
	for _, fd := range bufs {
		b.attach(fd)
	}
	b.set("enable", "1")
	for range 2 {
		for _, fd := range bufs {
			t.must(b.enqueue(fd), "enqueue")
		}
		for _, fd := range bufs {
			fence := t.fenceOf(fd, uapi.DmaBufRead)
			t.ready(fence, unix.POLLIN, "fence of the device")
			t.status(fence, 1, "fence of the device")
		}
	}
	b.set("enable", "0")
	b.detach(bufs[0])
}

// iioEnqueueEarly queues before the device runs: enabling it submits.
func iioEnqueueEarly(t *trial) {
	b := t.iioBuffer()
	fd := udmabuf(t, pageSize)
	b.attach(fd)
	t.must(b.enqueue(fd), "enqueue")
	fence := t.fenceOf(fd, uapi.DmaBufRead)
	t.busy(fence, unix.POLLIN, moment, "fence before the device runs")
	b.set("enable", "1")
	t.ready(fence, unix.POLLIN, "fence of the device")
	b.set("enable", "0")
}

// iioEnqueueBusy enqueues a dma-buf that somebody else still uses: the kernel
// waits for that under the reservation lock.
func iioEnqueueBusy(t *trial) {
	b := t.iioBuffer()
	fd := udmabuf(t, pageSize)
	b.attach(fd)
	b.set("enable", "1")
	release := t.block(fd)
	done := t.async(func() error { return b.enqueue(fd) })
	t.pending(done, "enqueue")
	release()
	t.await(done, "enqueue")
	t.ready(t.fenceOf(fd, uapi.DmaBufRead), unix.POLLIN, "fence of the device")
	b.set("enable", "0")
}

// iioEnqueueTwice is refused while the device has the buffer: its own fence is in
// the way.
func iioEnqueueTwice(t *trial) {
	b := t.iioBuffer()
	fd := udmabuf(t, pageSize)
	b.attach(fd)
	t.must(b.enqueue(fd), "enqueue")
	flags, err := unix.FcntlInt(uintptr(b.fd), unix.F_GETFL, 0)
	t.must(err, "get flags")
	_, err = unix.FcntlInt(uintptr(b.fd), unix.F_SETFL, flags|unix.O_NONBLOCK)
	t.must(err, "set flags")
	t.wants(b.enqueue(fd), unix.EBUSY, "enqueue again")
	b.set("enable", "1")
	t.ready(t.fenceOf(fd, uapi.DmaBufRead), unix.POLLIN, "fence of the device")
	b.set("enable", "0")
}

// iioDisablePending stops the device with work in hand: the fences come with an
// error. All buffers are attached first, because Linux 6.12 forgets what is queued
// when another one is attached (iio_dma_buffer_fileio_free()).
func iioDisablePending(t *trial) {
	b := t.iioBuffer()
	var fences []int
	bufs := []int{udmabuf(t, pageSize), udmabuf(t, pageSize), udmabuf(t, pageSize)}
	for _, fd := range bufs {
		b.attach(fd)
	}
	for _, fd := range bufs {
		t.must(b.enqueue(fd), "enqueue")
		fences = append(fences, t.fenceOf(fd, uapi.DmaBufRead))
	}
	b.set("enable", "1")
	b.set("enable", "0")
	for _, fence := range fences {
		t.ready(fence, unix.POLLIN, "fence of a device that was stopped")
	}
}

// iioDetachPending takes a buffer away that the device works on.
func iioDetachPending(t *trial) {
	b := t.iioBuffer()
	fd := udmabuf(t, pageSize)
	b.attach(fd)
	b.set("enable", "1")
	t.must(b.enqueue(fd), "enqueue")
	fence := t.fenceOf(fd, uapi.DmaBufRead)
	b.detach(fd)
	t.ready(fence, unix.POLLIN, "fence of the device")
	b.set("enable", "0")
}

// iioClosePending closes everything while the device works.
func iioClosePending(t *trial) {
	b := t.iioBuffer()
	fd := heap(t, pageSize)
	b.attach(fd)
	b.set("enable", "1")
	t.must(b.enqueue(fd), "enqueue")
	fence := t.fenceOf(fd, uapi.DmaBufRead)
	t.must(unix.Close(b.fd), "close buffer")
	b.fd = -1
	t.ready(fence, unix.POLLIN, "fence of the device")
}

// iioFileio reads from the device without any dma-buf. Linux 6.12 copies to user
// space under the lock of the queue, which is taken under the reservation lock to
// attach a dma-buf: lockdep reports that, so the test is in no plan.
func iioFileio(t *trial) {
	b := t.iioBuffer()
	b.set("length", "1024")
	b.set("enable", "1")
	t.ready(b.fd, unix.POLLIN, "buffer")
	n, err := unix.Read(b.fd, make([]byte, 512))
	t.must(err, "read")
	t.check(n > 0, "read nothing")
	b.set("enable", "0")
	_, err = os.Stat(b.base)
	t.must(err, "buffer in sysfs")
}
