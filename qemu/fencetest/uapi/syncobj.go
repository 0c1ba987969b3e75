// SPDX-License-Identifier: MIT

package uapi

// Requests of drm/drm.h for sync objects.
const (
	NrSyncobjCreate         = readWrite | drm + 0xBF // SyncobjCreate
	NrSyncobjDestroy        = readWrite | drm + 0xC0 // SyncobjCreate
	NrSyncobjHandleToFD     = readWrite | drm + 0xC1 // SyncobjHandle
	NrSyncobjFDToHandle     = readWrite | drm + 0xC2 // SyncobjHandle
	NrSyncobjWait           = readWrite | drm + 0xC3 // SyncobjWait
	NrSyncobjReset          = readWrite | drm + 0xC4 // SyncobjArray
	NrSyncobjSignal         = readWrite | drm + 0xC5 // SyncobjArray
	NrSyncobjTimelineWait   = readWrite | drm + 0xCA // SyncobjTimelineWait
	NrSyncobjQuery          = readWrite | drm + 0xCB // SyncobjTimelineArray
	NrSyncobjTransfer       = readWrite | drm + 0xCC // SyncobjTransfer
	NrSyncobjTimelineSignal = readWrite | drm + 0xCD // SyncobjTimelineArray
	NrSyncobjEventFD        = readWrite | drm + 0xCF // SyncobjEventFD
)

// Flags of drm/drm.h for sync objects.
const (
	SyncobjCreateSignaled = 1 // DRM_SYNCOBJ_CREATE_SIGNALED
	SyncobjSyncFile       = 1 // DRM_SYNCOBJ_{FD_TO_HANDLE,HANDLE_TO_FD}_FLAGS_*_SYNC_FILE
	SyncobjWaitAll        = 1 // DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL
	SyncobjWaitForSubmit  = 2
	SyncobjWaitAvailable  = 4
	SyncobjWaitDeadline   = 8
	SyncobjLastSubmitted  = 1 // DRM_SYNCOBJ_QUERY_FLAGS_LAST_SUBMITTED
)

// SyncobjCreate is struct drm_syncobj_create, and struct drm_syncobj_destroy
// when Flags is 0.
type SyncobjCreate struct{ Handle, Flags uint32 }

// SyncobjHandle is struct drm_syncobj_handle.
type SyncobjHandle struct {
	Handle, Flags uint32
	FD            int32
	_             uint32
}

// SyncobjWait is struct drm_syncobj_wait; times are CLOCK_MONOTONIC.
type SyncobjWait struct {
	Handles     uint64
	TimeoutNS   int64
	Count       uint32
	Flags       uint32
	FirstSignal uint32
	_           uint32
	DeadlineNS  uint64
}

// SyncobjTimelineWait is struct drm_syncobj_timeline_wait.
type SyncobjTimelineWait struct {
	Handles     uint64
	Points      uint64
	TimeoutNS   int64
	Count       uint32
	Flags       uint32
	FirstSignal uint32
	_           uint32
	DeadlineNS  uint64
}

// SyncobjArray is struct drm_syncobj_array.
type SyncobjArray struct {
	Handles uint64
	Count   uint32
	_       uint32
}

// SyncobjTimelineArray is struct drm_syncobj_timeline_array.
type SyncobjTimelineArray struct {
	Handles uint64
	Points  uint64
	Count   uint32
	Flags   uint32
}

// SyncobjTransfer is struct drm_syncobj_transfer.
type SyncobjTransfer struct {
	Src, Dst           uint32
	SrcPoint, DstPoint uint64
	Flags              uint32
	_                  uint32
}

// SyncobjEventFD is struct drm_syncobj_eventfd.
type SyncobjEventFD struct {
	Handle uint32
	Flags  uint32
	Point  uint64
	FD     int32
	_      uint32
}
