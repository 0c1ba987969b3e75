// SPDX-License-Identifier: MIT

package uapi

// Requests of drm/drm.h that every DRM driver has.
const (
	drm Nr = 'd' << 8

	NrVersion           = readWrite | drm + 0x00 // DRM_IOCTL_VERSION, Version
	NrGEMClose          = write | drm + 0x09     // DRM_IOCTL_GEM_CLOSE, GEMClose
	NrGEMFlink          = readWrite | drm + 0x0a // DRM_IOCTL_GEM_FLINK, GEMFlink
	NrGEMOpen           = readWrite | drm + 0x0b // DRM_IOCTL_GEM_OPEN, GEMOpen
	NrGetCap            = readWrite | drm + 0x0c // DRM_IOCTL_GET_CAP, Cap
	NrSetClientCap      = write | drm + 0x0d     // DRM_IOCTL_SET_CLIENT_CAP, Cap
	NrSetMaster         = drm + 0x1e             // DRM_IOCTL_SET_MASTER, no argument
	NrDropMaster        = drm + 0x1f             // DRM_IOCTL_DROP_MASTER, no argument
	NrPrimeHandleToFD   = readWrite | drm + 0x2d // DRM_IOCTL_PRIME_HANDLE_TO_FD, PrimeHandle
	NrPrimeFDToHandle   = readWrite | drm + 0x2e // DRM_IOCTL_PRIME_FD_TO_HANDLE, PrimeHandle
	NrWaitVblank        = readWrite | drm + 0x3a // DRM_IOCTL_WAIT_VBLANK, WaitVblank
	NrCrtcGetSequence   = readWrite | drm + 0x3b // DRM_IOCTL_CRTC_GET_SEQUENCE, CrtcGetSequence
	NrCrtcQueueSequence = readWrite | drm + 0x3c // DRM_IOCTL_CRTC_QUEUE_SEQUENCE, CrtcQueueSequence
)

// Values for drm/drm.h's DRM_CAP_* and DRM_CLIENT_CAP_*.
const (
	CapDumbBuffer          = 0x1
	CapPrime               = 0x5
	CapSyncobj             = 0x13
	CapSyncobjTimeline     = 0x14
	ClientCapUniversal     = 2
	ClientCapAtomic        = 3
	ClientCapWriteback     = 5
	ClientCapCursorHotspot = 6
	PrimeReadWrite         = 0x2       // DRM_RDWR of drm/drm.h, which is O_RDWR
	PrimeCloseOnExec       = 0x80000   // DRM_CLOEXEC of drm/drm.h, which is O_CLOEXEC
	VblankRelative         = 0x1       // _DRM_VBLANK_RELATIVE
	VblankEvent            = 0x4000000 // _DRM_VBLANK_EVENT
	VblankNextOnMiss       = 0x10000000
	SequenceRelative       = 0x1 // DRM_CRTC_SEQUENCE_RELATIVE
	EventVblank            = 0x1 // DRM_EVENT_VBLANK
	EventFlipComplete      = 0x2 // DRM_EVENT_FLIP_COMPLETE
	EventCrtcSequence      = 0x3 // DRM_EVENT_CRTC_SEQUENCE
	EventBytes             = 32  // sizeof(struct drm_event_vblank) and of drm_event_crtc_sequence
)

// Version is struct drm_version.
type Version struct {
	Major, Minor, Patch int32
	_                   int32
	NameLen             uint64
	Name                uint64
	DateLen             uint64
	Date                uint64
	DescLen             uint64
	Desc                uint64
}

// GEMClose is struct drm_gem_close.
type GEMClose struct {
	Handle uint32
	_      uint32
}

// GEMFlink is struct drm_gem_flink.
type GEMFlink struct {
	Handle uint32
	Name   uint32
}

// GEMOpen is struct drm_gem_open.
type GEMOpen struct {
	Name   uint32
	Handle uint32
	Size   uint64
}

// Cap is struct drm_get_cap and struct drm_set_client_cap.
type Cap struct {
	Capability uint64
	Value      uint64
}

// PrimeHandle is struct drm_prime_handle.
type PrimeHandle struct {
	Handle uint32
	Flags  uint32
	FD     int32
}

// WaitVblank is union drm_wait_vblank: the request going in, where Signal is
// the user data of the event, and the reply coming out, where Signal and
// Usec are the time.
type WaitVblank struct {
	Type     uint32
	Sequence uint32
	Signal   uint64
	Usec     int64
}

// CrtcGetSequence is struct drm_crtc_get_sequence.
type CrtcGetSequence struct {
	Crtc     uint32
	Active   uint32
	Sequence uint64
	NS       int64
}

// CrtcQueueSequence is struct drm_crtc_queue_sequence.
type CrtcQueueSequence struct {
	Crtc     uint32
	Flags    uint32
	Sequence uint64
	UserData uint64
}

// Event is struct drm_event_vblank; of an EventCrtcSequence only Type, Length
// and UserData are meant.
type Event struct {
	Type, Length uint32
	UserData     uint64
	Sec, Usec    uint32
	Sequence     uint32
	Crtc         uint32
}
