// SPDX-License-Identifier: MIT

package fencetest

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// Driver names as DRM_IOCTL_VERSION reports them.
const (
	vkms   = "vkms"
	vgem   = "vgem"
	virtio = "virtio_gpu"

	// In guests with more devices only.
	qxl    = "qxl"
	bochs  = "bochs-drm"
	vmwgfx = "vmwgfx"
)

// driDir is where the device nodes are.
const driDir = "/dev/dri"

// A device is an open DRM device.
type device struct {
	t     *trial
	fd    int
	path  string
	minor int
}

// device opens the primary node of driver. It skips the subtest when there is
// none.
func (t *trial) device(driver string) *device { return t.node(driver, "card") }

// render opens the render node of driver.
func (t *trial) render(driver string) *device { return t.node(driver, "renderD") }

func (t *trial) node(driver, prefix string) *device {
	nodes, err := filepath.Glob(filepath.Join(driDir, prefix+"*"))
	t.must(err, "list devices")
	slices.Sort(nodes)
	for _, node := range nodes {
		fd, err := unix.Open(node, unix.O_RDWR|unix.O_CLOEXEC, 0)
		if err != nil {
			continue
		}
		name, err := driverName(fd)
		if err != nil || name != driver {
			_ = unix.Close(fd)
			continue
		}
		minor, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(node), prefix))
		t.must(err, "minor of "+node)
		return &device{t: t, fd: t.own(fd), path: node, minor: minor}
	}
	t.skip("no %s node of driver %q", prefix, driver)
	return nil
}

// again opens the device once more.
func (d *device) again() *device {
	return &device{t: d.t, fd: d.t.open(d.path, unix.O_RDWR), path: d.path, minor: d.minor}
}

// driverName asks the device for its driver.
func driverName(fd int) (string, error) {
	var p uapi.Pointers
	defer p.Release()
	name := make([]byte, 32)
	arg := uapi.Version{NameLen: uint64(len(name)), Name: uapi.Slice(&p, name)}
	if err := uapi.Call(fd, uapi.NrVersion, &arg); err != nil {
		return "", fmt.Errorf("ask for the driver: %w", err)
	}
	return string(name[:min(arg.NameLen, uint64(len(name)))]), nil
}

// debugfs returns the path of a file of the device in debugfs.
func (d *device) debugfs(name string) string {
	return filepath.Join("/sys/kernel/debug/dri", strconv.Itoa(d.minor), name)
}

// A buffer is a dumb buffer.
type buffer struct {
	d      *device
	handle uint32
	pitch  uint32
	size   int
}

// dumb makes a dumb buffer. It goes away with the device.
func (d *device) dumb(width, height, bpp uint32) buffer {
	arg := uapi.ModeCreateDumb{Width: width, Height: height, BPP: bpp}
	d.t.need(uapi.Call(d.fd, uapi.NrModeCreateDumb, &arg), "create dumb buffer")
	return buffer{d: d, handle: arg.Handle, pitch: arg.Pitch, size: int(arg.Size)}
}

// mmap maps the buffer and writes to it.
func (b buffer) mmap() []byte {
	arg := uapi.ModeMapDumb{Handle: b.handle}
	b.d.t.must(uapi.Call(b.d.fd, uapi.NrModeMapDumb, &arg), "map dumb buffer")
	return b.d.t.mmap(b.d.fd, int64(arg.Offset), b.size)
}

// destroy gives the handle back.
func (b buffer) destroy() {
	b.d.t.must(uapi.Call(b.d.fd, uapi.NrModeDestroyDumb, &b.handle), "destroy dumb buffer")
}

// export returns the buffer as dma-buf.
func (b buffer) export() int {
	arg := uapi.PrimeHandle{Handle: b.handle, Flags: uapi.PrimeReadWrite | uapi.PrimeCloseOnExec}
	b.d.t.need(uapi.Call(b.d.fd, uapi.NrPrimeHandleToFD, &arg), "export dma-buf")
	return b.d.t.own(int(arg.FD))
}

// imports takes a dma-buf in and returns its handle.
func (d *device) imports(dmabuf int) (uint32, error) {
	arg := uapi.PrimeHandle{FD: int32(dmabuf)}
	err := uapi.Call(d.fd, uapi.NrPrimeFDToHandle, &arg)
	return arg.Handle, err
}

// closeHandle gives any GEM handle back.
func (d *device) closeHandle(handle uint32) {
	d.t.must(uapi.Call(d.fd, uapi.NrGEMClose, &uapi.GEMClose{Handle: handle}), "close handle")
}
