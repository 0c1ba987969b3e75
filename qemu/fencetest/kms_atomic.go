// SPDX-License-Identifier: MIT

package fencetest

import (
	"encoding/binary"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// A request collects the properties of one atomic commit.
type request struct {
	d       *display
	objects []uint32
	props   map[uint32][]uint32
	values  map[uint32][]uint64
}

func (d *display) request() *request {
	return &request{d: d, props: map[uint32][]uint32{}, values: map[uint32][]uint64{}}
}

// set adds a property; it skips the subtest when the object lacks it.
func (r *request) set(object, class uint32, name string, value uint64) *request {
	id := r.d.property(object, class, name)
	if id == 0 {
		r.d.t.skip("%s: object %d has no property %s", r.d.t.driver, object, name)
	}
	if _, ok := r.props[object]; !ok {
		r.objects = append(r.objects, object)
	}
	r.props[object] = append(r.props[object], id)
	r.values[object] = append(r.values[object], value)
	return r
}

func (r *request) setCrtc(name string, value uint64) *request {
	return r.set(r.d.crtc, uapi.ObjectCrtc, name, value)
}

func (r *request) setPlane(plane uint32, name string, value uint64) *request {
	return r.set(plane, uapi.ObjectPlane, name, value)
}

// show puts fb on the whole of plane at x, y.
func (r *request) show(plane uint32, fb framebuffer, x, y int32) *request {
	for _, p := range []struct {
		name  string
		value uint64
	}{
		{"FB_ID", uint64(fb.id)}, {"CRTC_ID", uint64(r.d.crtc)},
		{"SRC_X", 0}, {"SRC_Y", 0}, {"SRC_W", uint64(fb.width) << 16}, {"SRC_H", uint64(fb.height) << 16},
		{"CRTC_X", uint64(x)}, {"CRTC_Y", uint64(y)}, {"CRTC_W", uint64(fb.width)}, {"CRTC_H", uint64(fb.height)},
	} {
		r.setPlane(plane, p.name, p.value)
	}
	return r
}

// flip changes only the framebuffer of the primary plane.
func (r *request) flip(fb framebuffer) *request {
	return r.setPlane(r.d.primary, "FB_ID", uint64(fb.id))
}

// commit does the commit. It can run on any thread.
func (r *request) commit(flags uint32) error {
	var p uapi.Pointers
	defer p.Release()
	var counts, props []uint32
	var values []uint64
	for _, object := range r.objects {
		counts = append(counts, uint32(len(r.props[object])))
		props = append(props, r.props[object]...)
		values = append(values, r.values[object]...)
	}
	return uapi.Call(r.d.fd, uapi.NrModeAtomic, &uapi.ModeAtomic{
		Flags: flags, CountObjs: uint32(len(r.objects)), Objs: uapi.Slice(&p, r.objects),
		CountProps: uapi.Slice(&p, counts), Props: uapi.Slice(&p, props), Values: uapi.Slice(&p, values),
	})
}

// must does the commit and ends the subtest when it fails.
func (r *request) must(flags uint32, doing string) {
	r.d.t.must(r.commit(flags), doing)
}

// modeBlob makes a property blob of a mode. It goes away with the device.
func (d *display) modeBlob(mode uapi.ModeInfo) uint32 {
	var p uapi.Pointers
	defer p.Release()
	data := []uapi.ModeInfo{mode}
	arg := uapi.ModeCreateBlob{Data: uapi.Slice(&p, data), Length: uint32(unsafe.Sizeof(mode))}
	d.t.must(uapi.Call(d.fd, uapi.NrModeCreateBlob, &arg), "create mode blob")
	return arg.Blob
}

// connect binds the chosen connector to crtc, which may be 0, and frees all
// others, which a test that failed may have left bound.
func (r *request) connect(crtc uint32) *request {
	for _, id := range r.d.connectors {
		bound := uint64(0)
		if id == r.d.connector {
			bound = uint64(crtc)
		}
		r.set(id, uapi.ObjectConnector, "CRTC_ID", bound)
	}
	return r
}

// modeset returns the request that switches everything on with fb shown.
func (d *display) modeset(mode uapi.ModeInfo, fb framebuffer) *request {
	return d.request().connect(d.crtc).
		setCrtc("MODE_ID", uint64(d.modeBlob(mode))).
		setCrtc("ACTIVE", 1).
		show(d.primary, fb, 0, 0)
}

// enable sets the mode with a new screen and returns that.
func (d *display) enable() framebuffer {
	fb := d.screen()
	d.modeset(d.mode, fb).must(uapi.AtomicAllowModeset, "enable")
	return fb
}

// disable switches everything off.
func (d *display) disable() {
	r := d.request().connect(0).
		setCrtc("MODE_ID", 0).
		setCrtc("ACTIVE", 0)
	for _, plane := range []uint32{d.primary, d.cursor} {
		if plane != 0 {
			r.setPlane(plane, "FB_ID", 0).setPlane(plane, "CRTC_ID", 0)
		}
	}
	r.must(uapi.AtomicAllowModeset, "disable")
}

// next returns the next event of the device.
func (d *display) next(limit time.Duration) (uapi.Event, bool) {
	if len(d.events) == 0 {
		got, err := poll(d.fd, unix.POLLIN, limit)
		d.t.must(err, "poll for events")
		if got == 0 {
			return uapi.Event{}, false
		}
		buf := make([]byte, 4096)
		n, err := unix.Read(d.fd, buf)
		d.t.must(err, "read events")
		d.events = parseEvents(buf[:n])
		if len(d.events) == 0 {
			return uapi.Event{}, false
		}
	}
	first := d.events[0]
	d.events = d.events[1:]
	return first, true
}

// event waits for an event of the wanted type.
func (d *display) event(want uint32) uapi.Event {
	ev, ok := d.next(patience)
	d.t.check(ok, "no event %d after %v", want, patience)
	d.t.check(ev.Type == want, "event %d, want %d", ev.Type, want)
	return ev
}

// quiet ends the subtest when an event comes.
func (d *display) quiet(what string) {
	ev, ok := d.next(moment)
	d.t.check(!ok, "%s: event %d came too early", what, ev.Type)
}

// parseEvents cuts what a DRM device returned into events. What is too short
// or too long to be one ends the list.
func parseEvents(buf []byte) []uapi.Event {
	var events []uapi.Event
	for len(buf) >= 8 {
		length := binary.NativeEndian.Uint32(buf[4:])
		if length < 8 || int64(length) > int64(len(buf)) {
			break
		}
		one := make([]byte, uapi.EventBytes)
		copy(one, buf[:length])
		events = append(events, uapi.Event{
			Type:     binary.NativeEndian.Uint32(one),
			Length:   length,
			UserData: binary.NativeEndian.Uint64(one[8:]),
			Sec:      binary.NativeEndian.Uint32(one[16:]),
			Usec:     binary.NativeEndian.Uint32(one[20:]),
			Sequence: binary.NativeEndian.Uint32(one[24:]),
			Crtc:     binary.NativeEndian.Uint32(one[28:]),
		})
		buf = buf[length:]
	}
	return events
}
