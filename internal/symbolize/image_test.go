// SPDX-License-Identifier: MIT

package symbolize

import (
	"debug/elf"
	"slices"
	"testing"
)

// two is an image with sections .text at 0x1000 and .init.text at 0x2000, each
// of 0x100 bytes, or an object with both at 0.
func two(kind elf.Type) *image {
	base := func(addr uint64) uint64 {
		if kind == elf.ET_REL {
			return 0
		}
		return addr
	}
	code := func(name string, addr uint64) *elf.Section {
		return &elf.Section{SectionHeader: elf.SectionHeader{
			Name: name, Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Addr: base(addr), Size: 0x100, FileSize: 0x100,
		}}
	}
	data := &elf.Section{SectionHeader: elf.SectionHeader{Name: ".data", Flags: elf.SHF_ALLOC, Size: 0x100}}
	return &image{elf: &elf.File{
		FileHeader: elf.FileHeader{Type: kind, Machine: elf.EM_X86_64},
		Sections:   []*elf.Section{{}, code(".text", 0x1000), code(".init.text", 0x2000), data},
	}}
}

// sym makes a symbol; local ones belong to the file named before.
func sym(name string, kind elf.SymType, bind elf.SymBind, section elf.SectionIndex, value, size uint64) elf.Symbol {
	return elf.Symbol{Name: name, Info: elf.ST_INFO(bind, kind), Section: section, Value: value, Size: size}
}

func TestFindInImage(t *testing.T) {
	t.Parallel()
	im := two(elf.ET_EXEC)
	im.index([]elf.Symbol{
		sym("a.c", elf.STT_FILE, elf.STB_LOCAL, elf.SHN_ABS, 0, 0),
		sym("probe", elf.STT_FUNC, elf.STB_LOCAL, 1, 0x1000, 0x1f),
		sym(".L12", elf.STT_NOTYPE, elf.STB_LOCAL, 1, 0x1008, 0),
		sym("$x", elf.STT_NOTYPE, elf.STB_LOCAL, 1, 0x1010, 0),
		sym("b.c", elf.STT_FILE, elf.STB_LOCAL, elf.SHN_ABS, 0, 0),
		sym("probe.isra.0", elf.STT_FUNC, elf.STB_LOCAL, 1, 0x1020, 0x30),
		sym("probe", elf.STT_OBJECT, elf.STB_LOCAL, 3, 0, 0x30),
		sym("open", elf.STT_FUNC, elf.STB_GLOBAL, 1, 0x1050, 0x10),
		sym("__open", elf.STT_FUNC, elf.STB_GLOBAL, 1, 0x1050, 0x10),
		sym("entry", elf.STT_NOTYPE, elf.STB_GLOBAL, 1, 0x1060, 0),
		sym("last", elf.STT_FUNC, elf.STB_GLOBAL, 1, 0x10e0, 0x18),
		sym("start", elf.STT_FUNC, elf.STB_GLOBAL, 2, 0x2000, 0x80),
		sym("nowhere", elf.STT_FUNC, elf.STB_GLOBAL, elf.SHN_UNDEF, 0, 0x10),
	})
	for name, tc := range map[string]struct {
		frame Frame
		want  []uint64
		file  string
	}{
		"by its size":          {Frame{"probe", "0x5/0x1f", false}, []uint64{0x1000}, "a.c"},
		"with the padding":     {Frame{"probe", "0x5/0x20", false}, []uint64{0x1000}, "a.c"},
		"a clone":              {Frame{"probe", "0x5/0x30", false}, []uint64{0x1020}, "b.c"},
		"a clone by its name":  {Frame{"probe.isra.0", "0x5/0x30", false}, []uint64{0x1020}, "b.c"},
		"global":               {Frame{"open", "0x5/0x10", false}, []uint64{0x1050}, ""},
		"without a size":       {Frame{"entry", "0x5/0x80", false}, []uint64{0x1060}, ""},
		"last of its section":  {Frame{"last", "0x5/0x20", false}, []uint64{0x10e0}, ""},
		"in another section":   {Frame{"start", "0x5/0x80", false}, []uint64{0x2000}, ""},
		"another size":         {Frame{"start", "0x5/0x81", false}, nil, ""},
		"not here":             {Frame{"nowhere", "0x5/0x10", false}, nil, ""},
		"labels are no symbol": {Frame{"$x", "0x5/0x10", false}, nil, ""},
	} {
		var at []uint64
		for _, s := range im.find(tc.frame) {
			at = append(at, s.value)
			if s.file != tc.file {
				t.Errorf("%s: from %q; want %q", name, s.file, tc.file)
			}
		}
		if !slices.Equal(at, tc.want) {
			t.Errorf("%s: %#x; want %#x", name, at, tc.want)
		}
	}
}

// Functions at the same offset of two sections of an object lie apart.
func TestPositionsInObject(t *testing.T) {
	t.Parallel()
	im := two(elf.ET_REL)
	im.index([]elf.Symbol{
		sym("f", elf.STT_FUNC, elf.STB_GLOBAL, 1, 0x10, 0x20),
		sym("early", elf.STT_FUNC, elf.STB_GLOBAL, 2, 0x10, 0x20),
	})
	f, early := im.funcs["f"][0], im.funcs["early"][0]
	if im.position(f.section, f.value) == im.position(early.section, early.value) {
		t.Error("two functions at one place")
	}
	if f.span != 0xf0 || early.span != 0xf0 {
		t.Errorf("spans %#x and %#x; want those to the ends of the sections", f.span, early.span)
	}
	debug := elf.Symbol{Section: elf.SectionIndex(3), Value: 7}
	im.elf.Sections[3].Flags = 0
	if got := im.value(debug); got != 7 {
		t.Errorf("an offset into a debug section became %#x", got)
	}
}

// Code outside of its section is refused before anything is read.
func TestBytesOutside(t *testing.T) {
	t.Parallel()
	im := two(elf.ET_EXEC)
	for name, s := range map[string]symbol{
		"before it":      {section: 1, value: 0xfff, size: 1},
		"behind it":      {section: 1, value: 0x1100, size: 1},
		"over its end":   {section: 1, value: 0x10ff, size: 2},
		"without an end": {section: 1, value: 0x1000, size: 1<<64 - 1},
	} {
		if b, err := im.bytes(s); err == nil {
			t.Errorf("%s: %d bytes", name, len(b))
		}
	}
}

func TestAgreed(t *testing.T) {
	t.Parallel()
	a, b := []Place{{"f", "a.c", 1}}, []Place{{"f", "b.c", 1}}
	for name, tc := range map[string]struct {
		answers [][]Place
		differ  bool
	}{
		"one":           {[][]Place{a}, false},
		"the same":      {[][]Place{a, a}, false},
		"two":           {[][]Place{a, b}, true},
		"one and none":  {[][]Place{a, nil}, true},
		"none and one":  {[][]Place{nil, a}, true},
		"without bound": {[][]Place{slices.Repeat(a, maxInlines+1)}, true},
	} {
		var all agreed
		for _, p := range tc.answers {
			all.join(p)
		}
		if all.differ != tc.differ {
			t.Errorf("%s: differ is %v", name, all.differ)
		}
	}
}
