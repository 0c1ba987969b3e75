// SPDX-License-Identifier: MIT

package fencetest

import (
	"errors"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// kmsFenceTests reach what IGT's kms_atomic_transition@*fencing and
// kms_busy, kms_prime reach.
func kmsFenceTests() []subtest {
	return []subtest{
		{name: "in-fence", run: inFence},
		{name: "in-fence-blocking", run: inFenceBlocking},
		{name: "out-fence", run: outFence},
		{name: "in-out-fence", run: inOutFence},
		{name: "out-fence-modeset", run: outFenceModeset},
		{name: "fence-chain", run: fenceChain},
		{name: "in-fence-close", run: inFenceClose},
		{name: "prime-implicit-fence", run: primeImplicitFence},
		{name: "fence-drop-caches", run: kmsFenceDropCaches},
	}
}

// withOut asks for the CRTC's out-fence; the returned function gives it after
// the commit.
func (r *request) withOut(p *uapi.Pointers) (*request, func() int) {
	out := []int32{-1}
	r.setCrtc("OUT_FENCE_PTR", uapi.Slice(p, out))
	return r, func() int {
		r.d.t.check(out[0] >= 0, "no out-fence came back")
		return r.d.t.own(int(out[0]))
	}
}

// inFence: a nonblocking commit must not happen before its fence.
func inFence(t *trial) {
	d := t.display()
	d.enable()
	line := t.timeline()
	for i := range uint32(3) {
		d.request().flip(d.screen()).
			setPlane(d.primary, "IN_FENCE_FD", uint64(line.fence(i+1))).
			must(uapi.AtomicNonblock|uapi.PageFlipEvent, "commit with in-fence")
		d.quiet("commit with a pending in-fence")
		line.inc(1)
		d.event(uapi.EventFlipComplete)
	}
	d.disable()
}

// inFenceBlocking sleeps in the commit itself.
func inFenceBlocking(t *trial) {
	d := t.display()
	d.enable()
	line := t.timeline()
	r := d.request().flip(d.screen()).setPlane(d.primary, "IN_FENCE_FD", uint64(line.fence(1)))
	committed := t.async(func() error { return r.commit(0) })
	t.pending(committed, "blocking commit")
	line.inc(1)
	t.await(committed, "blocking commit")
	d.disable()
}

func outFence(t *trial) {
	var p uapi.Pointers
	defer p.Release()
	d := t.display()
	d.enable()
	for _, flags := range []uint32{0, uapi.AtomicNonblock, uapi.AtomicNonblock} {
		r, out := d.request().flip(d.screen()).withOut(&p)
		r.must(flags, "commit with out-fence")
		fence := out()
		t.ready(fence, unix.POLLIN, "out-fence")
		t.status(fence, 1, "out-fence")
	}
	d.disable()
}

// inOutFence: the out-fence must wait for the in-fence.
func inOutFence(t *trial) {
	var p uapi.Pointers
	defer p.Release()
	d := t.display()
	d.enable()
	line := t.timeline()
	r, out := d.request().flip(d.screen()).
		setPlane(d.primary, "IN_FENCE_FD", uint64(line.fence(1))).withOut(&p)
	r.must(uapi.AtomicNonblock, "commit with both fences")
	fence := out()
	t.busy(fence, unix.POLLIN, moment, "out-fence")
	line.inc(1)
	t.ready(fence, unix.POLLIN, "out-fence")
	d.disable()
}

// outFenceModeset takes out-fences of commits that switch on and off.
func outFenceModeset(t *trial) {
	var p uapi.Pointers
	defer p.Release()
	d := t.display()
	fb := d.enable()
	for _, active := range []uint64{0, 1, 0} {
		r, out := d.request().setCrtc("ACTIVE", active).withOut(&p)
		r.must(uapi.AtomicAllowModeset|uapi.AtomicNonblock, "modeset with out-fence")
		t.ready(out(), unix.POLLIN, "out-fence of a modeset")
	}
	d.modeset(d.mode, fb).must(uapi.AtomicAllowModeset, "enable")
	d.disable()
}

// fenceChain makes the out-fence of one commit the in-fence of the next, and
// merges it with a software fence.
func fenceChain(t *trial) {
	var p uapi.Pointers
	defer p.Release()
	d := t.display()
	d.enable()
	line := t.timeline()
	in := line.fence(1)
	for range 3 {
		r, out := d.request().flip(d.screen()).setPlane(d.primary, "IN_FENCE_FD", uint64(in)).withOut(&p)
		committed := t.async(func() error { return r.commit(uapi.AtomicNonblock) })
		line.inc(1)
		t.await(committed, "commit")
		other := t.timeline()
		in = t.merge(out(), other.fence(1))
		t.busy(in, unix.POLLIN, 0, "merged fence")
		other.inc(1)
		t.ready(in, unix.POLLIN, "merged fence")
	}
	d.disable()
}

// inFenceClose closes the device under a commit whose fence ends with an
// error.
func inFenceClose(t *trial) {
	inner := &trial{driver: t.driver, out: t.out}
	func() {
		defer inner.cleanup()
		d := inner.display()
		d.enable()
		line := inner.timeline()
		d.request().flip(d.screen()).
			setPlane(d.primary, "IN_FENCE_FD", uint64(line.fence(1))).
			must(uapi.AtomicNonblock|uapi.PageFlipEvent, "commit with in-fence")
		// Cleanup goes last in, first out: the timeline ends before the file.
	}()
	d := t.display()
	d.enable()
	d.disable()
}

// primeImplicitFence shows a vgem buffer under a vgem fence: the commit waits
// for the fences of the reservation object, and CPU access to the buffer
// waits, too.
func primeImplicitFence(t *trial) {
	d := t.display()
	d.enable()
	source := t.device(vgem)
	b := source.dumb(uint32(d.mode.HDisplay), uint32(d.mode.VDisplay), 32)
	dmabuf := b.export()
	handle, err := d.imports(dmabuf)
	if errors.Is(err, unix.EINVAL) { // drm_gem_prime_import_dev() says so without gem_prime_import_sg_table
		t.skip("%s imports no buffers", t.driver)
	}
	t.need(err, "import of a vgem buffer")
	shown := buffer{d: d.device, handle: handle, pitch: b.pitch, size: b.size}
	fb := d.framebufferOf(shown, uint32(d.mode.HDisplay), uint32(d.mode.VDisplay), uapi.FormatXRGB8888)
	for range 2 {
		fence := source.mustAttach(b.handle, true)
		d.request().flip(fb).must(uapi.AtomicNonblock|uapi.PageFlipEvent, "commit of a busy buffer")
		d.quiet("commit of a busy buffer")
		t.must(source.signal(fence), "signal")
		d.event(uapi.EventFlipComplete)
	}
	d.disable()
}

// kmsFenceDropCaches shrinks while a commit waits for its fence.
func kmsFenceDropCaches(t *trial) {
	d := t.display()
	d.enable()
	line := t.timeline()
	d.request().flip(d.screen()).
		setPlane(d.primary, "IN_FENCE_FD", uint64(line.fence(1))).
		must(uapi.AtomicNonblock|uapi.PageFlipEvent, "commit with in-fence")
	dropCaches(t)
	line.inc(1)
	d.event(uapi.EventFlipComplete)
	d.disable()
}
