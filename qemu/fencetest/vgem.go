// SPDX-License-Identifier: MIT

package fencetest

import (
	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// vgemTests reach what IGT's vgem_basic and prime_vgem reach without fences.
func vgemTests() []subtest {
	return []subtest{
		{name: "create", run: vgemCreate},
		{name: "mmap", run: vgemMmap},
		{name: "flink", run: vgemFlink},
		{name: "prime-self", run: vgemPrimeSelf},
		{name: "prime-second-open", run: vgemPrimeSecondOpen},
		{name: "dmabuf-mmap", run: vgemDmabufMmap},
		{name: "sysfs-debugfs", run: readDebugfs},
		{name: "drop-caches", run: vgemDropCaches},
	}
}

func vgemCreate(t *trial) {
	d := t.device(vgem)
	for _, side := range []uint32{1, 64, 512} {
		b := d.dumb(side, side, 32)
		t.check(b.size >= int(side*side*4), "buffer of %d bytes for %dx%d", b.size, side, side)
		b.destroy()
	}
	t.wants(uapi.Call(d.fd, uapi.NrGEMClose, &uapi.GEMClose{Handle: 99}), unix.EINVAL, "close of no handle")
}

func vgemMmap(t *trial) {
	b := t.device(vgem).dumb(64, 64, 32)
	mem := b.mmap()
	other := b.mmap()
	mem[5] = 42
	t.check(other[5] == 42, "two maps of one buffer differ")
}

func vgemFlink(t *trial) {
	d := t.device(vgem)
	b := d.dumb(32, 32, 32)
	link := uapi.GEMFlink{Handle: b.handle}
	t.need(uapi.Call(d.fd, uapi.NrGEMFlink, &link), "flink")
	opened := uapi.GEMOpen{Name: link.Name}
	second := d.again()
	t.must(uapi.Call(second.fd, uapi.NrGEMOpen, &opened), "open by name")
	second.closeHandle(opened.Handle)
}

func vgemPrimeSelf(t *trial) {
	d := t.device(vgem)
	b := d.dumb(32, 32, 32)
	handle, err := d.imports(b.export())
	t.must(err, "import")
	t.check(handle == b.handle, "own buffer came back as handle %d, not %d", handle, b.handle)
}

func vgemPrimeSecondOpen(t *trial) {
	d := t.device(vgem)
	b := d.dumb(32, 32, 32)
	fd := b.export()
	second := d.again()
	handle, err := second.imports(fd)
	t.must(err, "import")
	again, err := second.imports(fd)
	t.must(err, "import again")
	t.check(handle == again, "one dma-buf has handles %d and %d", handle, again)
	second.closeHandle(handle)
}

func vgemDmabufMmap(t *trial) {
	b := t.device(vgem).dumb(64, 64, 32)
	viaHandle := b.mmap()
	viaFD := t.mmap(b.export(), 0, b.size)
	viaHandle[7] = 77
	t.check(viaFD[7] == 77, "the map of the dma-buf shows something else")
}

// vgemDropCaches lets every shrinker run while the driver holds pages.
func vgemDropCaches(t *trial) {
	d := t.device(vgem)
	for range 4 {
		b := d.dumb(128, 128, 32)
		b.mmap()
		b.export()
	}
	dropCaches(t)
	d.dumb(64, 64, 32).destroy()
	dropCaches(t)
}
