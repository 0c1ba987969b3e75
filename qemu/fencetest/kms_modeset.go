// SPDX-License-Identifier: MIT

package fencetest

import (
	"fmt"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// modesetTests reach what IGT's kms_atomic, kms_setmode, kms_addfb_basic and
// kms_pm_rpm-like cycles reach.
func modesetTests() []subtest {
	return []subtest{
		{name: "atomic-commit", run: atomicCommit, lead: true},
		{name: "atomic-nonblock", run: atomicNonblock},
		{name: "active-cycles", run: activeCycles},
		{name: "legacy-modeset", run: legacyModeset},
		{name: "dpms", run: dpms},
		{name: "modes", run: severalModes},
		{name: "test-only", run: atomicTestOnly},
		{name: "invalid", run: atomicInvalid},
		{name: "rmfb", run: removeShownFramebuffer},
		{name: "probe", run: probeConnectors},
	}
}

func atomicCommit(t *trial) {
	d := t.display()
	first := d.enable()
	second := d.screen()
	for i := range 6 {
		fb := []framebuffer{second, first}[i%2]
		d.request().flip(fb).must(0, "blocking commit")
	}
	d.disable()
}

func atomicNonblock(t *trial) {
	d := t.display()
	first := d.enable()
	second := d.screen()
	for i := range 6 {
		fb := []framebuffer{second, first}[i%2]
		d.request().flip(fb).must(uapi.AtomicNonblock|uapi.PageFlipEvent, "nonblocking commit")
		d.event(uapi.EventFlipComplete)
	}
	// A modeset may be nonblocking, too, and runs on a worker then.
	flags := uint32(uapi.AtomicNonblock | uapi.AtomicAllowModeset | uapi.PageFlipEvent)
	d.request().setCrtc("ACTIVE", 0).must(flags, "nonblocking disable")
	d.event(uapi.EventFlipComplete)
	d.request().setCrtc("ACTIVE", 1).must(flags, "nonblocking enable")
	d.event(uapi.EventFlipComplete)
	d.disable()
}

func activeCycles(t *trial) {
	d := t.display()
	fb := d.enable()
	for range 4 {
		d.request().setCrtc("ACTIVE", 0).must(uapi.AtomicAllowModeset, "switch off")
		d.request().setCrtc("ACTIVE", 1).must(uapi.AtomicAllowModeset, "switch on")
		d.request().flip(fb).must(0, "flip")
	}
	for range 2 {
		d.disable()
		d.modeset(d.mode, fb).must(uapi.AtomicAllowModeset, "enable")
	}
	d.disable()
}

// setCrtc is the legacy way to set a mode; no framebuffer means off.
func (d *display) setCrtc(mode uapi.ModeInfo, fb framebuffer) error {
	var p uapi.Pointers
	defer p.Release()
	arg := uapi.ModeCrtc{Crtc: d.crtc}
	if fb.id != 0 {
		arg.Connectors, arg.CountConnectors = uapi.Slice(&p, []uint32{d.connector}), 1
		arg.FB, arg.Mode, arg.ModeValid = fb.id, mode, 1
	}
	return uapi.Call(d.fd, uapi.NrModeSetCrtc, &arg)
}

func legacyModeset(t *trial) {
	d := t.display()
	fb := d.screen()
	for range 2 {
		t.must(d.setCrtc(d.mode, fb), "set mode")
		got := uapi.ModeCrtc{Crtc: d.crtc}
		t.must(uapi.Call(d.fd, uapi.NrModeGetCrtc, &got), "get mode")
		t.check(got.FB == fb.id, "framebuffer %d, want %d", got.FB, fb.id)
		t.must(d.setCrtc(d.mode, framebuffer{}), "switch off")
	}
}

func dpms(t *trial) {
	d := t.display()
	d.enable()
	prop := d.property(d.connector, uapi.ObjectConnector, "DPMS")
	if prop == 0 {
		t.skip("no DPMS property")
	}
	for _, value := range []uint64{uapi.DPMSOff, uapi.DPMSOn, uapi.DPMSOff, uapi.DPMSOn} {
		arg := uapi.ModeConnectorSetProperty{Value: value, Prop: prop, Connector: d.connector}
		t.must(uapi.Call(d.fd, uapi.NrModeSetConnectorProp, &arg), "set DPMS")
	}
	d.disable()
}

// severalModes switches between listed modes, each with its own framebuffer.
func severalModes(t *trial) {
	d := t.display()
	modes := slices.Clone(d.modes)
	slices.SortStableFunc(modes, func(a, b uapi.ModeInfo) int {
		return int(a.HDisplay)*int(a.VDisplay) - int(b.HDisplay)*int(b.VDisplay)
	})
	for _, mode := range modes[:min(3, len(modes))] {
		fb := d.framebuffer(uint32(mode.HDisplay), uint32(mode.VDisplay))
		d.modeset(mode, fb).must(uapi.AtomicAllowModeset, "set mode "+uapi.CString(mode.Name[:]))
		d.request().flip(fb).must(0, "flip")
	}
	d.disable()
}

func atomicTestOnly(t *trial) {
	d := t.display()
	fb := d.screen()
	d.modeset(d.mode, fb).must(uapi.AtomicTestOnly|uapi.AtomicAllowModeset, "test-only enable")
	t.check(d.value(d.crtc, uapi.ObjectCrtc, "ACTIVE") == 0, "a test-only commit switched the CRTC on")
	d.enable()
	d.request().flip(fb).must(uapi.AtomicTestOnly, "test-only flip")
	d.request().flip(fb).must(0, "flip")
	d.disable()
}

// atomicInvalid takes the ways out of a commit that fails.
func atomicInvalid(t *trial) {
	d := t.display()
	fb := d.enable()
	err := d.request().setCrtc("ACTIVE", 0).commit(0)
	t.wants(err, unix.EINVAL, "modeset without leave")
	huge := fb
	huge.width = fb.width * 4
	err = d.request().show(d.primary, huge, 0, 0).commit(0)
	t.wants(err, unix.ENOSPC, "source outside of the framebuffer")
	err = d.request().setPlane(d.primary, "FB_ID", 1<<30).commit(0)
	t.check(err != nil, "a framebuffer that does not exist was taken")
	err = d.request().setPlane(d.primary, "IN_FENCE_FD", 12345).commit(0)
	t.check(err != nil, "a fence that does not exist was taken")
	d.request().flip(fb).must(0, "flip afterwards")
	d.disable()
}

// removeShownFramebuffer makes the kernel itself commit, from a worker.
func removeShownFramebuffer(t *trial) {
	d := t.display()
	d.remove(d.enable())
	d.enable()
	d.disable()
}

func probeConnectors(t *trial) {
	d := t.display()
	for range 2 {
		_, modes := d.probe(d.connector)
		t.check(len(modes) > 0, "the modes are gone")
		if d.writeback != 0 {
			d.probe(d.writeback)
		}
	}
	// The sysfs files of a connector take the modeset locks their own way.
	connectors, err := filepath.Glob(fmt.Sprintf("/sys/class/drm/card%d-*", d.minor))
	t.must(err, "list connectors")
	for _, dir := range connectors {
		for _, name := range []string{"status", "enabled", "dpms", "modes", "edid"} {
			if _, err := readBounded(filepath.Join(dir, name)); err != nil {
				t.logf("read %s of %s: %v", name, filepath.Base(dir), err)
			}
		}
		t.need(writeFile(filepath.Join(dir, "status"), "detect"), "detect by sysfs")
	}
}
