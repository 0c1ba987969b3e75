// SPDX-License-Identifier: MIT

package fencetest

import (
	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// vblankTests reach what IGT's kms_vblank and kms_sequence reach.
func vblankTests() []subtest {
	return []subtest{
		{name: "vblank-query", run: vblankQuery},
		{name: "vblank-wait", run: vblankWait},
		{name: "vblank-event", run: vblankEvent},
		{name: "vblank-wait-forked", run: vblankThreads},
		{name: "vblank-off-pending", run: vblankOffPending},
		{name: "vblank-modeset", run: vblankModeset},
		{name: "vblank-off-delay", run: vblankOffDelay},
		{name: "crtc-sequence", run: crtcSequence},
	}
}

// vblank does the request and returns the sequence number.
func (d *display) vblank(flags, sequence uint32) (uint32, error) {
	arg := uapi.WaitVblank{Type: flags, Sequence: sequence, Signal: 99}
	err := uapi.Call(d.fd, uapi.NrWaitVblank, &arg)
	return arg.Sequence, err
}

// vblanks returns a display that is on and has vblanks.
func (t *trial) vblanks() *display {
	d := t.display()
	d.enable()
	_, err := d.vblank(uapi.VblankRelative, 0)
	t.need(err, "query vblank")
	return d
}

func vblankQuery(t *trial) {
	d := t.vblanks()
	first, err := d.vblank(uapi.VblankRelative, 0)
	t.must(err, "query")
	for range 20 {
		next, err := d.vblank(uapi.VblankRelative, 0)
		t.must(err, "query")
		t.check(next-first < 1<<20, "the counter went from %d to %d", first, next)
	}
	d.disable()
	_, err = d.vblank(uapi.VblankRelative, 1)
	t.wants(err, unix.EINVAL, "wait on a CRTC that is off")
}

func vblankWait(t *trial) {
	d := t.vblanks()
	start, err := d.vblank(uapi.VblankRelative, 0)
	t.must(err, "query")
	for range 4 {
		_, err := d.vblank(uapi.VblankRelative, 1)
		t.must(err, "wait for vblank")
	}
	end, err := d.vblank(uapi.VblankRelative, 0)
	t.must(err, "query")
	t.check(end-start >= 4, "%d vblanks after four waits", end-start)
	_, err = d.vblank(uapi.VblankNextOnMiss, start)
	t.must(err, "wait for a vblank that is over")
	d.disable()
}

func vblankEvent(t *trial) {
	d := t.vblanks()
	for _, ahead := range []uint32{1, 1, 2} {
		_, err := d.vblank(uapi.VblankRelative|uapi.VblankEvent, ahead)
		t.must(err, "queue event")
	}
	for range 3 {
		ev := d.event(uapi.EventVblank)
		t.check(ev.UserData == 99, "event with user data %d", ev.UserData)
	}
	d.disable()
}

// vblankThreads waits and queries on many threads while flips go on.
func vblankThreads(t *trial) {
	d := t.vblanks()
	var waits []<-chan error
	for range 4 {
		waits = append(waits, t.async(func() error {
			for range 2 {
				if _, err := d.vblank(uapi.VblankRelative, 1); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	fb := d.screen()
	for range 3 {
		d.request().flip(fb).must(0, "commit")
	}
	for _, w := range waits {
		t.await(w, "wait for vblank")
	}
	d.disable()
}

// vblankOffPending: switching the CRTC off delivers what is queued.
func vblankOffPending(t *trial) {
	d := t.vblanks()
	_, err := d.vblank(uapi.VblankRelative|uapi.VblankEvent, 100000)
	t.must(err, "queue event")
	d.disable()
	d.event(uapi.EventVblank)
}

// vblankModeset switches off and on while the timer is held by events.
func vblankModeset(t *trial) {
	d := t.vblanks()
	for range 3 {
		_, err := d.vblank(uapi.VblankRelative|uapi.VblankEvent, 1)
		t.must(err, "queue event")
		d.request().setCrtc("ACTIVE", 0).must(uapi.AtomicAllowModeset, "switch off")
		d.event(uapi.EventVblank)
		d.request().setCrtc("ACTIVE", 1).must(uapi.AtomicAllowModeset, "switch on")
		_, err = d.vblank(uapi.VblankRelative, 1)
		t.must(err, "wait for vblank")
	}
	d.disable()
}

// vblankOffDelay lets the last user of vblanks go, after which DRM switches
// them off from a timer, or with a negative delay at once. The delay is read
// when the CRTC is switched on, and is five seconds by default.
func vblankOffDelay(t *trial) {
	const knob = "/sys/module/drm/parameters/vblankoffdelay"
	old, err := readBounded(knob)
	t.need(err, "read the off delay")
	t.after(func() { _ = writeFile(knob, string(old)) })
	d := t.vblanks()
	for _, delay := range []string{"5", "-1"} {
		d.disable()
		t.need(writeFile(knob, delay), "set the off delay")
		d.enable()
		for range 2 {
			_, err := d.vblank(uapi.VblankRelative, 1)
			t.must(err, "wait for vblank")
			_, _ = poll(d.fd, unix.POLLIN, moment) // time for the timer
		}
	}
	d.disable()
}

func crtcSequence(t *trial) {
	d := t.vblanks()
	now := uapi.CrtcGetSequence{Crtc: d.crtc}
	t.must(uapi.Call(d.fd, uapi.NrCrtcGetSequence, &now), "get sequence")
	t.check(now.Active == 1, "the CRTC is not active")
	for range 2 {
		arg := uapi.CrtcQueueSequence{Crtc: d.crtc, Flags: uapi.SequenceRelative, Sequence: 1, UserData: 5}
		t.must(uapi.Call(d.fd, uapi.NrCrtcQueueSequence, &arg), "queue sequence")
		ev := d.event(uapi.EventCrtcSequence)
		t.check(ev.UserData == 5, "event with user data %d", ev.UserData)
	}
	d.disable()
}
