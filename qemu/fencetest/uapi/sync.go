// SPDX-License-Identifier: MIT

package uapi

// Requests of linux/sync_file.h, and of sw_sync, which has no header:
// drivers/dma-buf/sw_sync.c.
const (
	syncFile Nr = '>' << 8
	swSync   Nr = 'W' << 8

	NrSyncMerge       = readWrite | syncFile + 3 // SyncMerge
	NrSyncFileInfo    = readWrite | syncFile + 4 // SyncFileInfo
	NrSyncSetDeadline = write | syncFile + 5     // SyncSetDeadline

	NrSwSyncCreate      = readWrite | swSync + 0 // SwSyncCreate
	NrSwSyncInc         = write | swSync + 1     // uint32
	NrSwSyncGetDeadline = readWrite | swSync + 2 // SwSyncGetDeadline
)

// SyncMerge is struct sync_merge_data.
type SyncMerge struct {
	Name     [32]byte
	FD2      int32
	Fence    int32
	Flags, _ uint32
}

// SyncFileInfo is struct sync_file_info. Status is 1 when all fences have
// signalled, 0 when not, negative for an error.
type SyncFileInfo struct {
	Name      [32]byte
	Status    int32
	Flags     uint32
	NumFences uint32
	_         uint32
	Fences    uint64
}

// SyncFenceInfo is struct sync_fence_info.
type SyncFenceInfo struct {
	Object    [32]byte
	Driver    [32]byte
	Status    int32
	Flags     uint32
	Timestamp uint64 // ns
}

// SyncSetDeadline is struct sync_set_deadline.
type SyncSetDeadline struct{ DeadlineNS, Pad uint64 }

// SwSyncCreate is struct sw_sync_create_fence_data.
type SwSyncCreate struct {
	Value uint32
	Name  [32]byte
	Fence int32
}

// SwSyncGetDeadline is struct sw_sync_get_deadline.
type SwSyncGetDeadline struct {
	DeadlineNS uint64
	Pad        uint32
	FenceFD    int32
}
