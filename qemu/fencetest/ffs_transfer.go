// SPDX-License-Identifier: MIT

package fencetest

import (
	"bytes"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// ffsSize is what one transfer moves: more than a page, so that its memory is in
// pieces, and within what usbfs moves in one piece.
const ffsSize = 3 * pageSize

// ffsTests run dma-bufs through the endpoints of a USB function in user space.
func ffsTests() []subtest {
	return []subtest{
		{name: "transfer-in", run: ffsIn, lead: true},
		{name: "transfer-out", run: ffsOut},
		{name: "transfer-busy", run: ffsBusy},
		{name: "detach-pending", run: ffsDetachPending},
		{name: "close-pending", run: ffsClosePending},
		{name: "unplug-pending", run: ffsUnplugPending},
	}
}

// pending starts a transfer to the host, which does not read, and returns the
// dma-buf and its fence.
func (g *gadget) pending() (dmabuf, fence int) {
	t := g.t
	dmabuf = udmabuf(t, ffsSize)
	g.attach(g.in, dmabuf)
	t.must(g.transfer(g.in, dmabuf, ffsSize), "transfer")
	fence = t.fenceOf(dmabuf, uapi.DmaBufWrite)
	t.busy(fence, unix.POLLIN, moment, "fence of a transfer that nobody takes")
	return dmabuf, fence
}

// ffsIn sends a dma-buf to the host.
func ffsIn(t *trial) {
	g := t.gadget()
	for _, dmabuf := range []int{udmabuf(t, ffsSize), heap(t, ffsSize)} {
		want := t.mmap(dmabuf, 0, ffsSize)
		g.attach(g.in, dmabuf)
		t.must(g.transfer(g.in, dmabuf, ffsSize), "transfer")
		fence := t.fenceOf(dmabuf, uapi.DmaBufWrite)
		t.status(fence, 0, "fence of a transfer that nobody takes")
		got := make([]byte, ffsSize)
		t.must(g.bulk(bulkIn, got), "read at the host")
		t.ready(fence, unix.POLLIN, "fence of the transfer")
		t.status(fence, 1, "fence of the transfer")
		t.check(bytes.Equal(got, want), "the host got something else")
		g.detach(g.in, dmabuf)
	}
}

// ffsOut has the host write into a dma-buf.
func ffsOut(t *trial) {
	g := t.gadget()
	dmabuf := udmabuf(t, ffsSize)
	g.attach(g.out, dmabuf)
	t.must(g.transfer(g.out, dmabuf, ffsSize), "transfer")
	fence := t.fenceOf(dmabuf, uapi.DmaBufRead)
	sent := bytes.Repeat([]byte("fence"), ffsSize)[:ffsSize]
	t.must(g.bulk(bulkOut, sent), "write at the host")
	t.ready(fence, unix.POLLIN, "fence of the transfer")
	mem, err := unix.Mmap(dmabuf, 0, ffsSize, unix.PROT_READ, unix.MAP_SHARED)
	t.must(err, "map")
	t.after(func() { _ = unix.Munmap(mem) })
	t.check(bytes.Equal(mem, sent), "the function got something else")
}

// ffsBusy transfers a dma-buf that somebody else still uses: the kernel waits
// for that under the reservation lock.
func ffsBusy(t *trial) {
	g := t.gadget()
	dmabuf := udmabuf(t, ffsSize)
	g.attach(g.in, dmabuf)
	release := t.block(dmabuf)
	done := t.async(func() error { return g.transfer(g.in, dmabuf, ffsSize) })
	t.pending(done, "transfer")
	release()
	t.await(done, "transfer")
	t.must(g.bulk(bulkIn, make([]byte, ffsSize)), "read at the host")
	t.ready(t.fenceOf(dmabuf, uapi.DmaBufWrite), unix.POLLIN, "fence of the transfer")
}

// ffsDetachPending takes the dma-buf away from a transfer.
func ffsDetachPending(t *trial) {
	g := t.gadget()
	dmabuf, fence := g.pending()
	g.detach(g.in, dmabuf)
	t.ready(fence, unix.POLLIN, "fence of a transfer that was stopped")
	t.status(fence, -1, "fence of a transfer that was stopped")
}

// ffsClosePending closes the endpoint under a transfer.
func ffsClosePending(t *trial) {
	g := t.gadget()
	_, fence := g.pending()
	t.must(unix.Close(g.in), "close endpoint")
	g.in = -1
	t.ready(fence, unix.POLLIN, "fence of a transfer whose endpoint is closed")
}

// ffsUnplugPending takes the whole device from the bus under a transfer.
func ffsUnplugPending(t *trial) {
	g := t.gadget()
	_, fence := g.pending()
	g.unplug()
	t.ready(fence, unix.POLLIN, "fence of a transfer without a bus")
}
