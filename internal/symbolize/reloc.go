// SPDX-License-Identifier: MIT

package symbolize

import (
	"debug/dwarf"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"strings"
)

// debugSections are what names and lines are made of. Locations of variables,
// the largest part, are left alone.
var debugSections = [...]string{"abbrev", "info", "line", "ranges", "str", "addr", "line_str", "str_offsets", "rnglists"}

// debugInfo returns the DWARF of an image. In an object, addresses are made
// distinct as [image.position] lays them out, which debug/elf does not do.
func (im *image) debugInfo() (*dwarf.Data, error) {
	data := map[string][]byte{}
	total := uint64(0)
	for i, s := range im.elf.Sections {
		name, ok := strings.CutPrefix(s.Name, ".debug_")
		if !ok || !wanted(name) || s.Type == elf.SHT_NOBITS || data[name] != nil {
			continue
		}
		if total += s.Size; s.Size > maxSection || total > maxDebug {
			return nil, fmt.Errorf("debug information of more than %d bytes", uint64(maxDebug))
		}
		b, err := s.Data()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read section %s: %w", s.Name, err)
		}
		if im.relocatable() {
			if err := im.relocate(i, b); err != nil {
				return nil, fmt.Errorf("relocate section %s: %w", s.Name, err)
			}
		}
		data[name] = b
	}
	if len(data["info"]) == 0 || len(data["abbrev"]) == 0 {
		return nil, errNoDebugInfo
	}
	d, err := dwarf.New(data["abbrev"], nil, nil, data["info"], data["line"], nil, data["ranges"], data["str"])
	for _, name := range [...]string{"addr", "line_str", "str_offsets", "rnglists"} {
		if err == nil && data[name] != nil {
			err = d.AddSection(".debug_"+name, data[name])
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read debug information: %w", err)
	}
	return d, nil
}

// errNoDebugInfo is a file that was built without -g.
var errNoDebugInfo = errors.New("it has no debug information")

func wanted(name string) bool {
	for _, w := range debugSections {
		if w == name {
			return true
		}
	}
	return false
}

// relocate writes the final values into the bytes of a debug section.
func (im *image) relocate(section int, b []byte) error {
	symbols, err := im.elf.Symbols()
	if err != nil {
		return err
	}
	order := im.elf.ByteOrder
	return im.eachRelocation(section, func(r relocation) error {
		width, ok := dataWidth(im.elf.Machine, r.kind)
		if !ok {
			return fmt.Errorf("relocation of unknown type %d", r.kind)
		}
		if width == 0 {
			return nil
		}
		if r.off > uint64(len(b)) || width > uint64(len(b))-r.off {
			return errors.New("relocation outside of the section")
		}
		v := uint64(r.addend)
		if r.symbol > 0 && r.symbol <= len(symbols) { // Symbols leaves the null symbol out
			v += im.value(symbols[r.symbol-1])
		}
		if width == 8 {
			order.PutUint64(b[r.off:], v)
		} else {
			order.PutUint32(b[r.off:], uint32(v))
		}
		return nil
	})
}

// value is the address of a symbol. Offsets into debug sections stay what they are.
func (im *image) value(s elf.Symbol) uint64 {
	n := int(s.Section)
	if n <= 0 || n >= len(im.elf.Sections) || im.elf.Sections[n].Flags&elf.SHF_ALLOC == 0 {
		return s.Value
	}
	return im.position(n, s.Value)
}

// dataWidth is how many bytes a relocation of a debug section writes.
func dataWidth(m elf.Machine, kind uint32) (uint64, bool) {
	switch m {
	case elf.EM_X86_64:
		switch elf.R_X86_64(kind) {
		case elf.R_X86_64_NONE:
			return 0, true
		case elf.R_X86_64_64:
			return 8, true
		case elf.R_X86_64_32, elf.R_X86_64_32S:
			return 4, true
		}
	case elf.EM_AARCH64:
		switch elf.R_AARCH64(kind) {
		case elf.R_AARCH64_NULL, elf.R_AARCH64_NONE:
			return 0, true
		case elf.R_AARCH64_ABS64:
			return 8, true
		case elf.R_AARCH64_ABS32:
			return 4, true
		}
	}
	return 0, false
}

// A relocation is one Elf64_Rela.
type relocation struct {
	off    uint64
	kind   uint32
	symbol int
	addend int64
}

// eachRelocation calls f for the relocations of a section of an object.
func (im *image) eachRelocation(section int, f func(relocation) error) error {
	for _, s := range im.elf.Sections {
		if s.Type != elf.SHT_RELA || int(s.Info) != section {
			continue
		}
		if im.elf.Class != elf.ELFCLASS64 || s.Size > maxSection {
			return errors.New("relocations that are not read here")
		}
		b, err := s.Data()
		if err != nil {
			return fmt.Errorf("read section %s: %w", s.Name, err)
		}
		order := im.elf.ByteOrder
		for ; len(b) >= 24; b = b[24:] {
			info := order.Uint64(b[8:])
			r := relocation{
				off: order.Uint64(b), kind: uint32(info), symbol: int(info >> 32), addend: int64(order.Uint64(b[16:])),
			}
			if err := f(r); err != nil {
				return err
			}
		}
	}
	return nil
}
