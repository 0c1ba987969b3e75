// SPDX-License-Identifier: MIT

package fencetest

import (
	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// dmabufTests exercise the exporters that belong to no graphics driver.
func dmabufTests() []subtest {
	return []subtest{
		{name: "heap-alloc", run: func(t *trial) { useDmabuf(t, heap(t, 16*pageSize), 16*pageSize) }},
		{name: "heap-fence", run: func(t *trial) { fenceDmabuf(t, heap(t, pageSize)) }, lead: true},
		{name: "heap-import", run: func(t *trial) { importDmabuf(t, heap(t, 16*pageSize)) }},
		{name: "udmabuf-create", run: func(t *trial) { useDmabuf(t, udmabuf(t, 16*pageSize), 16*pageSize) }},
		{name: "udmabuf-fence", run: func(t *trial) { fenceDmabuf(t, udmabuf(t, pageSize)) }},
		{name: "udmabuf-import", run: func(t *trial) { importDmabuf(t, udmabuf(t, 16*pageSize)) }},
		{name: "bufinfo", run: dmabufInfo},
	}
}

// heap allocates a dma-buf from the system heap.
func heap(t *trial, size int) int {
	fd := t.open("/dev/dma_heap/system", unix.O_RDWR)
	arg := uapi.DmaHeapAllocation{Len: uint64(size), FDFlags: unix.O_RDWR | unix.O_CLOEXEC}
	t.must(uapi.Call(fd, uapi.NrDmaHeapAlloc, &arg), "allocate from heap")
	return t.own(int(arg.FD))
}

// udmabuf makes a dma-buf of a memfd.
func udmabuf(t *trial, size int) int {
	mem, err := unix.MemfdCreate("fencebot", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	t.need(err, "create memfd")
	t.own(mem)
	t.must(unix.Ftruncate(mem, int64(size)), "size memfd")
	_, err = unix.FcntlInt(uintptr(mem), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK)
	t.must(err, "seal memfd")
	dev := t.open("/dev/udmabuf", unix.O_RDWR)
	arg := uapi.UdmabufCreate{MemFD: uint32(mem), Flags: uapi.UdmabufCloseOnExec, Size: uint64(size)}
	fd, err := uapi.CallResult(dev, uapi.NrUdmabufCreate, &arg)
	t.must(err, "create udmabuf")
	return t.own(fd)
}

// useDmabuf maps the buffer and brackets the access as a CPU user should.
func useDmabuf(t *trial, fd, size int) {
	mem := t.mmap(fd, 0, size)
	for _, flags := range []uint64{uapi.DmaBufRead, uapi.DmaBufRead | uapi.DmaBufWrite} {
		t.must(uapi.Call(fd, uapi.NrDmaBufSync, &flags), "begin of access")
		mem[0]++
		end := flags | uapi.DmaBufEnd
		t.must(uapi.Call(fd, uapi.NrDmaBufSync, &end), "end of access")
	}
	n, err := unix.Seek(fd, 0, unix.SEEK_END)
	t.must(err, "ask for the size")
	t.check(n == int64(size), "dma-buf of %d bytes, want %d", n, size)
}

// fenceDmabuf puts read and write fences on the buffer and waits for them in
// poll and in the kernel.
func fenceDmabuf(t *trial, fd int) {
	line := t.timeline()
	for i, flags := range []uint32{uapi.DmaBufRead, uapi.DmaBufWrite, uapi.DmaBufRead} {
		arg := uapi.DmaBufSyncFile{Flags: flags, FD: int32(line.fence(uint32(i + 1)))}
		t.need(uapi.Call(fd, uapi.NrDmaBufImportSync, &arg), "import sync_file")
		t.busy(fd, unix.POLLOUT, 0, "write under a fence")
		out := uapi.DmaBufSyncFile{Flags: uapi.DmaBufWrite}
		t.must(uapi.Call(fd, uapi.NrDmaBufExportSync, &out), "export sync_file")
		file := t.own(int(out.FD))
		woken := t.async(func() error {
			_, err := poll(fd, unix.POLLOUT, patience)
			return err
		})
		t.status(file, 0, "exported fence")
		line.inc(1)
		t.ready(file, unix.POLLIN, "exported fence")
		t.await(woken, "poll")
	}
}

// importDmabuf hands the buffer to each driver that takes foreign buffers.
func importDmabuf(t *trial, fd int) {
	imported := 0
	for _, driver := range []string{vgem, vkms} {
		d := t.device(driver)
		handle, err := d.imports(fd)
		if missing(err) {
			continue
		}
		t.must(err, "import into "+driver)
		imported++
		d.closeHandle(handle)
	}
	if imported == 0 {
		t.skip("no driver imports this dma-buf")
	}
}

// dmabufInfo reads the list of all dma-bufs, which takes each reservation
// lock, while a buffer has a fence.
func dmabufInfo(t *trial) {
	line := t.timeline()
	fd := heap(t, pageSize)
	arg := uapi.DmaBufSyncFile{Flags: uapi.DmaBufWrite, FD: int32(line.fence(1))}
	t.need(uapi.Call(fd, uapi.NrDmaBufImportSync, &arg), "import sync_file")
	t.need(uapi.Call(fd, uapi.NrDmaBufSetName, &uapi.DmaBufName{'f', 'e', 'n', 'c', 'e'}), "name dma-buf")
	_, err := readBounded("/sys/kernel/debug/dma_buf/bufinfo")
	t.need(err, "read bufinfo")
	line.inc(1)
}
