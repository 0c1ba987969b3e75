// SPDX-License-Identifier: MIT

package uapi

// Requests of linux/iio/buffer.h.
const (
	iio Nr = 'i' << 8

	NrIIOGetFD         = readWrite | iio + 0x91 // int32, as IIO_BUFFER_GET_FD_IOCTL
	NrIIODmaBufAttach  = write | iio + 0x92     // int32
	NrIIODmaBufDetach  = write | iio + 0x93     // int32
	NrIIODmaBufEnqueue = write | iio + 0x94     // IIODmaBuf
)

// IIODmaBuf is struct iio_dmabuf.
type IIODmaBuf struct {
	FD, Flags uint32
	BytesUsed uint64
}
