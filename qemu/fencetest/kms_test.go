// SPDX-License-Identifier: MIT

package fencetest

import (
	"io"
	"slices"
	"testing"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// The mode must be one that drm_mode_validate_basic() and the timestamps of
// vblanks accept: times in order, and 60 frames of the clock.
func TestModeOf(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]uint16{{64, 48}, {128, 96}} {
		m := modeOf(size[0], size[1])
		if !slices.IsSorted([]uint16{m.HDisplay, m.HSyncStart, m.HSyncEnd, m.HTotal}) ||
			!slices.IsSorted([]uint16{m.VDisplay, m.VSyncStart, m.VSyncEnd, m.VTotal}) {
			t.Errorf("times out of order: %+v", m)
		}
		if got := m.Clock * 1000 / uint32(m.HTotal) / uint32(m.VTotal); got != m.VRefresh {
			t.Errorf("refresh %d Hz; want %d", got, m.VRefresh)
		}
	}
}

// A request keeps the properties of an object together, in the order in which
// objects first came.
func TestRequest(t *testing.T) {
	t.Parallel()
	tr := &trial{driver: "made-up", out: io.Discard}
	d := &display{device: &device{t: tr}, crtc: 1, connector: 2, primary: 3, properties: map[uint32]map[string]uint32{
		1: {"ACTIVE": 11, "MODE_ID": 12},
		2: {"CRTC_ID": 21},
		3: {"FB_ID": 31},
	}}
	r := d.request().
		set(2, uapi.ObjectConnector, "CRTC_ID", 1).
		setCrtc("ACTIVE", 1).
		flip(framebuffer{id: 7}).
		setCrtc("MODE_ID", 5)
	if !slices.Equal(r.objects, []uint32{2, 1, 3}) {
		t.Errorf("objects %v", r.objects)
	}
	if !slices.Equal(r.props[1], []uint32{11, 12}) || !slices.Equal(r.values[1], []uint64{1, 5}) || r.values[3][0] != 7 {
		t.Errorf("properties %v, values %v", r.props, r.values)
	}
	got := attempt(subtest{run: func(*trial) { d.request().setCrtc("VRR_ENABLED", 1) }}, "", io.Discard)
	if got == nil || !got.skip {
		t.Errorf("a property that is missing: %+v; want a skip", got)
	}
}

// A connector that is not chosen is freed.
func TestConnect(t *testing.T) {
	t.Parallel()
	d := &display{
		device: &device{t: &trial{out: io.Discard}}, crtc: 1, connector: 3, connectors: []uint32{2, 3},
		properties: map[uint32]map[string]uint32{2: {"CRTC_ID": 21}, 3: {"CRTC_ID": 21}},
	}
	r := d.request().connect(d.crtc)
	if r.values[2][0] != 0 || r.values[3][0] != 1 {
		t.Errorf("connect() bound %v", r.values)
	}
}
