// SPDX-License-Identifier: MIT

package fencetest

import "encoding/binary"

// Addresses of the endpoints, chapter 9 of the USB specification.
const (
	bulkIn  = 0x81
	bulkOut = 0x02
)

// ffsDescriptors is struct usb_functionfs_descs_head_v2 of
// linux/usb/functionfs.h with an interface and two bulk endpoints, for full and
// for high speed.
func ffsDescriptors() []byte {
	const (
		magic   = 3     // FUNCTIONFS_DESCRIPTORS_MAGIC_V2
		speeds  = 1 | 2 // FUNCTIONFS_HAS_FS_DESC, FUNCTIONFS_HAS_HS_DESC
		perSet  = 3     // descriptors
		fullMax = 64    // bytes of a packet
		highMax = 512
	)
	body := binary.LittleEndian.AppendUint32(nil, perSet)
	body = binary.LittleEndian.AppendUint32(body, perSet)
	for _, packet := range []uint16{fullMax, highMax} {
		// Vendor class, so that no driver of the host takes it.
		body = append(body, 9, 4, 0, 0, 2, 0xff, 0, 0, 0)
		for _, address := range []byte{bulkIn, bulkOut} {
			body = append(body, 7, 5, address, 2)
			body = binary.LittleEndian.AppendUint16(body, packet)
			body = append(body, 0)
		}
	}
	const head = 12
	out := binary.LittleEndian.AppendUint32(nil, magic)
	out = binary.LittleEndian.AppendUint32(out, uint32(head+len(body)))
	out = binary.LittleEndian.AppendUint32(out, speeds)
	return append(out, body...)
}

// ffsStrings is struct usb_functionfs_strings_head without a string.
func ffsStrings() []byte {
	const magic, size = 2, 16 // FUNCTIONFS_STRINGS_MAGIC
	out := binary.LittleEndian.AppendUint32(nil, magic)
	out = binary.LittleEndian.AppendUint32(out, size)
	return append(out, make([]byte, 8)...)
}
