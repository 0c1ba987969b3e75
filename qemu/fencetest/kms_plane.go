// SPDX-License-Identifier: MIT

package fencetest

import (
	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// planeTests reach what IGT's kms_cursor_legacy, kms_plane and kms_color
// reach.
func planeTests() []subtest {
	return []subtest{
		{name: "cursor-legacy", run: cursorLegacy},
		{name: "cursor-atomic", run: cursorAtomic},
		{name: "cursor-vs-flip", run: cursorVsFlip},
		{name: "plane-legacy", run: planeLegacy},
		{name: "overlay", run: overlayPlanes},
		{name: "formats", run: planeFormats},
		{name: "gamma", run: gamma},
	}
}

const cursorSide = 64 // DRM_CAP_CURSOR_WIDTH of both drivers allows it

func (d *display) cursorImage() buffer {
	if d.cursor == 0 {
		d.t.skip("%s has no cursor plane", d.t.driver)
	}
	b := d.dumb(cursorSide, cursorSide, 32)
	b.mmap()
	return b
}

// moveCursor is the legacy request, which takes the fast path without waiting
// for a vblank.
func (d *display) moveCursor(flags, handle uint32, x, y int32) error {
	return uapi.Call(d.fd, uapi.NrModeCursor2, &uapi.ModeCursor2{
		Flags: flags, Crtc: d.crtc, X: x, Y: y, Width: cursorSide, Height: cursorSide, Handle: handle,
	})
}

func cursorLegacy(t *trial) {
	d := t.display()
	d.enable()
	image := d.cursorImage()
	t.must(d.moveCursor(uapi.CursorBO, image.handle, 0, 0), "set cursor")
	for i := range int32(8) {
		t.must(d.moveCursor(uapi.CursorMove, 0, i*3-4, i), "move cursor")
	}
	t.must(d.moveCursor(uapi.CursorBO, 0, 0, 0), "hide cursor")
	d.disable()
}

func cursorAtomic(t *trial) {
	d := t.display()
	d.enable()
	fb := d.framebufferOf(d.cursorImage(), cursorSide, cursorSide, uapi.FormatARGB8888)
	for i := range int32(3) {
		d.request().show(d.cursor, fb, i*4, i*2).must(0, "show cursor")
	}
	d.request().setPlane(d.cursor, "FB_ID", 0).setPlane(d.cursor, "CRTC_ID", 0).must(0, "hide cursor")
	d.disable()
}

// cursorVsFlip moves the cursor on another thread while flips are pending.
func cursorVsFlip(t *trial) {
	d := t.display()
	first := d.enable()
	second := d.screen()
	image := d.cursorImage()
	t.must(d.moveCursor(uapi.CursorBO, image.handle, 0, 0), "set cursor")
	moved := t.async(func() error {
		for i := range int32(10) {
			if err := d.moveCursor(uapi.CursorMove, 0, i, i); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range 4 {
		fb := []framebuffer{second, first}[i%2]
		d.request().flip(fb).must(0, "commit")
	}
	t.await(moved, "move cursor")
	d.disable()
}

func planeLegacy(t *trial) {
	d := t.display()
	d.enable()
	fb := d.screen()
	arg := uapi.ModeSetPlane{
		Plane: d.primary, Crtc: d.crtc, FB: fb.id,
		W: fb.width, H: fb.height, SrcW: fb.width << 16, SrcH: fb.height << 16,
	}
	t.must(uapi.Call(d.fd, uapi.NrModeSetPlane, &arg), "set plane")
	d.disable()
}

// overlayPlanes shows one overlay after the other. vkms has them only with
// vkms.enable_overlay=1 on the kernel command line.
func overlayPlanes(t *trial) {
	d := t.display()
	d.enable()
	if len(d.overlays) == 0 {
		t.skip("%s has no overlay planes", t.driver)
	}
	fb := d.framebuffer(32, 24)
	for _, plane := range d.overlays[:min(2, len(d.overlays))] {
		d.request().show(plane, fb, 4, 4).must(0, "show overlay")
		d.request().show(plane, fb, 8, 8).must(0, "move overlay")
		d.request().setPlane(plane, "FB_ID", 0).setPlane(plane, "CRTC_ID", 0).must(0, "hide overlay")
	}
	d.disable()
}

// planeFormats flips to framebuffers of other formats, as far as the driver
// knows them.
func planeFormats(t *trial) {
	d := t.display()
	d.enable()
	w, h := uint32(d.mode.HDisplay), uint32(d.mode.VDisplay)
	shown := 0
	for _, f := range []struct{ format, bpp uint32 }{
		{uapi.FormatARGB8888, 32}, {uapi.FormatRGB565, 16}, {uapi.FormatXRGB8888, 32},
	} {
		dumb := uapi.ModeCreateDumb{Width: w, Height: h, BPP: f.bpp}
		if uapi.Call(d.fd, uapi.NrModeCreateDumb, &dumb) != nil {
			continue
		}
		b := buffer{d: d.device, handle: dumb.Handle, pitch: dumb.Pitch, size: int(dumb.Size)}
		arg := uapi.ModeFBCmd2{
			Width: w, Height: h, Format: f.format,
			Handles: [4]uint32{b.handle}, Pitches: [4]uint32{b.pitch},
		}
		if uapi.Call(d.fd, uapi.NrModeAddFB2, &arg) != nil {
			continue
		}
		fb := framebuffer{buffer: b, id: arg.FB, width: w, height: h}
		if d.request().show(d.primary, fb, 0, 0).commit(0) == nil {
			shown++
		}
	}
	t.check(shown > 0, "no format could be shown")
	d.disable()
}

func gamma(t *trial) {
	d := t.display()
	d.enable()
	for range 2 {
		d.setGamma()
	}
	d.request().setCrtc("GAMMA_LUT", 0).must(0, "reset gamma")
	d.disable()
}

// setGamma sets a gamma table until the end of the subtest. It makes vkms look
// up each pixel of each frame that it composes.
func (d *display) setGamma() {
	var p uapi.Pointers
	defer p.Release()
	got := uapi.ModeCrtc{Crtc: d.crtc}
	d.t.must(uapi.Call(d.fd, uapi.NrModeGetCrtc, &got), "get CRTC")
	if got.GammaSize == 0 {
		d.t.skip("%s has no gamma table", d.t.driver)
	}
	ramp := make([]uint16, got.GammaSize)
	for i := range ramp {
		ramp[i] = uint16(i * 0xffff / len(ramp))
	}
	address := uapi.Slice(&p, ramp)
	arg := uapi.ModeCrtcLUT{Crtc: d.crtc, Size: got.GammaSize, Red: address, Green: address, Blue: address}
	d.t.must(uapi.Call(d.fd, uapi.NrModeSetGamma, &arg), "set gamma")
	d.t.after(func() { _ = d.request().setCrtc("GAMMA_LUT", 0).commit(uapi.AtomicAllowModeset) })
}
