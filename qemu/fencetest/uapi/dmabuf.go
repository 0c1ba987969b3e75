// SPDX-License-Identifier: MIT

package uapi

// Requests of linux/dma-buf.h, linux/dma-heap.h and linux/udmabuf.h.
const (
	dmaBuf  Nr = 'b' << 8
	dmaHeap Nr = 'H' << 8
	udmabuf Nr = 'u' << 8

	NrDmaBufSync       = write | dmaBuf + 0      // uint64
	NrDmaBufSetName    = write | dmaBuf + 1      // DmaBufName, as DMA_BUF_SET_NAME_B
	NrDmaBufExportSync = readWrite | dmaBuf + 2  // DmaBufSyncFile
	NrDmaBufImportSync = write | dmaBuf + 3      // DmaBufSyncFile
	NrDmaHeapAlloc     = readWrite | dmaHeap + 0 // DmaHeapAllocation
	NrUdmabufCreate    = write | udmabuf + 0x42  // UdmabufCreate
)

// Flags of linux/dma-buf.h and linux/udmabuf.h.
const (
	DmaBufRead         = 1 // DMA_BUF_SYNC_READ
	DmaBufWrite        = 2
	DmaBufEnd          = 4
	UdmabufCloseOnExec = 1 // UDMABUF_FLAGS_CLOEXEC
)

// DmaBufSyncFile is struct dma_buf_export_sync_file and
// dma_buf_import_sync_file.
type DmaBufSyncFile struct {
	Flags uint32
	FD    int32
}

// DmaBufName is a name for a dma-buf that ends with a NUL. The kernel reads
// text there, although the request has the size of a pointer.
type DmaBufName [8]byte

// DmaHeapAllocation is struct dma_heap_allocation_data.
type DmaHeapAllocation struct {
	Len         uint64
	FD, FDFlags uint32
	HeapFlags   uint64
}

// UdmabufCreate is struct udmabuf_create.
type UdmabufCreate struct {
	MemFD  uint32
	Flags  uint32
	Offset uint64
	Size   uint64
}
