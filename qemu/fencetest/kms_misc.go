// SPDX-License-Identifier: MIT

package fencetest

import (
	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// kmsMiscTests reach what IGT's debugfs_test, kms_lease, core_setmaster and
// kms_dirtyfb reach.
func kmsMiscTests() []subtest {
	return []subtest{
		{name: "debugfs", run: debugfsOn},
		{name: "debugfs-off", run: readDebugfs},
		{name: "dirtyfb", run: dirtyFB},
		{name: "lease", run: lease},
		{name: "master", run: dropSetMaster},
		{name: "dumb-mmap", run: func(t *trial) { t.device(t.driver).dumb(64, 64, 32).mmap() }},
		{name: "prime-second-open", run: kmsPrime},
		{name: "commit-threads", run: commitThreads},
	}
}

// debugfsOn reads debugfs while a picture is shown.
func debugfsOn(t *trial) {
	d := t.display()
	d.enable()
	readDebugfs(t)
	d.disable()
}

func dirtyFB(t *trial) {
	var p uapi.Pointers
	defer p.Release()
	d := t.display()
	fb := d.enable()
	clip := []uapi.ClipRect{{X1: 0, Y1: 0, X2: 16, Y2: 16}}
	for range 3 {
		arg := uapi.ModeDirtyFB{FB: fb.id, CountClips: 1, Clips: uapi.Slice(&p, clip)}
		t.need(uapi.Call(d.fd, uapi.NrModeDirtyFB, &arg), "dirty framebuffer")
	}
	d.disable()
}

// lease gives the pipe to another file and takes it back.
func lease(t *trial) {
	var p uapi.Pointers
	defer p.Release()
	d := t.display()
	d.enable()
	objects := []uint32{d.crtc, d.connector, d.primary}
	arg := uapi.ModeCreateLease{Objects: uapi.Slice(&p, objects), Count: uint32(len(objects)), Flags: unix.O_CLOEXEC}
	t.need(uapi.Call(d.fd, uapi.NrModeCreateLease, &arg), "create lease")
	lessee := t.own(int(arg.FD))
	got := uapi.ModeCrtc{Crtc: d.crtc}
	t.must(uapi.Call(lessee, uapi.NrModeGetCrtc, &got), "use leased CRTC")
	t.must(uapi.Call(d.fd, uapi.NrModeRevokeLease, &arg.Lessee), "revoke lease")
	t.check(uapi.Call(lessee, uapi.NrModeGetCrtc, &got) != nil, "a revoked lease still works")
	d.disable()
}

func dropSetMaster(t *trial) {
	d := t.display()
	d.enable()
	t.must(uapi.CallNone(d.fd, uapi.NrDropMaster), "drop master")
	other := d.again()
	t.must(uapi.CallNone(other.fd, uapi.NrSetMaster), "become master")
	t.must(uapi.CallNone(other.fd, uapi.NrDropMaster), "drop master")
	t.must(uapi.CallNone(d.fd, uapi.NrSetMaster), "become master again")
	d.disable()
}

// kmsPrime shares a buffer of the display device with a second client.
func kmsPrime(t *trial) {
	d := t.device(t.driver)
	fd := d.dumb(64, 64, 32).export()
	other := d.again()
	handle, err := other.imports(fd)
	t.need(err, "import")
	other.closeHandle(handle)
	fenceDmabuf(t, fd)
}

// commitThreads lets commits, probes and property reads fight for the modeset
// locks.
func commitThreads(t *trial) {
	d := t.display()
	first := d.enable()
	second := d.screen()
	d.request().flip(second).must(0, "flip") // fills the cache of property ids
	var done []<-chan error
	for _, fb := range []framebuffer{first, second} {
		r := d.request().flip(fb)
		done = append(done, t.async(func() error {
			for range 3 {
				if err := r.commit(0); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	done = append(done, t.async(func() error {
		for range 3 {
			info := uapi.ModeGetConnector{Connector: d.connector}
			if err := uapi.Call(d.fd, uapi.NrModeGetConnector, &info); err != nil {
				return err
			}
			got := uapi.ModeCrtc{Crtc: d.crtc}
			if err := uapi.Call(d.fd, uapi.NrModeGetCrtc, &got); err != nil {
				return err
			}
		}
		return nil
	}))
	for _, c := range done {
		t.await(c, "commits")
	}
	d.disable()
}
