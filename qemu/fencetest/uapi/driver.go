// SPDX-License-Identifier: MIT

package uapi

// Requests of drm/vgem_drm.h and drm/virtgpu_drm.h; driver requests start at
// DRM_COMMAND_BASE.
const (
	command Nr = drm | 0x40

	NrVgemFenceAttach = readWrite | command + 0x1 // VgemFenceAttach
	NrVgemFenceSignal = write | command + 0x2     // VgemFenceSignal

	NrVirtgpuMap            = readWrite | command + 0x1 // VirtgpuMap
	NrVirtgpuExecbuffer     = readWrite | command + 0x2 // VirtgpuExecbuffer
	NrVirtgpuGetParam       = readWrite | command + 0x3 // VirtgpuGetParam
	NrVirtgpuResourceCreate = readWrite | command + 0x4 // VirtgpuResourceCreate
	NrVirtgpuResourceInfo   = readWrite | command + 0x5 // VirtgpuResourceInfo
	NrVirtgpuTransferFrom   = readWrite | command + 0x6 // VirtgpuTransfer
	NrVirtgpuTransferTo     = readWrite | command + 0x7 // VirtgpuTransfer
	NrVirtgpuWait           = readWrite | command + 0x8 // VirtgpuWait
)

// Values of drm/vgem_drm.h and drm/virtgpu_drm.h.
const (
	VgemFenceWrite      = 1 // VGEM_FENCE_WRITE
	VirtgpuFenceFDIn    = 1 // VIRTGPU_EXECBUF_FENCE_FD_IN
	VirtgpuFenceFDOut   = 2
	VirtgpuParam3D      = 1 // VIRTGPU_PARAM_3D_FEATURES
	VirtgpuWaitNoWait   = 1 // VIRTGPU_WAIT_NOWAIT
	VirtgpuFormatBGRX   = 2 // VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM of linux/virtio_gpu.h
	VirtgpuTargetFlat2D = 2 // PIPE_TEXTURE_2D, the only target without 3D
)

// VgemFenceAttach is struct drm_vgem_fence_attach.
type VgemFenceAttach struct{ Handle, Flags, Fence, Pad uint32 }

// VgemFenceSignal is struct drm_vgem_fence_signal.
type VgemFenceSignal struct{ Fence, Flags uint32 }

// VirtgpuMap is struct drm_virtgpu_map.
type VirtgpuMap struct {
	Offset    uint64
	Handle, _ uint32
}

// VirtgpuExecbuffer is struct drm_virtgpu_execbuffer.
type VirtgpuExecbuffer struct {
	Flags, Size             uint32
	Command, Handles        uint64
	CountHandles            uint32
	FenceFD                 int32
	RingIdx, SyncobjStride  uint32
	CountIn, CountOut       uint32
	InSyncobjs, OutSyncobjs uint64
}

// VirtgpuGetParam is struct drm_virtgpu_getparam; Value is an address.
type VirtgpuGetParam struct{ Param, Value uint64 }

// VirtgpuResourceCreate is struct drm_virtgpu_resource_create.
type VirtgpuResourceCreate struct {
	Target, Format, Bind          uint32
	Width, Height, Depth          uint32
	ArraySize, LastLevel, Samples uint32
	Flags, Handle, Resource       uint32
	Size, Stride                  uint32
}

// VirtgpuResourceInfo is struct drm_virtgpu_resource_info.
type VirtgpuResourceInfo struct{ Handle, Resource, Size, BlobMem uint32 }

// VirtgpuTransfer is struct drm_virtgpu_3d_transfer_to_host and its twin.
type VirtgpuTransfer struct {
	Handle                             uint32
	X, Y, Z, W, H, D                   uint32
	Level, Offset, Stride, LayerStride uint32
}

// VirtgpuWait is struct drm_virtgpu_3d_wait.
type VirtgpuWait struct{ Handle, Flags uint32 }
