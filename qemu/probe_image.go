// SPDX-License-Identifier: MIT

package qemu

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
)

// Where the probe's guest lies in memory and in its file.
const (
	probeLoad = 0x100000 // 1 MiB, like a kernel
	probeNote = 0x200    // file offset of the note
	probeText = 0x1000   // file offset of the code
)

// probeByte is what the probe's guest writes when it runs, probeDevice what
// makes QEMU exit on that.
const (
	probeByte   = 0x15
	probeDevice = "isa-debug-exit,iobase=0xf4,iosize=0x04"
)

// probeImage returns the smallest kernel that goes the way of a real one: an
// ELF file with a PVH entry, loaded by QEMU's own firmware, entered in 32-bit
// protected mode.
func probeImage() []byte {
	code := []byte{
		0xba, 0xf4, 0x00, 0x00, 0x00, // mov $0xf4, %edx
		0xb0, probeByte, // mov $probeByte, %al
		0xee,       // out %al, (%dx)
		0xf4,       // hlt
		0xeb, 0xfd, // jmp to the hlt
	}
	var note bytes.Buffer
	put(&note, [3]uint32{4, 8, xenElfNotePhys32Entry}, []byte("Xen\x00"), uint64(probeLoad))
	var b bytes.Buffer
	put(&b,
		elf.Header64{
			Ident:   [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
			Type:    uint16(elf.ET_EXEC),
			Machine: uint16(elf.EM_X86_64),
			Version: uint32(elf.EV_CURRENT),
			Entry:   probeLoad,
			Phoff:   64, Ehsize: 64, Phentsize: 56, Phnum: 2,
		},
		elf.Prog64{
			Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_X),
			Off: probeText, Vaddr: probeLoad, Paddr: probeLoad,
			Filesz: uint64(len(code)), Memsz: uint64(len(code)), Align: probeText,
		},
		elf.Prog64{
			Type: uint32(elf.PT_NOTE), Flags: uint32(elf.PF_R),
			Off: probeNote, Filesz: uint64(note.Len()), Memsz: uint64(note.Len()), Align: 4,
		},
	)
	image := make([]byte, probeText+len(code))
	copy(image, b.Bytes())
	copy(image[probeNote:], note.Bytes())
	copy(image[probeText:], code)
	return image
}

// xenElfNotePhys32Entry marks the PVH entry point
// (XEN_ELFNOTE_PHYS32_ENTRY in include/xen/interface/elfnote.h).
const xenElfNotePhys32Entry = 18

// put appends values in little-endian order.
func put(b *bytes.Buffer, values ...any) {
	for _, v := range values {
		binary.Write(b, binary.LittleEndian, v) // fixed sizes into memory: cannot fail
	}
}
