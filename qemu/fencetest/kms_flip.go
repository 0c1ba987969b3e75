// SPDX-License-Identifier: MIT

package fencetest

import (
	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// flipTests reach what IGT's kms_flip reaches.
func flipTests() []subtest {
	return []subtest{
		{name: "page-flip", run: pageFlip},
		{name: "page-flip-busy", run: pageFlipBusy},
		{name: "page-flip-off", run: pageFlipOff},
		{name: "page-flip-modeset", run: pageFlipModeset},
		{name: "page-flip-close", run: pageFlipClose},
		{name: "page-flip-drop-caches", run: pageFlipDropCaches},
	}
}

// pageFlip is the legacy request.
func (d *display) pageFlip(fb framebuffer, flags uint32) error {
	return uapi.Call(d.fd, uapi.NrModePageFlip, &uapi.ModePageFlip{Crtc: d.crtc, FB: fb.id, Flags: flags, UserData: 77})
}

func pageFlip(t *trial) {
	d := t.display()
	first := d.enable()
	second := d.screen()
	for i := range 8 {
		fb := []framebuffer{second, first}[i%2]
		t.must(d.pageFlip(fb, uapi.PageFlipEvent), "page flip")
		ev := d.event(uapi.EventFlipComplete)
		t.check(ev.UserData == 77, "event with user data %d", ev.UserData)
	}
	t.must(d.pageFlip(first, 0), "page flip without event")
	d.disable()
}

// pageFlipBusy: a flip on top of one that is pending is refused or queued, but
// never lost.
func pageFlipBusy(t *trial) {
	d := t.display()
	first := d.enable()
	second := d.screen()
	t.must(d.pageFlip(second, uapi.PageFlipEvent), "page flip")
	pending := 1
	switch err := d.pageFlip(first, uapi.PageFlipEvent); err {
	case nil:
		pending++
	default:
		t.wants(err, unix.EBUSY, "page flip on top")
	}
	for range pending {
		d.event(uapi.EventFlipComplete)
	}
	d.disable()
}

func pageFlipOff(t *trial) {
	d := t.display()
	fb := d.enable()
	d.request().setCrtc("ACTIVE", 0).must(uapi.AtomicAllowModeset, "switch off")
	t.check(d.pageFlip(fb, uapi.PageFlipEvent) != nil, "a CRTC that is off flipped")
	d.disable()
}

// pageFlipModeset sets a mode while a flip is pending.
func pageFlipModeset(t *trial) {
	d := t.display()
	fb := d.enable()
	for range 3 {
		other := d.screen()
		t.must(d.pageFlip(other, uapi.PageFlipEvent), "page flip")
		t.must(d.setCrtc(d.mode, fb), "set mode")
		d.event(uapi.EventFlipComplete)
		d.remove(other)
	}
	d.disable()
}

// pageFlipClose closes the file with an event still to come.
func pageFlipClose(t *trial) {
	inner := &trial{driver: t.driver, out: t.out}
	func() {
		defer inner.cleanup()
		d := inner.display()
		d.enable()
		fb := d.screen()
		inner.must(d.pageFlip(fb, uapi.PageFlipEvent), "page flip")
	}()
	d := t.display()
	d.enable()
	d.disable()
}

// pageFlipDropCaches shrinks while flips are under way.
func pageFlipDropCaches(t *trial) {
	d := t.display()
	first := d.enable()
	second := d.screen()
	dropped := t.async(func() error { return writeFile("/proc/sys/vm/drop_caches", "2") })
	for i := range 4 {
		fb := []framebuffer{second, first}[i%2]
		t.must(d.pageFlip(fb, uapi.PageFlipEvent), "page flip")
		d.event(uapi.EventFlipComplete)
	}
	t.await(dropped, "drop caches")
	dropCaches(t)
	d.disable()
}
