// SPDX-License-Identifier: MIT

package fencetest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// Where a gadget is put together: Documentation/usb/gadget_configfs.rst.
const (
	configfs   = "/sys/kernel/config"
	gadgets    = configfs + "/usb_gadget"
	gadgetPath = gadgets + "/fencebot"
	ffsPath    = "/tmp/fencebot-ffs"
)

// gadgetProduct is idProduct of the gadget: how the host finds it.
const gadgetProduct = "fe0c"

// A gadget is a USB device whose function is this process, and its other end:
// dummy_hcd makes both on one machine.
type gadget struct {
	t       *trial
	in, out int // endpoints, seen from the host as everywhere in USB
	host    int // the device in usbfs
}

// gadget makes one with two bulk endpoints and waits until the host has
// configured it. It skips the subtest without the kernel's parts.
func (t *trial) gadget() *gadget {
	g := &gadget{t: t}
	controller := t.controller()
	t.makeGadget()
	t.must(os.MkdirAll(ffsPath, 0o755), "make directory")
	t.need(unix.Mount("fencebot", ffsPath, "functionfs", 0, ""), "mount functionfs")
	t.after(func() { _ = unix.Unmount(ffsPath, unix.MNT_DETACH) })
	control := t.open(ffsPath+"/ep0", unix.O_RDWR)
	for _, text := range [][]byte{ffsDescriptors(), ffsStrings()} {
		_, err := unix.Write(control, text)
		t.must(err, "describe the function")
	}
	g.out = t.open(ffsPath+"/ep2", unix.O_RDWR)
	var err error
	g.in, err = unix.Open(ffsPath+"/ep1", unix.O_RDWR|unix.O_CLOEXEC, 0)
	t.must(err, "open endpoint")
	t.after(func() { _ = unix.Close(g.in) }) // -1 when the test has closed it
	t.must(writeFile(gadgetPath+"/UDC", controller), "plug in")
	t.after(g.unplug)
	g.connect()
	return g
}

// controller returns the name of the first device controller.
func (t *trial) controller() string {
	names, err := os.ReadDir("/sys/class/udc")
	t.need(err, "list controllers")
	if len(names) == 0 {
		t.skip("no USB device controller")
	}
	err = unix.Mount("configfs", configfs, "configfs", 0, "")
	if !errors.Is(err, unix.EBUSY) {
		t.need(err, "mount configfs")
	}
	if _, err := os.Stat(gadgets); err != nil {
		t.skip("no USB gadgets in configfs")
	}
	return names[0].Name()
}

// makeGadget puts the gadget together, and takes it apart at the end.
func (t *trial) makeGadget() {
	function := gadgetPath + "/functions/ffs.fencebot"
	config := gadgetPath + "/configs/c.1"
	for _, dir := range []string{gadgetPath, function, config} {
		t.need(os.Mkdir(dir, 0o755), "make "+dir)
		t.after(func() { _ = os.Remove(dir) })
	}
	t.must(writeFile(gadgetPath+"/idVendor", "0x1d6b"), "set vendor")
	t.must(writeFile(gadgetPath+"/idProduct", "0x"+gadgetProduct), "set product")
	link := config + "/ffs.fencebot"
	t.must(os.Symlink(function, link), "add function")
	t.after(func() { _ = os.Remove(link) })
}

// connect waits until the host has configured the device, and claims it.
func (g *gadget) connect() {
	t := g.t
	node := ""
	t.eventually("the host configures the device", func() bool {
		node = findUSB("/sys/bus/usb/devices", gadgetProduct)
		return node != ""
	})
	g.host = t.open(node, unix.O_RDWR)
	var number uint32
	t.must(uapi.Call(g.host, uapi.NrUSBClaim, &number), "claim interface")
}

// unplug takes the device from the bus; it may be off already.
func (g *gadget) unplug() { _ = writeFile(gadgetPath+"/UDC", "\n") }

// findUSB returns the node of the configured device with that product number,
// empty when there is none yet.
func findUSB(devices, product string) string {
	dirs, err := filepath.Glob(filepath.Join(devices, "*"))
	if err != nil {
		return ""
	}
	for _, dir := range dirs {
		read := func(name string) string {
			text, _ := readBounded(filepath.Join(dir, name)) // not there: not this one
			return strings.TrimSpace(string(text))
		}
		var bus, dev int
		if read("idProduct") != product || read("bConfigurationValue") != "1" {
			continue
		}
		if _, err := fmt.Sscanf(read("busnum")+" "+read("devnum"), "%d %d", &bus, &dev); err == nil {
			return fmt.Sprintf("/dev/bus/usb/%03d/%03d", bus, dev)
		}
	}
	return ""
}

// bulk moves data at the host's end. The kernel gives up after patience.
func (g *gadget) bulk(endpoint uint32, data []byte) error {
	var p uapi.Pointers
	defer p.Release()
	arg := uapi.USBBulk{Endpoint: endpoint, Len: uint32(len(data)), Timeout: uint32(patience.Milliseconds()), Data: uapi.Slice(&p, data)}
	n, err := uapi.CallResult(g.host, uapi.NrUSBBulk, &arg)
	if err == nil && n != len(data) {
		return fmt.Errorf("%d of %d bytes", n, len(data))
	}
	return err
}

// attach makes the dma-buf known to an endpoint. A controller that takes no
// scatterlists refuses with EPERM (ffs_dmabuf_attach).
func (g *gadget) attach(endpoint, dmabuf int) {
	arg := int32(dmabuf)
	err := uapi.Call(endpoint, uapi.NrFFSDmaBufAttach, &arg)
	if errors.Is(err, unix.EPERM) {
		g.t.skip("the controller takes no dma-bufs")
	}
	g.t.need(err, "attach dma-buf")
}

func (g *gadget) detach(endpoint, dmabuf int) {
	arg := int32(dmabuf)
	g.t.must(uapi.Call(endpoint, uapi.NrFFSDmaBufDetach, &arg), "detach dma-buf")
}

func (g *gadget) transfer(endpoint, dmabuf, size int) error {
	return uapi.Call(endpoint, uapi.NrFFSDmaBufTransfer, &uapi.FFSTransfer{FD: int32(dmabuf), Length: uint64(size)})
}
