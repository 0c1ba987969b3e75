// SPDX-License-Identifier: MIT

package uapi

// Requests of linux/usb/functionfs.h and linux/usbdevice_fs.h.
const (
	functionfs Nr = 'g' << 8
	usbdevfs   Nr = 'U' << 8

	NrFFSDmaBufAttach   = write | functionfs + 131 // int32
	NrFFSDmaBufDetach   = write | functionfs + 132 // int32
	NrFFSDmaBufTransfer = write | functionfs + 133 // FFSTransfer

	NrUSBBulk  = readWrite | usbdevfs + 2 // USBBulk
	NrUSBClaim = read | usbdevfs + 15     // uint32, as USBDEVFS_CLAIMINTERFACE
)

// FFSTransfer is struct usb_ffs_dmabuf_transfer_req.
type FFSTransfer struct {
	FD     int32
	Flags  uint32
	Length uint64
}

// USBBulk is struct usbdevfs_bulktransfer; Data is an address and Timeout in
// milliseconds.
type USBBulk struct {
	Endpoint, Len, Timeout, _ uint32
	Data                      uint64
}
