// SPDX-License-Identifier: MIT

package fencetest

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// composerTests reach what IGT's kms_pipe_crc_basic and kms_writeback reach:
// in vkms both make the vblank timer queue work for its composer.
func composerTests() []subtest {
	return []subtest{
		{name: "crc", run: crcBasic},
		{name: "crc-flip", run: crcFlip, lead: true},
		{name: "crc-modeset", run: crcModeset},
		{name: "crc-planes", run: crcPlanes},
		{name: "crc-drop-caches", run: crcDropCaches},
		{name: "crc-busy", run: crcBusy},
		{name: "crc-invalid", run: crcInvalid},
		{name: "writeback", run: writebackBasic},
		// Linux 6.12 sets wb_pending before the job's format is known: now and then
		// its composer warns, whatever series is on top.
		{name: "writeback-flip", run: writebackFlip, only: true},
		{name: "writeback-crc", run: writebackCRC},
		{name: "writeback-invalid", run: writebackInvalid},
	}
}

// startCRC chooses the CRC source and opens the data file, which starts the
// capture; the pipe must be on.
func (d *display) startCRC() int {
	dir := d.debugfs(fmt.Sprintf("crtc-%d/crc", d.pipe))
	d.t.need(writeFile(dir+"/control", "auto"), "choose CRC source")
	return d.t.open(dir+"/data", unix.O_RDONLY|unix.O_NONBLOCK)
}

// crcs reads n CRC lines and returns the last CRC.
func (t *trial) crcs(fd, n int) string {
	line := make([]byte, 256) // LINE_LEN(DRM_MAX_CRC_NR) of drm_debugfs_crc.c is 122
	last := ""
	for range n {
		t.ready(fd, unix.POLLIN, "CRC")
		got, err := unix.Read(fd, line)
		t.must(err, "read CRC")
		fields := strings.Fields(string(line[:got]))
		t.check(len(fields) >= 2, "CRC line %q", line[:got])
		last = fields[1]
	}
	return last
}

func crcBasic(t *trial) {
	d := t.display()
	d.enable().mmap()
	t.crcs(d.startCRC(), 3)
	d.disable()
}

// crcFlip: the CRC follows what is shown.
func crcFlip(t *trial) {
	d := t.display()
	first := d.enable()
	second := d.screen()
	mem := second.mmap()
	for i := range mem {
		mem[i] = 0x55
	}
	fd := d.startCRC()
	dark := t.crcs(fd, 2)
	for i := range 4 {
		fb := []framebuffer{second, first}[i%2]
		d.request().flip(fb).must(uapi.AtomicNonblock|uapi.PageFlipEvent, "commit")
		d.event(uapi.EventFlipComplete)
	}
	d.request().flip(second).must(0, "commit")
	t.crcs(fd, 12) // the ones that were taken meanwhile are still queued
	t.check(t.crcs(fd, 2) != dark, "the CRC did not follow the picture")
	d.disable()
}

// crcModeset switches off under a running capture.
func crcModeset(t *trial) {
	d := t.display()
	fb := d.enable()
	fd := d.startCRC()
	t.crcs(fd, 1)
	for range 2 {
		d.request().setCrtc("ACTIVE", 0).must(uapi.AtomicAllowModeset, "switch off")
		d.request().setCrtc("ACTIVE", 1).must(uapi.AtomicAllowModeset, "switch on")
		d.request().flip(fb).must(0, "flip")
	}
	d.disable()
}

// crcPlanes lets the composer blend.
func crcPlanes(t *trial) {
	d := t.display()
	d.enable()
	cursor := d.framebufferOf(d.cursorImage(), cursorSide, cursorSide, uapi.FormatARGB8888)
	fd := d.startCRC()
	d.request().show(d.cursor, cursor, 8, 8).must(0, "show cursor")
	t.crcs(fd, 2)
	d.request().setPlane(d.cursor, "FB_ID", 0).setPlane(d.cursor, "CRTC_ID", 0).must(0, "hide cursor")
	t.crcs(fd, 1)
	d.disable()
}

func crcDropCaches(t *trial) {
	d := t.display()
	d.enable()
	fd := d.startCRC()
	t.crcs(fd, 1)
	dropCaches(t)
	t.crcs(fd, 1)
	d.disable()
}

// crcBusy makes the composer so slow that in an emulated guest a picture takes
// it several frames, so that commits meet its work while it is pending or
// running: only then does flush_work() tell lockdep anything.
func crcBusy(t *trial) {
	d := t.display()
	if t.driver == vkms {
		d.mode = modeOf(128, 96)
	}
	first := d.enable()
	second := d.screen()
	d.setGamma()
	fd := d.startCRC()
	t.crcs(fd, 1)
	for i := range 4 {
		fb := []framebuffer{second, first}[i%2]
		d.request().flip(fb).must(0, "commit")
	}
	d.request().setCrtc("ACTIVE", 0).must(uapi.AtomicAllowModeset, "switch off")
	d.disable()
}

func crcInvalid(t *trial) {
	d := t.display()
	dir := d.debugfs(fmt.Sprintf("crtc-%d/crc", d.pipe))
	_, err := readBounded(dir + "/control")
	t.need(err, "list CRC sources")
	t.wants(writeFile(dir+"/control", "nonsense"), unix.EINVAL, "CRC source that does not exist")
	t.must(writeFile(dir+"/control", "auto"), "choose CRC source")
	_, err = unix.Open(dir+"/data", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	t.wants(err, unix.EIO, "CRC of a CRTC that is off")
}

// writebackDisplay returns a display that shows on its writeback connector
// alone: since drm_atomic_check_valid_clones() a CRTC of vkms takes no second
// connector beside it.
func (t *trial) writebackDisplay() *display {
	d := t.display()
	if d.writeback == 0 {
		t.skip("%s has no writeback connector", t.driver)
	}
	d.connector = d.writeback
	d.enable()
	return d
}

// write commits a flip whose picture goes to out, and returns the fence that
// tells when it is there.
func (d *display) write(shown, out framebuffer, flags uint32) int {
	var p uapi.Pointers
	defer p.Release()
	fence := []int32{-1}
	d.request().flip(shown).
		set(d.writeback, uapi.ObjectConnector, "WRITEBACK_FB_ID", uint64(out.id)).
		set(d.writeback, uapi.ObjectConnector, "WRITEBACK_OUT_FENCE_PTR", uapi.Slice(&p, fence)).
		must(flags|uapi.AtomicAllowModeset, "writeback commit")
	d.t.check(fence[0] >= 0, "no writeback fence came back")
	return d.t.own(int(fence[0]))
}

// written waits for a writeback. vkms can lose one: the cleanup of the job
// before it runs on a workqueue after its fence and switches the composer off
// (vkms_wb_cleanup_job), whoever uses it by then.
func (t *trial) written(fence int) {
	const limit = time.Second
	got, err := poll(fence, unix.POLLIN, limit)
	t.must(err, "poll writeback fence")
	if got == 0 {
		t.skip("no writeback in %v: the driver lost it", limit)
	}
	t.status(fence, 1, "writeback fence")
	time.Sleep(moment) // for the cleanup, which nothing tells the end of
}

func writebackBasic(t *trial) {
	d := t.writebackDisplay()
	shown, out := d.screen(), d.screen()
	pixels, copied := shown.mmap(), out.mmap()
	for i := range pixels {
		pixels[i] = 0x33
	}
	t.written(d.write(shown, out, 0))
	t.check(copied[1] == 0x33, "written pixel %#x, want 0x33", copied[1])
	d.disable()
}

func writebackFlip(t *trial) {
	d := t.writebackDisplay()
	shown, out := d.screen(), d.screen()
	for _, flags := range []uint32{0, uapi.AtomicNonblock, 0} {
		t.written(d.write(shown, out, flags))
		d.request().flip(shown).must(0, "flip")
	}
	d.disable()
}

// writebackCRC runs both users of the composer at once.
func writebackCRC(t *trial) {
	d := t.writebackDisplay()
	shown, out := d.screen(), d.screen()
	fd := d.startCRC()
	t.crcs(fd, 1)
	t.written(d.write(shown, out, 0))
	d.disable()
}

// writebackInvalid takes the ways out of a writeback that is refused.
func writebackInvalid(t *trial) {
	var p uapi.Pointers
	defer p.Release()
	d := t.writebackDisplay()
	small := d.framebuffer(16, 16)
	err := d.request().
		set(d.writeback, uapi.ObjectConnector, "WRITEBACK_FB_ID", uint64(small.id)).
		commit(uapi.AtomicAllowModeset)
	t.wants(err, unix.EINVAL, "writeback to a framebuffer of the wrong size")
	fence := []int32{-1}
	err = d.request().
		set(d.writeback, uapi.ObjectConnector, "WRITEBACK_FB_ID", uint64(small.id)).
		set(d.writeback, uapi.ObjectConnector, "WRITEBACK_OUT_FENCE_PTR", uapi.Slice(&p, fence)).
		commit(uapi.AtomicAllowModeset)
	t.wants(err, unix.EINVAL, "the same with a fence")
	t.check(fence[0] < 0, "a refused writeback gave fence %d", fence[0])
	d.disable()
}
