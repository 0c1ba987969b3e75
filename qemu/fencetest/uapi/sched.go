// SPDX-License-Identifier: MIT

package uapi

// Requests of fencebot's own user of the DRM scheduler, sched.h in
// patch/harness/patches/drm-sched.patch.
const (
	sched Nr = 0xfb << 8

	NrSchedInit   = write | sched + 0     // SchedInit
	NrSchedEntity = readWrite | sched + 1 // SchedEntity
	NrSchedSubmit = readWrite | sched + 2 // SchedSubmit
	NrSchedDo     = write | sched + 3     // SchedDo
)

// Where the hardware signals its fences from: enum fb_signal.
const (
	SchedWork uint32 = iota
	SchedSoftIRQ
	SchedHardIRQ
)

// SchedResubmit in SchedInit.Flags: after a timeout jobs run again.
const SchedResubmit uint32 = 1

// SchedInit is struct fb_init.
type SchedInit struct {
	Rings     uint32 // 1 or 2
	TimeoutMS uint32 // of a job
	Signal    uint32
	Credits   uint32 // jobs that fit on a ring
	Flags     uint32
}

// SchedEntity is struct fb_entity_new.
type SchedEntity struct {
	Rings    uint32 // bit mask
	Priority uint32 // enum drm_sched_priority: 0 the kernel's, 1 high, 2 normal, 3 low
	ID       uint32 // returned
}

// Flags of a job: FB_JOB_*.
const (
	SchedFence   uint32 = 1 << iota // return a sync_file
	SchedHang                       // the first run never ends
	SchedFail                       // run_job returns an error
	SchedEmpty                      // run_job returns no fence
	SchedFault                      // the hardware's fence signals with an error
	SchedPrepare                    // prepare_job returns a fence, too
	SchedResv                       // waits for and adds to a dma_resv
)

// SchedSubmit is struct fb_submit.
type SchedSubmit struct {
	Entity   uint32
	Flags    uint32
	InFence  int32 // sync_file, or -1
	OutFence int32 // returned; -1 without SchedFence
}

// Verbs of SchedDo: enum fb_verb.
const (
	SchedFlush uint32 = iota
	SchedKill
	SchedDestroy
	SchedRaise
	SchedSpread
	SchedHangNow
	SchedPause
	SchedResume
	SchedFini
)

// SchedDo is struct fb_do.
type SchedDo struct{ Verb, Entity uint32 }
