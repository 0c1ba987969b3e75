// SPDX-License-Identifier: MIT

package fencetest

import (
	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// schedPath is the file of the test driver that fencebot puts into the kernels
// under test: patch/harness. No driver of a real device in the guest uses the
// scheduler.
const schedPath = "/sys/kernel/debug/fencebot_sched"

// schedTests run jobs through the scheduler.
func schedTests() []subtest {
	return []subtest{
		{name: "run-work", run: func(t *trial) { schedRun(t, uapi.SchedWork) }, lead: true},
		{name: "run-softirq", run: func(t *trial) { schedRun(t, uapi.SchedSoftIRQ) }},
		{name: "run-hardirq", run: func(t *trial) { schedRun(t, uapi.SchedHardIRQ) }},
		{name: "depend", run: schedDepend},
		{name: "in-fence", run: schedInFence},
		{name: "prepare", run: schedPrepare},
		{name: "resv", run: schedResv},
		{name: "priorities", run: schedPriorities},
		{name: "spread", run: schedSpread},
		{name: "errors", run: schedErrors},
		{name: "pause", run: schedPause},
		{name: "many-threads", run: schedManyThreads},
		{name: "drop-caches", run: schedDropCaches},
	}
}

// A gpu is a device of the test driver.
type gpu struct {
	t  *trial
	fd int
}

// gpu makes a device that goes away at the end of the subtest. It skips on a
// kernel without the test driver.
func (t *trial) gpu(arg uapi.SchedInit) *gpu {
	fd, err := unix.Open(schedPath, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if missing(err) {
		t.skip("no driver of the DRM scheduler: this kernel does not have %s", schedPath)
	}
	t.must(err, "open "+schedPath)
	g := &gpu{t: t, fd: t.own(fd)}
	t.must(uapi.Call(g.fd, uapi.NrSchedInit, &arg), "start the schedulers")
	return g
}

// plain is two rings whose jobs have all the time they need.
func plain(signal uint32) uapi.SchedInit {
	return uapi.SchedInit{Rings: 2, TimeoutMS: uint32(patience.Milliseconds()), Signal: signal, Credits: 4}
}

// Priorities of entities, enum drm_sched_priority.
const (
	prioHigh   = 1
	prioNormal = 2
	prioLow    = 3
)

// Rings that an entity can be on.
const (
	firstRing  = 1
	secondRing = 2
	bothRings  = firstRing | secondRing
)

// entity makes an entity on the rings of a mask.
func (g *gpu) entity(rings, priority uint32) uint32 {
	arg := uapi.SchedEntity{Rings: rings, Priority: priority}
	g.t.must(uapi.Call(g.fd, uapi.NrSchedEntity, &arg), "make an entity")
	return arg.ID
}

// submit queues a job that waits for a sync_file, or for nothing with -1. It
// returns the job's own one, which the caller closes. It can run on any thread.
func (g *gpu) submit(entity, flags uint32, after int) (int, error) {
	arg := uapi.SchedSubmit{Entity: entity, Flags: flags | uapi.SchedFence, InFence: int32(after)}
	err := uapi.Call(g.fd, uapi.NrSchedSubmit, &arg)
	return int(arg.OutFence), err
}

// job is submit that ends the subtest on an error, and owns the fence.
func (g *gpu) job(entity, flags uint32, after int) int {
	fence, err := g.submit(entity, flags, after)
	g.t.must(err, "submit a job")
	return g.t.own(fence)
}

// do tells the driver a verb.
func (g *gpu) do(verb, entity uint32, doing string) {
	g.t.must(uapi.Call(g.fd, uapi.NrSchedDo, &uapi.SchedDo{Verb: verb, Entity: entity}), doing)
}

// done ends the subtest unless the job ends as it should: status 1, or -1 for
// any error.
func (g *gpu) done(fence int, want int32, what string) {
	g.t.ready(fence, unix.POLLIN, what)
	g.t.status(fence, want, what)
}

// schedRun queues more jobs than fit on a ring.
func schedRun(t *trial, signal uint32) {
	g := t.gpu(plain(signal))
	e := g.entity(firstRing, prioNormal)
	last := -1
	for range 24 {
		last = g.job(e, 0, -1)
	}
	g.done(last, 1, "last job")
	g.do(uapi.SchedFini, 0, "end the schedulers")
}

// schedDepend lets jobs wait for those of other entities: on the same ring for
// a job to be on the hardware, on the other one for its end.
func schedDepend(t *trial) {
	g := t.gpu(plain(uapi.SchedSoftIRQ))
	entities := []uint32{
		g.entity(firstRing, prioNormal), g.entity(firstRing, prioNormal), g.entity(secondRing, prioNormal),
	}
	last := -1
	for i := range 18 {
		last = g.job(entities[i%len(entities)], 0, last)
	}
	g.done(last, 1, "last job")
}

// schedInFence: a job must not run before what it waits for.
func schedInFence(t *trial) {
	g := t.gpu(plain(uapi.SchedHardIRQ))
	e := g.entity(firstRing, prioNormal)
	line := t.timeline()
	first := g.job(e, 0, line.fence(1))
	second := g.job(e, 0, line.fence(2))
	t.busy(second, unix.POLLIN, moment, "job with a pending in-fence")
	t.status(first, 0, "job with a pending in-fence")
	line.inc(1)
	g.done(first, 1, "first job")
	t.status(second, 0, "job with a pending in-fence")
	line.inc(1)
	g.done(second, 1, "second job")
}

func schedPrepare(t *trial) {
	g := t.gpu(plain(uapi.SchedWork))
	e := g.entity(firstRing, prioNormal)
	last := -1
	for range 6 {
		last = g.job(e, uapi.SchedPrepare, last)
	}
	g.done(last, 1, "last job")
}

// schedResv lets jobs of two rings use one buffer in turn.
func schedResv(t *trial) {
	g := t.gpu(plain(uapi.SchedSoftIRQ))
	a, b := g.entity(firstRing, prioNormal), g.entity(secondRing, prioNormal)
	last := -1
	for range 4 {
		g.job(a, uapi.SchedResv, -1)
		last = g.job(b, uapi.SchedResv, -1)
	}
	g.done(last, 1, "last job")
}

func schedPriorities(t *trial) {
	g := t.gpu(plain(uapi.SchedSoftIRQ))
	low, high := g.entity(firstRing, prioLow), g.entity(firstRing, prioHigh)
	var fences []int
	for range 6 {
		fences = append(fences, g.job(low, 0, -1), g.job(high, 0, -1))
	}
	g.do(uapi.SchedRaise, low, "raise the priority")
	fences = append(fences, g.job(low, 0, -1))
	for _, fence := range fences {
		g.done(fence, 1, "job")
	}
}

// schedSpread has the scheduler choose between rings.
func schedSpread(t *trial) {
	g := t.gpu(plain(uapi.SchedHardIRQ))
	both, one := g.entity(bothRings, prioNormal), g.entity(firstRing, prioNormal)
	for range 4 {
		g.done(g.job(both, 0, -1), 1, "job of an entity on two rings")
		g.done(g.job(one, 0, -1), 1, "job")
	}
	g.do(uapi.SchedSpread, one, "spread the entity")
	g.done(g.job(one, 0, -1), 1, "job of an entity that was spread")
	g.do(uapi.SchedFlush, both, "flush")
}

// schedErrors: hooks that fail, and hardware that does.
func schedErrors(t *trial) {
	g := t.gpu(plain(uapi.SchedSoftIRQ))
	e := g.entity(firstRing, prioNormal)
	fail, empty := g.job(e, uapi.SchedFail, -1), g.job(e, uapi.SchedEmpty, -1)
	fault, good := g.job(e, uapi.SchedFault, -1), g.job(e, 0, -1)
	g.done(fail, -1, "job that run_job refused")
	g.done(empty, 1, "job that needs no hardware")
	g.done(fault, -1, "job that failed")
	g.done(good, 1, "job after one that failed")
	t.wants(uapi.Call(g.fd, uapi.NrSchedSubmit, &uapi.SchedSubmit{Entity: 7, InFence: -1}), unix.ENOENT, "job without an entity")
}

// schedPause stops the scheduler's work with jobs queued and starts it again.
func schedPause(t *trial) {
	g := t.gpu(plain(uapi.SchedWork))
	e := g.entity(firstRing, prioNormal)
	g.do(uapi.SchedPause, 0, "pause")
	fence := g.job(e, 0, -1)
	t.busy(fence, unix.POLLIN, moment, "job on a scheduler that stands still")
	g.do(uapi.SchedResume, 0, "resume")
	g.done(fence, 1, "job")
}

// schedManyThreads lets threads submit and wait at the same time.
func schedManyThreads(t *trial) {
	g := t.gpu(plain(uapi.SchedHardIRQ))
	var done []<-chan error
	for i := range uint32(4) {
		e := g.entity(firstRing<<(i%2), prioNormal)
		done = append(done, t.async(func() error { return g.turns(e, 8) }))
	}
	for _, c := range done {
		t.await(c, "jobs of a thread")
	}
}

// turns submits jobs and waits for each. It can run on any thread.
func (g *gpu) turns(entity uint32, n int) error {
	for range n {
		fence, err := g.submit(entity, uapi.SchedResv, -1)
		if err != nil {
			return err
		}
		_, err = poll(fence, unix.POLLIN, patience)
		_ = unix.Close(fence)
		if err != nil {
			return err
		}
	}
	return nil
}

func schedDropCaches(t *trial) {
	g := t.gpu(plain(uapi.SchedWork))
	e := g.entity(firstRing, prioNormal)
	line := t.timeline()
	waits := g.job(e, 0, line.fence(1))
	dropCaches(t)
	line.inc(1)
	g.done(waits, 1, "job")
}
