// SPDX-License-Identifier: MIT

package fencetest

import (
	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// schedEndTests reach what the scheduler does when something does not end as it
// should: timeouts, killed entities, schedulers that go away.
func schedEndTests() []subtest {
	return []subtest{
		{name: "timeout-cancel", run: schedTimeoutCancel, lead: true},
		{name: "timeout-resubmit", run: schedTimeoutResubmit},
		{name: "timeout-other-ring", run: schedTimeoutOtherRing},
		{name: "fault", run: schedFaultNow},
		{name: "kill-queued", run: schedKillQueued},
		{name: "destroy", run: schedDestroy},
		{name: "fini-pending", run: schedFiniPending},
		{name: "close-pending", run: schedClosePending},
		{name: "fence-outlives", run: schedFenceOutlives},
	}
}

// shortTimeout is when a job of these tests counts as hanging, in ms.
const shortTimeout = 100

// hanging is two rings that lose patience soon.
func hanging(flags uint32) uapi.SchedInit {
	return uapi.SchedInit{Rings: 2, TimeoutMS: shortTimeout, Signal: uapi.SchedSoftIRQ, Credits: 1, Flags: flags}
}

// atOnce lets the scheduler begin with all that submit queues only when it is
// complete. The rings are then quiet long before the first job times out, however
// slow the guest is: drm_sched_stop() waits for the scheduler's work where that
// runs, and with our annotations lockdep takes this for a deadlock.
func (g *gpu) atOnce(submit func()) {
	g.do(uapi.SchedPause, 0, "pause")
	submit()
	g.do(uapi.SchedResume, 0, "resume")
}

// schedTimeoutCancel: a job that hangs is given up, what is queued behind it
// on the same entity fails with it, and another entity goes on.
func schedTimeoutCancel(t *trial) {
	g := t.gpu(hanging(0))
	guilty, other := g.entity(firstRing, prioNormal), g.entity(firstRing, prioNormal)
	var hang, behind, innocent int
	g.atOnce(func() {
		hang, behind, innocent = g.job(guilty, uapi.SchedHang, -1), g.job(guilty, 0, -1), g.job(other, 0, -1)
	})
	g.done(hang, -1, "job that hangs")
	g.done(behind, -1, "job behind one that hangs")
	g.done(innocent, 1, "job of another entity")
	g.do(uapi.SchedFini, 0, "end the schedulers")
}

// schedTimeoutResubmit: the second run of the job does not hang.
func schedTimeoutResubmit(t *trial) {
	g := t.gpu(hanging(uapi.SchedResubmit))
	e := g.entity(firstRing, prioNormal)
	var hang, behind int
	g.atOnce(func() { hang, behind = g.job(e, uapi.SchedHang, -1), g.job(e, 0, -1) })
	g.done(hang, 1, "job that was run again")
	g.done(behind, 1, "job behind it")
}

// schedTimeoutOtherRing: a reset takes with it what is on the other ring.
func schedTimeoutOtherRing(t *trial) {
	g := t.gpu(hanging(0))
	first, second := g.entity(firstRing, prioNormal), g.entity(secondRing, prioNormal)
	var hang, other int
	g.atOnce(func() { hang, other = g.job(first, uapi.SchedHang, -1), g.job(second, uapi.SchedHang, -1) })
	g.done(hang, -1, "job that hangs")
	g.done(other, -1, "job on the other ring")
}

// schedFaultNow: hardware that says by itself that it hangs.
func schedFaultNow(t *trial) {
	g := t.gpu(plain(uapi.SchedHardIRQ))
	hang := g.job(g.entity(firstRing, prioNormal), uapi.SchedHang, -1)
	t.busy(hang, unix.POLLIN, moment, "job that hangs")
	g.do(uapi.SchedHangNow, 0, "report a fault")
	g.done(hang, -1, "job that hangs")
}

// schedKillQueued kills an entity whose jobs wait for a fence. They end when
// that fence has signalled, so that nobody frees memory that is in use.
func schedKillQueued(t *trial) {
	g := t.gpu(plain(uapi.SchedSoftIRQ))
	e := g.entity(firstRing, prioNormal)
	line := t.timeline()
	ran := g.job(e, 0, -1)
	first := g.job(e, 0, line.fence(1))
	second := g.job(e, 0, line.fence(2))
	g.done(ran, 1, "job without in-fence")
	g.do(uapi.SchedKill, e, "kill the entity")
	t.busy(first, unix.POLLIN, moment, "killed job with a pending in-fence")
	line.inc(1)
	g.done(first, -1, "killed job")
	line.inc(1)
	g.done(second, -1, "killed job")
	g.do(uapi.SchedFini, 0, "end the schedulers")
}

// schedDestroy waits until what is queued has run.
func schedDestroy(t *trial) {
	g := t.gpu(plain(uapi.SchedWork))
	e := g.entity(firstRing, prioNormal)
	var fences []int
	for range 8 {
		fences = append(fences, g.job(e, 0, -1))
	}
	g.do(uapi.SchedDestroy, e, "destroy the entity")
	for _, fence := range fences {
		g.done(fence, 1, "job of an entity that was flushed")
	}
}

// schedFiniPending ends the schedulers with jobs queued and on the hardware.
func schedFiniPending(t *trial) {
	g := t.gpu(plain(uapi.SchedHardIRQ))
	e, other := g.entity(firstRing, prioNormal), g.entity(secondRing, prioNormal)
	hang := g.job(e, uapi.SchedHang, -1)
	queued := g.job(other, 0, hang)
	g.do(uapi.SchedFini, 0, "end the schedulers")
	g.done(hang, -1, "job on the hardware")
	g.done(queued, -1, "job in the queue")
}

// schedClosePending leaves all that to the close of the file.
func schedClosePending(t *trial) {
	g := t.gpu(plain(uapi.SchedWork))
	e := g.entity(firstRing, prioNormal)
	line := t.timeline()
	hang := g.job(e, uapi.SchedHang, -1)
	queued := g.job(e, 0, line.fence(1))
	t.must(unix.Dup3(t.open("/dev/null", unix.O_RDWR), g.fd, unix.O_CLOEXEC), "close the device")
	g.done(hang, -1, "job on the hardware")
	line.inc(1)
	g.done(queued, -1, "job in the queue")
}

// schedFenceOutlives makes two fences into one after their scheduler has gone.
func schedFenceOutlives(t *trial) {
	g := t.gpu(plain(uapi.SchedSoftIRQ))
	e := g.entity(firstRing, prioNormal)
	fence := g.job(e, 0, -1)
	g.done(fence, 1, "job")
	g.do(uapi.SchedFini, 0, "end the schedulers")
	t.status(t.merge(fence, t.timeline().fence(1)), 0, "merged fence")
}
