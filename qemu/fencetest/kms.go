// SPDX-License-Identifier: MIT

package fencetest

import (
	"fmt"
	"slices"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// A display is a device with the first pipe that can show something.
type display struct {
	*device
	pipe       int // index of crtc
	crtc       uint32
	connector  uint32
	writeback  uint32 // connector, 0 when there is none
	connectors []uint32
	primary    uint32 // planes, 0 when there is none
	cursor     uint32
	overlays   []uint32
	modes      []uapi.ModeInfo // of connector, never empty
	mode       uapi.ModeInfo   // that enable sets
	properties map[uint32]map[string]uint32
	events     []uapi.Event // read but not asked for yet
}

// display opens the driver under test as DRM master with all planes and
// connectors visible. It skips what cannot set modes.
func (t *trial) display() *display {
	d := &display{device: t.device(t.driver), properties: map[uint32]map[string]uint32{}}
	for _, c := range []uint64{uapi.ClientCapUniversal, uapi.ClientCapAtomic} {
		t.need(uapi.Call(d.fd, uapi.NrSetClientCap, &uapi.Cap{Capability: c, Value: 1}), "set client capability")
	}
	// What a driver refuses here it has not got. Without the hotspot capability
	// the cursor plane of a virtual device stays hidden.
	for _, c := range []uint64{uapi.ClientCapWriteback, uapi.ClientCapCursorHotspot} {
		_ = uapi.Call(d.fd, uapi.NrSetClientCap, &uapi.Cap{Capability: c, Value: 1})
	}
	d.findConnector()
	d.findPlanes()
	d.mode = smallest(d.modes)
	if t.driver == vkms {
		d.mode = modeOf(64, 48)
	}
	return d
}

// smallest returns the mode with the fewest pixels.
func smallest(modes []uapi.ModeInfo) uapi.ModeInfo {
	return slices.MinFunc(modes, func(a, b uapi.ModeInfo) int {
		return int(a.HDisplay)*int(a.VDisplay) - int(b.HDisplay)*int(b.VDisplay)
	})
}

// modeOf is a mode of that size at 60 Hz. vkms takes any size down to 10x10,
// and its composer works on every pixel: in an emulated guest the smallest
// listed mode would take seconds for a frame.
func modeOf(width, height uint16) uapi.ModeInfo {
	m := uapi.ModeInfo{
		HDisplay: width, HSyncStart: width + 8, HSyncEnd: width + 16, HTotal: width + 36,
		VDisplay: height, VSyncStart: height + 2, VSyncEnd: height + 4, VTotal: height + 12,
		VRefresh: 60,
	}
	const perKHz = 1000
	m.Clock = (uint32(m.HTotal)*uint32(m.VTotal)*m.VRefresh + perKHz - 1) / perKHz
	copy(m.Name[:], fmt.Sprintf("%dx%d", width, height))
	return m
}

// findConnector picks the first connected connector and the first CRTC.
func (d *display) findConnector() {
	var p uapi.Pointers
	defer p.Release()
	var res uapi.ModeCardRes
	d.t.need(uapi.Call(d.fd, uapi.NrModeGetResources, &res), "get resources")
	crtcs, connectors := make([]uint32, res.CountCrtcs), make([]uint32, res.CountConnectors)
	res = uapi.ModeCardRes{
		CountCrtcs: res.CountCrtcs, Crtcs: uapi.Slice(&p, crtcs),
		CountConnectors: res.CountConnectors, Connectors: uapi.Slice(&p, connectors),
	}
	d.t.must(uapi.Call(d.fd, uapi.NrModeGetResources, &res), "get resources")
	d.connectors = connectors
	for _, id := range connectors {
		info, modes := d.probe(id)
		switch {
		case info.Type == uapi.ConnectorWriteback:
			d.writeback = id
		case info.Connection == uapi.Connected && len(modes) > 0 && d.connector == 0:
			d.connector, d.modes = id, modes
		}
	}
	if len(crtcs) == 0 || d.connector == 0 {
		d.t.skip("%s has nothing connected", d.t.driver)
	}
	d.crtc = crtcs[0]
}

// probe makes the kernel look at the connector and returns its modes.
func (d *display) probe(id uint32) (uapi.ModeGetConnector, []uapi.ModeInfo) {
	var p uapi.Pointers
	defer p.Release()
	info := uapi.ModeGetConnector{Connector: id}
	d.t.must(uapi.Call(d.fd, uapi.NrModeGetConnector, &info), "probe connector")
	if info.CountModes == 0 {
		return info, nil
	}
	modes := make([]uapi.ModeInfo, info.CountModes)
	info = uapi.ModeGetConnector{Connector: id, CountModes: info.CountModes, Modes: uapi.Slice(&p, modes)}
	d.t.must(uapi.Call(d.fd, uapi.NrModeGetConnector, &info), "get modes")
	return info, modes[:min(len(modes), int(info.CountModes))]
}

// findPlanes sorts the planes by type.
func (d *display) findPlanes() {
	var p uapi.Pointers
	defer p.Release()
	var res uapi.ModeGetPlaneRes
	d.t.must(uapi.Call(d.fd, uapi.NrModeGetPlaneRes, &res), "count planes")
	planes := make([]uint32, res.Count)
	res.Planes = uapi.Slice(&p, planes)
	d.t.must(uapi.Call(d.fd, uapi.NrModeGetPlaneRes, &res), "get planes")
	for _, id := range planes {
		info := uapi.ModeGetPlane{Plane: id}
		d.t.must(uapi.Call(d.fd, uapi.NrModeGetPlane, &info), "get plane")
		if info.PossibleCrtcs&(1<<d.pipe) == 0 {
			continue
		}
		switch d.value(id, uapi.ObjectPlane, "type") {
		case uapi.PlanePrimary:
			d.primary = id
		case uapi.PlaneCursor:
			d.cursor = id
		default:
			d.overlays = append(d.overlays, id)
		}
	}
	if d.primary == 0 {
		d.t.skip("%s has no primary plane", d.t.driver)
	}
}

// list reads the properties of an object.
func (d *display) list(object, class uint32) (ids []uint32, values []uint64) {
	var p uapi.Pointers
	defer p.Release()
	arg := uapi.ModeObjGetProperties{Object: object, ObjectClass: class}
	d.t.must(uapi.Call(d.fd, uapi.NrModeObjGetProperties, &arg), "count properties")
	ids, values = make([]uint32, arg.Count), make([]uint64, arg.Count)
	arg.Props, arg.Values = uapi.Slice(&p, ids), uapi.Slice(&p, values)
	d.t.must(uapi.Call(d.fd, uapi.NrModeObjGetProperties, &arg), "get properties")
	return ids, values
}

// property returns the id of a property by its name, 0 when the object has
// none of that name.
func (d *display) property(object, class uint32, name string) uint32 {
	byName, ok := d.properties[object]
	if !ok {
		byName = map[string]uint32{}
		ids, _ := d.list(object, class)
		for _, id := range ids {
			arg := uapi.ModeGetProperty{Prop: id}
			d.t.must(uapi.Call(d.fd, uapi.NrModeGetProperty, &arg), "get property")
			byName[uapi.CString(arg.Name[:])] = id
		}
		d.properties[object] = byName
	}
	return byName[name]
}

// value returns what a property is set to.
func (d *display) value(object, class uint32, name string) uint64 {
	id := d.property(object, class, name)
	ids, values := d.list(object, class)
	i := slices.Index(ids, id)
	if i < 0 {
		d.t.skip("object %d has no property %s", object, name)
	}
	return values[i]
}

// A framebuffer is a dumb buffer that can be shown.
type framebuffer struct {
	buffer
	id, width, height uint32
}

// framebuffer makes one in XRGB8888.
func (d *display) framebuffer(width, height uint32) framebuffer {
	return d.framebufferOf(d.dumb(width, height, 32), width, height, uapi.FormatXRGB8888)
}

func (d *display) framebufferOf(b buffer, width, height, format uint32) framebuffer {
	arg := uapi.ModeFBCmd2{
		Width: width, Height: height, Format: format,
		Handles: [4]uint32{b.handle}, Pitches: [4]uint32{b.pitch},
	}
	d.t.need(uapi.Call(d.fd, uapi.NrModeAddFB2, &arg), "add framebuffer")
	return framebuffer{buffer: b, id: arg.FB, width: width, height: height}
}

// screen makes a framebuffer of the size of the mode.
func (d *display) screen() framebuffer {
	return d.framebuffer(uint32(d.mode.HDisplay), uint32(d.mode.VDisplay))
}

// remove takes the framebuffer away, and with it whatever shows it.
func (d *display) remove(fb framebuffer) {
	d.t.must(uapi.Call(d.fd, uapi.NrModeRmFB, &fb.id), "remove framebuffer")
}
