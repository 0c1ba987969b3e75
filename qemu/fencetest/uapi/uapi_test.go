// SPDX-License-Identifier: MIT

package uapi_test

import (
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// TestRequests holds every request, and with it the size of its structure,
// against what gcc makes of the macros in the headers of Linux 6.12.
func TestRequests(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		got, want uint32
	}{
		{"DRM_IOCTL_VERSION", uapi.Request[uapi.Version](uapi.NrVersion), 0xc0406400},
		{"DRM_IOCTL_GEM_CLOSE", uapi.Request[uapi.GEMClose](uapi.NrGEMClose), 0x40086409},
		{"DRM_IOCTL_GEM_FLINK", uapi.Request[uapi.GEMFlink](uapi.NrGEMFlink), 0xc008640a},
		{"DRM_IOCTL_GEM_OPEN", uapi.Request[uapi.GEMOpen](uapi.NrGEMOpen), 0xc010640b},
		{"DRM_IOCTL_GET_CAP", uapi.Request[uapi.Cap](uapi.NrGetCap), 0xc010640c},
		{"DRM_IOCTL_SET_CLIENT_CAP", uapi.Request[uapi.Cap](uapi.NrSetClientCap), 0x4010640d},
		{"DRM_IOCTL_SET_MASTER", uint32(uapi.NrSetMaster), 0x0000641e},
		{"DRM_IOCTL_DROP_MASTER", uint32(uapi.NrDropMaster), 0x0000641f},
		{"DRM_IOCTL_PRIME_HANDLE_TO_FD", uapi.Request[uapi.PrimeHandle](uapi.NrPrimeHandleToFD), 0xc00c642d},
		{"DRM_IOCTL_PRIME_FD_TO_HANDLE", uapi.Request[uapi.PrimeHandle](uapi.NrPrimeFDToHandle), 0xc00c642e},
		{"DRM_IOCTL_WAIT_VBLANK", uapi.Request[uapi.WaitVblank](uapi.NrWaitVblank), 0xc018643a},
		{"DRM_IOCTL_CRTC_GET_SEQUENCE", uapi.Request[uapi.CrtcGetSequence](uapi.NrCrtcGetSequence), 0xc018643b},
		{"DRM_IOCTL_CRTC_QUEUE_SEQUENCE", uapi.Request[uapi.CrtcQueueSequence](uapi.NrCrtcQueueSequence), 0xc018643c},
		{"DRM_IOCTL_MODE_GETRESOURCES", uapi.Request[uapi.ModeCardRes](uapi.NrModeGetResources), 0xc04064a0},
		{"DRM_IOCTL_MODE_GETCRTC", uapi.Request[uapi.ModeCrtc](uapi.NrModeGetCrtc), 0xc06864a1},
		{"DRM_IOCTL_MODE_SETCRTC", uapi.Request[uapi.ModeCrtc](uapi.NrModeSetCrtc), 0xc06864a2},
		{"DRM_IOCTL_MODE_SETGAMMA", uapi.Request[uapi.ModeCrtcLUT](uapi.NrModeSetGamma), 0xc02064a5},
		{"DRM_IOCTL_MODE_GETCONNECTOR", uapi.Request[uapi.ModeGetConnector](uapi.NrModeGetConnector), 0xc05064a7},
		{"DRM_IOCTL_MODE_GETPROPERTY", uapi.Request[uapi.ModeGetProperty](uapi.NrModeGetProperty), 0xc04064aa},
		{"DRM_IOCTL_MODE_SETPROPERTY", uapi.Request[uapi.ModeConnectorSetProperty](uapi.NrModeSetConnectorProp), 0xc01064ab},
		{"DRM_IOCTL_MODE_RMFB", uapi.Request[uint32](uapi.NrModeRmFB), 0xc00464af},
		{"DRM_IOCTL_MODE_PAGE_FLIP", uapi.Request[uapi.ModePageFlip](uapi.NrModePageFlip), 0xc01864b0},
		{"DRM_IOCTL_MODE_DIRTYFB", uapi.Request[uapi.ModeDirtyFB](uapi.NrModeDirtyFB), 0xc01864b1},
		{"DRM_IOCTL_MODE_CREATE_DUMB", uapi.Request[uapi.ModeCreateDumb](uapi.NrModeCreateDumb), 0xc02064b2},
		{"DRM_IOCTL_MODE_MAP_DUMB", uapi.Request[uapi.ModeMapDumb](uapi.NrModeMapDumb), 0xc01064b3},
		{"DRM_IOCTL_MODE_DESTROY_DUMB", uapi.Request[uint32](uapi.NrModeDestroyDumb), 0xc00464b4},
		{"DRM_IOCTL_MODE_GETPLANERESOURCES", uapi.Request[uapi.ModeGetPlaneRes](uapi.NrModeGetPlaneRes), 0xc01064b5},
		{"DRM_IOCTL_MODE_GETPLANE", uapi.Request[uapi.ModeGetPlane](uapi.NrModeGetPlane), 0xc02064b6},
		{"DRM_IOCTL_MODE_SETPLANE", uapi.Request[uapi.ModeSetPlane](uapi.NrModeSetPlane), 0xc03064b7},
		{"DRM_IOCTL_MODE_ADDFB2", uapi.Request[uapi.ModeFBCmd2](uapi.NrModeAddFB2), 0xc06864b8},
		{"DRM_IOCTL_MODE_OBJ_GETPROPERTIES", uapi.Request[uapi.ModeObjGetProperties](uapi.NrModeObjGetProperties), 0xc02064b9},
		{"DRM_IOCTL_MODE_OBJ_SETPROPERTY", uapi.Request[uapi.ModeObjSetProperty](uapi.NrModeObjSetProperty), 0xc01864ba},
		{"DRM_IOCTL_MODE_CURSOR2", uapi.Request[uapi.ModeCursor2](uapi.NrModeCursor2), 0xc02464bb},
		{"DRM_IOCTL_MODE_ATOMIC", uapi.Request[uapi.ModeAtomic](uapi.NrModeAtomic), 0xc03864bc},
		{"DRM_IOCTL_MODE_CREATEPROPBLOB", uapi.Request[uapi.ModeCreateBlob](uapi.NrModeCreateBlob), 0xc01064bd},
		{"DRM_IOCTL_MODE_DESTROYPROPBLOB", uapi.Request[uint32](uapi.NrModeDestroyBlob), 0xc00464be},
		{"DRM_IOCTL_MODE_CREATE_LEASE", uapi.Request[uapi.ModeCreateLease](uapi.NrModeCreateLease), 0xc01864c6},
		{"DRM_IOCTL_MODE_REVOKE_LEASE", uapi.Request[uint32](uapi.NrModeRevokeLease), 0xc00464c9},
		{"DRM_IOCTL_SYNCOBJ_CREATE", uapi.Request[uapi.SyncobjCreate](uapi.NrSyncobjCreate), 0xc00864bf},
		{"DRM_IOCTL_SYNCOBJ_DESTROY", uapi.Request[uapi.SyncobjCreate](uapi.NrSyncobjDestroy), 0xc00864c0},
		{"DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD", uapi.Request[uapi.SyncobjHandle](uapi.NrSyncobjHandleToFD), 0xc01064c1},
		{"DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE", uapi.Request[uapi.SyncobjHandle](uapi.NrSyncobjFDToHandle), 0xc01064c2},
		{"DRM_IOCTL_SYNCOBJ_WAIT", uapi.Request[uapi.SyncobjWait](uapi.NrSyncobjWait), 0xc02864c3},
		{"DRM_IOCTL_SYNCOBJ_RESET", uapi.Request[uapi.SyncobjArray](uapi.NrSyncobjReset), 0xc01064c4},
		{"DRM_IOCTL_SYNCOBJ_SIGNAL", uapi.Request[uapi.SyncobjArray](uapi.NrSyncobjSignal), 0xc01064c5},
		{"DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT", uapi.Request[uapi.SyncobjTimelineWait](uapi.NrSyncobjTimelineWait), 0xc03064ca},
		{"DRM_IOCTL_SYNCOBJ_QUERY", uapi.Request[uapi.SyncobjTimelineArray](uapi.NrSyncobjQuery), 0xc01864cb},
		{"DRM_IOCTL_SYNCOBJ_TRANSFER", uapi.Request[uapi.SyncobjTransfer](uapi.NrSyncobjTransfer), 0xc02064cc},
		{"DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL", uapi.Request[uapi.SyncobjTimelineArray](uapi.NrSyncobjTimelineSignal), 0xc01864cd},
		{"DRM_IOCTL_SYNCOBJ_EVENTFD", uapi.Request[uapi.SyncobjEventFD](uapi.NrSyncobjEventFD), 0xc01864cf},
		{"DRM_IOCTL_VGEM_FENCE_ATTACH", uapi.Request[uapi.VgemFenceAttach](uapi.NrVgemFenceAttach), 0xc0106441},
		{"DRM_IOCTL_VGEM_FENCE_SIGNAL", uapi.Request[uapi.VgemFenceSignal](uapi.NrVgemFenceSignal), 0x40086442},
		{"DRM_IOCTL_VIRTGPU_MAP", uapi.Request[uapi.VirtgpuMap](uapi.NrVirtgpuMap), 0xc0106441},
		{"DRM_IOCTL_VIRTGPU_EXECBUFFER", uapi.Request[uapi.VirtgpuExecbuffer](uapi.NrVirtgpuExecbuffer), 0xc0406442},
		{"DRM_IOCTL_VIRTGPU_GETPARAM", uapi.Request[uapi.VirtgpuGetParam](uapi.NrVirtgpuGetParam), 0xc0106443},
		{"DRM_IOCTL_VIRTGPU_RESOURCE_CREATE", uapi.Request[uapi.VirtgpuResourceCreate](uapi.NrVirtgpuResourceCreate), 0xc0386444},
		{"DRM_IOCTL_VIRTGPU_RESOURCE_INFO", uapi.Request[uapi.VirtgpuResourceInfo](uapi.NrVirtgpuResourceInfo), 0xc0106445},
		{"DRM_IOCTL_VIRTGPU_TRANSFER_FROM_HOST", uapi.Request[uapi.VirtgpuTransfer](uapi.NrVirtgpuTransferFrom), 0xc02c6446},
		{"DRM_IOCTL_VIRTGPU_TRANSFER_TO_HOST", uapi.Request[uapi.VirtgpuTransfer](uapi.NrVirtgpuTransferTo), 0xc02c6447},
		{"DRM_IOCTL_VIRTGPU_WAIT", uapi.Request[uapi.VirtgpuWait](uapi.NrVirtgpuWait), 0xc0086448},
		{"SYNC_IOC_MERGE", uapi.Request[uapi.SyncMerge](uapi.NrSyncMerge), 0xc0303e03},
		{"SYNC_IOC_FILE_INFO", uapi.Request[uapi.SyncFileInfo](uapi.NrSyncFileInfo), 0xc0383e04},
		{"SYNC_IOC_SET_DEADLINE", uapi.Request[uapi.SyncSetDeadline](uapi.NrSyncSetDeadline), 0x40103e05},
		{"FUNCTIONFS_DMABUF_ATTACH", uapi.Request[int32](uapi.NrFFSDmaBufAttach), 0x40046783},
		{"FUNCTIONFS_DMABUF_DETACH", uapi.Request[int32](uapi.NrFFSDmaBufDetach), 0x40046784},
		{"FUNCTIONFS_DMABUF_TRANSFER", uapi.Request[uapi.FFSTransfer](uapi.NrFFSDmaBufTransfer), 0x40106785},
		{"USBDEVFS_BULK", uapi.Request[uapi.USBBulk](uapi.NrUSBBulk), 0xc0185502},
		{"USBDEVFS_CLAIMINTERFACE", uapi.Request[uint32](uapi.NrUSBClaim), 0x8004550f},
		{"IIO_BUFFER_GET_FD_IOCTL", uapi.Request[int32](uapi.NrIIOGetFD), 0xc0046991},
		{"IIO_BUFFER_DMABUF_ATTACH_IOCTL", uapi.Request[int32](uapi.NrIIODmaBufAttach), 0x40046992},
		{"IIO_BUFFER_DMABUF_DETACH_IOCTL", uapi.Request[int32](uapi.NrIIODmaBufDetach), 0x40046993},
		{"IIO_BUFFER_DMABUF_ENQUEUE_IOCTL", uapi.Request[uapi.IIODmaBuf](uapi.NrIIODmaBufEnqueue), 0x40106994},
		{"SW_SYNC_IOC_CREATE_FENCE", uapi.Request[uapi.SwSyncCreate](uapi.NrSwSyncCreate), 0xc0285700},
		{"SW_SYNC_IOC_INC", uapi.Request[uint32](uapi.NrSwSyncInc), 0x40045701},
		{"SW_SYNC_GET_DEADLINE", uapi.Request[uapi.SwSyncGetDeadline](uapi.NrSwSyncGetDeadline), 0xc0105702},
		{"DMA_BUF_IOCTL_SYNC", uapi.Request[uint64](uapi.NrDmaBufSync), 0x40086200},
		{"DMA_BUF_SET_NAME_B", uapi.Request[uapi.DmaBufName](uapi.NrDmaBufSetName), 0x40086201},
		{"DMA_BUF_IOCTL_EXPORT_SYNC_FILE", uapi.Request[uapi.DmaBufSyncFile](uapi.NrDmaBufExportSync), 0xc0086202},
		{"DMA_BUF_IOCTL_IMPORT_SYNC_FILE", uapi.Request[uapi.DmaBufSyncFile](uapi.NrDmaBufImportSync), 0x40086203},
		{"DMA_HEAP_IOCTL_ALLOC", uapi.Request[uapi.DmaHeapAllocation](uapi.NrDmaHeapAlloc), 0xc0184800},
		{"FB_IOC_INIT", uapi.Request[uapi.SchedInit](uapi.NrSchedInit), 0x4014fb00},
		{"FB_IOC_ENTITY", uapi.Request[uapi.SchedEntity](uapi.NrSchedEntity), 0xc00cfb01},
		{"FB_IOC_SUBMIT", uapi.Request[uapi.SchedSubmit](uapi.NrSchedSubmit), 0xc010fb02},
		{"FB_IOC_DO", uapi.Request[uapi.SchedDo](uapi.NrSchedDo), 0x4008fb03},
		{"UDMABUF_CREATE", uapi.Request[uapi.UdmabufCreate](uapi.NrUdmabufCreate), 0x40187542},
	} {
		if tt.got != tt.want {
			t.Errorf("%s = %#x; want %#x", tt.name, tt.got, tt.want)
		}
	}
}

// The sizes of structures that are no ioctl's argument themselves.
func TestSizes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ got, want uintptr }{
		"drm_mode_modeinfo":                 {unsafe.Sizeof(uapi.ModeInfo{}), 68},
		"drm_event_vblank":                  {unsafe.Sizeof(uapi.Event{}), uapi.EventBytes},
		"sync_fence_info":                   {unsafe.Sizeof(uapi.SyncFenceInfo{}), 80},
		"drm_clip_rect":                     {unsafe.Sizeof(uapi.ClipRect{}), 8},
		"drm_mode_fb_cmd2.modifier":         {unsafe.Offsetof(uapi.ModeFBCmd2{}.Modifiers), 72},
		"drm_mode_get_connector.connection": {unsafe.Offsetof(uapi.ModeGetConnector{}.Connection), 60},
		"drm_event_vblank.sequence":         {unsafe.Offsetof(uapi.Event{}.Sequence), 24},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %d; want %d", name, tt.got, tt.want)
		}
	}
}

func TestCString(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "vkms\x00\x00": "vkms", "full": "full", "\x00x": ""} {
		if got := uapi.CString([]byte(in)); got != want {
			t.Errorf("CString(%q) = %q; want %q", in, got, want)
		}
	}
}

func TestSlice(t *testing.T) {
	t.Parallel()
	var p uapi.Pointers
	defer p.Release()
	if got := uapi.Slice(&p, []uint32(nil)); got != 0 {
		t.Errorf("Slice(nil) = %#x; want 0", got)
	}
	s := []uint32{1, 2}
	if got := uapi.Slice(&p, s); got != uint64(uintptr(unsafe.Pointer(&s[0]))) {
		t.Errorf("Slice(s) = %#x; want the address of s[0]", got)
	}
}

// An ioctl that cannot work comes back with the bare errno.
func TestCall(t *testing.T) {
	t.Parallel()
	var v uapi.Cap
	if err := uapi.Call(-1, uapi.NrGetCap, &v); err != unix.EBADF { //nolint:errorlint // the bare errno is the promise
		t.Errorf("Call(-1) = %v; want %v", err, unix.EBADF)
	}
	if err := uapi.CallNone(-1, uapi.NrSetMaster); err != unix.EBADF { //nolint:errorlint // as above
		t.Errorf("CallNone(-1) = %v; want %v", err, unix.EBADF)
	}
}
