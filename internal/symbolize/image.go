// SPDX-License-Identifier: MIT

package symbolize

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Limits of an ELF file.
const (
	maxFile    = 4 << 30  // bytes; Debian's vmlinux with debug information has 0.5 GiB
	maxSection = 2 << 30  // bytes of one section, uncompressed
	maxDebug   = 3 << 30  // bytes of all sections that are read, uncompressed
	maxSymbols = 4 << 20  // symbols; Debian's vmlinux has 300,000
	maxObject  = 64 << 20 // bytes of an object that is only asked for its symbols
)

// A symbol is a function in machine code.
type symbol struct {
	name    string
	section int    // index of its section
	value   uint64 // st_value: an address, or in an object an offset into the section
	size    uint64 // st_size
	span    uint64 // distance to the next symbol, which kallsyms takes for the size
	file    string // base name of the source, for symbols that only their object sees
}

// An image is an open ELF file: a kernel or an object.
type image struct {
	elf   *elf.File
	os    *os.File
	name  string
	funcs map[string][]symbol // by name up to the first dot
	code  map[int][]fixup     // relocations by section, once they were asked for
}

// openImage opens an ELF file of at most limit bytes and reads its symbols.
func openImage(name string, limit int64) (*image, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open ELF file: %w", err)
	}
	im := &image{os: f, name: name, code: map[int][]fixup{}}
	if err := im.read(limit); err != nil {
		f.Close()
		return nil, fmt.Errorf("read ELF file %s: %w", name, err)
	}
	return im, nil
}

func (im *image) close() { im.os.Close() }

func (im *image) read(limit int64) error {
	fi, err := im.os.Stat()
	if err != nil {
		return err
	}
	if !fi.Mode().IsRegular() || fi.Size() > limit {
		return fmt.Errorf("no regular file of at most %d bytes", limit)
	}
	if im.elf, err = elf.NewFile(im.os); err != nil {
		return err
	}
	for _, s := range im.elf.Sections {
		if s.Type == elf.SHT_SYMTAB && (s.Size > maxSymbols*elf.Sym64Size || s.FileSize > maxSymbols*elf.Sym64Size) {
			return fmt.Errorf("more than %d symbols", maxSymbols)
		}
	}
	all, err := im.elf.Symbols()
	if err != nil {
		return err
	}
	im.index(all)
	return nil
}

// relocatable reports whether im is an object, where each section begins at 0.
func (im *image) relocatable() bool { return im.elf.Type == elf.ET_REL }

// position is where a symbol lies among all others. Sections of an object are
// laid out 4 GiB apart, so that no two functions have the same address.
func (im *image) position(section int, value uint64) uint64 {
	if im.relocatable() {
		return uint64(section)<<32 + value&(1<<32-1)
	}
	return value
}

// index sorts the symbols of machine code into im.funcs.
func (im *image) index(all []elf.Symbol) {
	var at []uint64
	file := ""
	im.funcs = map[string][]symbol{}
	for _, s := range all {
		kind := elf.ST_TYPE(s.Info)
		if kind == elf.STT_FILE {
			file = s.Name
			continue
		}
		n := int(s.Section)
		if n <= 0 || n >= len(im.elf.Sections) || im.elf.Sections[n].Flags&elf.SHF_EXECINSTR == 0 || unlisted(s.Name, kind) {
			continue
		}
		at = append(at, im.position(n, s.Value))
		if kind != elf.STT_FUNC && kind != elf.STT_NOTYPE {
			continue
		}
		sym := symbol{name: s.Name, section: n, value: s.Value, size: s.Size}
		if elf.ST_BIND(s.Info) == elf.STB_LOCAL {
			sym.file = file
		}
		stem := stem(s.Name)
		im.funcs[stem] = append(im.funcs[stem], sym)
	}
	slices.Sort(at)
	for _, list := range im.funcs {
		for i := range list {
			list[i].span = im.span(list[i], at)
		}
	}
}

// unlisted knows the symbols that kallsyms leaves out (is_ignored_symbol() in
// scripts/kallsyms.c).
func unlisted(name string, kind elf.SymType) bool {
	return name == "" || kind == elf.STT_SECTION || strings.HasPrefix(name, "$") || strings.HasPrefix(name, ".L") ||
		strings.HasPrefix(name, "__kcfi_typeid_")
}

// span is the distance from a symbol to the next one at another place, or to
// the end of its section.
func (im *image) span(s symbol, at []uint64) uint64 {
	sec := im.elf.Sections[s.section]
	from, end := im.position(s.section, s.value), sec.Addr+sec.Size
	if im.relocatable() {
		end = im.position(s.section, 0) + sec.Size
	}
	i, _ := slices.BinarySearch(at, from+1)
	if i < len(at) && at[i] < end {
		end = at[i]
	}
	return end - from
}

// stem is a function's name without what compilers add: .isra.0, .cold.
func stem(name string) string {
	if i := strings.IndexByte(name, '.'); i > 0 {
		return name[:i]
	}
	return name
}

// find returns the functions that a frame may mean, each place once.
func (im *image) find(f Frame) []symbol {
	_, size, ok := f.numbers()
	if !ok {
		return nil
	}
	var out []symbol
	for _, s := range im.funcs[stem(f.Function)] {
		if s.size != size && s.span != size {
			continue
		}
		same := func(o symbol) bool { return o.section == s.section && o.value == s.value }
		if !slices.ContainsFunc(out, same) {
			out = append(out, s)
		}
	}
	return out
}

// bytes returns the machine code of a function.
func (im *image) bytes(s symbol) ([]byte, error) {
	sec := im.elf.Sections[s.section]
	off := s.value - sec.Addr
	if im.relocatable() {
		off = s.value
	}
	if sec.Type == elf.SHT_NOBITS || sec.Flags&elf.SHF_COMPRESSED != 0 || off > sec.FileSize || s.size > sec.FileSize-off || s.size > maxCode {
		return nil, errors.New("function " + s.name + " lies outside of its section")
	}
	code := make([]byte, s.size)
	if _, err := sec.ReadAt(code, int64(off)); err != nil {
		return nil, fmt.Errorf("read function %s: %w", s.name, err)
	}
	return code, nil
}

// maxCode bounds one function in bytes; large switches have 64 KiB.
const maxCode = 4 << 20
