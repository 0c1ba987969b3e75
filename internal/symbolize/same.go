// SPDX-License-Identifier: MIT

package symbolize

import (
	"bytes"
	"debug/elf"
	"fmt"
	"slices"
)

// A fixup is a place that the linker fills in.
type fixup struct{ off, size uint64 }

// sameCode reports whether a function of an object is the one that a kernel
// has at another symbol: the same bytes, but for relocations.
func sameCode(obj *image, s symbol, kernel *image, at symbol) (bool, error) {
	if s.name != at.name || s.file != at.file || s.size != at.size || s.size == 0 {
		return false, nil
	}
	fixups, err := obj.fixups(s.section)
	if err != nil {
		return false, err
	}
	ours, err := obj.bytes(s)
	if err != nil {
		return false, err
	}
	theirs, err := kernel.bytes(at)
	if err != nil {
		return false, err
	}
	i, _ := slices.BinarySearchFunc(fixups, s.value, func(f fixup, v uint64) int {
		if f.off < v {
			return -1
		}
		return 1
	})
	for ; i < len(fixups) && fixups[i].off-s.value < s.size; i++ {
		from := fixups[i].off - s.value
		to := min(from+fixups[i].size, s.size)
		clear(ours[from:to])
		clear(theirs[from:to])
	}
	return bytes.Equal(ours, theirs), nil
}

// fixups returns the relocations of a section of an object, by offset.
func (im *image) fixups(section int) ([]fixup, error) {
	if list, ok := im.code[section]; ok {
		return list, nil
	}
	list := []fixup{}
	err := im.eachRelocation(section, func(r relocation) error {
		size, ok := codeWidth(im.elf.Machine, r.kind)
		if !ok {
			return fmt.Errorf("relocation of unknown type %d in code", r.kind)
		}
		if size > 0 {
			list = append(list, fixup{r.off, size})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b fixup) int {
		if a.off < b.off {
			return -1
		}
		return 1
	})
	im.code[section] = list
	return list, nil
}

// codeWidth is how many bytes of code a relocation changes (the psABI of
// x86-64, the ELF ABI of arm64). Of an arm64 instruction the whole counts.
func codeWidth(m elf.Machine, kind uint32) (uint64, bool) {
	switch m {
	case elf.EM_X86_64:
		switch elf.R_X86_64(kind) {
		case elf.R_X86_64_NONE:
			return 0, true
		case elf.R_X86_64_64, elf.R_X86_64_PC64:
			return 8, true
		case elf.R_X86_64_32, elf.R_X86_64_32S, elf.R_X86_64_PC32, elf.R_X86_64_PLT32:
			return 4, true
		}
	case elf.EM_AARCH64:
		switch t := elf.R_AARCH64(kind); {
		case t == elf.R_AARCH64_NULL, t == elf.R_AARCH64_NONE:
			return 0, true
		case t == elf.R_AARCH64_ABS64, t == elf.R_AARCH64_PREL64:
			return 8, true
		case t >= elf.R_AARCH64_ABS32 && t <= elf.R_AARCH64_LDST128_ABS_LO12_NC:
			return 4, true
		}
	}
	return 0, false
}
