// SPDX-License-Identifier: MIT

package symbolize

import (
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every address of every function says what addr2line of binutils says.
func TestAgainstAddr2line(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("addr2line"); err != nil {
		t.Skip("no addr2line here: nothing to compare with")
	}
	k := newTree(t)
	k.compile("-g", "-gdwarf-4") // in DWARF 5, addr2line 2.40 gives functions of a header to the file that includes it
	kernel := k.link()
	im, err := openImage(kernel, maxFile)
	if err != nil {
		t.Fatal(err)
	}
	defer im.close()
	l, err := im.lines("")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, name := range slices.Sorted(maps.Keys(im.funcs)) {
		for _, s := range im.funcs[name] {
			for off := range s.size {
				got, err := l.places(s.value + off)
				if err != nil {
					t.Fatal(err)
				}
				if want := k.addr2line(kernel, s.value+off); !slices.Equal(got, want) {
					t.Errorf("%s+%#x: %v; addr2line says %v", name, off, got, want)
				}
				asked++
			}
		}
	}
	if asked < 50 {
		t.Errorf("asked for %d addresses only", asked)
	}
}

// addr2line asks binutils for the places of an address.
func (k tree) addr2line(kernel string, pc uint64) []Place {
	k.t.Helper()
	out, err := exec.Command("addr2line", "-i", "-f", "-e", kernel, fmt.Sprintf("%#x", pc)).Output()
	if err != nil {
		k.t.Fatal(err)
	}
	var places []Place
	words := strings.Split(strings.TrimSpace(string(out)), "\n")
	for i := 0; i+1 < len(words); i += 2 {
		file, line, _ := strings.Cut(words[i+1], ":")
		line, _, _ = strings.Cut(line, " ") // "(discriminator 2)"
		rel, err := filepath.Rel(k.src, file)
		n, err2 := strconv.Atoi(line)
		if firstError(err, err2) != nil {
			k.t.Fatalf("addr2line said %q", words)
		}
		places = append(places, Place{words[i], rel, n})
	}
	return places
}

// unit is an entry as a compiler writes it for a file.
func unit(name, dir string) *dwarf.Entry {
	return &dwarf.Entry{Field: []dwarf.Field{{Attr: dwarf.AttrName, Val: name}, {Attr: dwarf.AttrCompDir, Val: dir}}}
}

func TestRootOf(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		unit *dwarf.Entry
		want string
	}{
		"built in the tree":          {unit("init/main.c", "/home/x/linux"), "/home/x/linux"},
		"built elsewhere":            {unit("/home/x/linux/init/main.c", "/build"), "/home/x/linux"},
		"elsewhere, a relative name": {unit("../linux/init/main.c", "/home/x/build"), "/home/x/linux"},
		"as Debian does":             {unit("init/main.c", "debian/build/build_amd64"), "debian/build/build_amd64"},
		"another file":               {unit("kernel/fork.c", "/home/x/linux"), ""},
		"a file that ends like it":   {unit("/home/x/linux/xinit/main.c", "/build"), ""},
		"no name":                    {&dwarf.Entry{}, ""},
	} {
		if got := rootOf(tc.unit); got != tc.want {
			t.Errorf("%s: %q; want %q", name, got, tc.want)
		}
	}
}

func TestRelative(t *testing.T) {
	t.Parallel()
	l := lines{root: "/src"}
	for _, tc := range []struct{ file, dir, want string }{
		{"/src/drivers/x.c", "/build", "drivers/x.c"},
		{"/src/drivers/../include/x.h", "/build", "include/x.h"},
		{"./arch/x86/include/generated/x.h", "/build", "arch/x86/include/generated/x.h"},
		{"include/x.h", "/src", "include/x.h"},
		{"/usr/lib/gcc/include/stdarg.h", "/build", ""},
		{"/srcs/x.c", "/build", ""},
		{"../../etc/passwd", "/build", ""},
		{"x.c", "", ""},
	} {
		if got := l.relative(tc.file, tc.dir); got != tc.want {
			t.Errorf("relative(%q, %q) = %q; want %q", tc.file, tc.dir, got, tc.want)
		}
	}
}

// gcc splits a function and may put the part back inline: that is one place.
func TestChainOfASplitFunction(t *testing.T) {
	t.Parallel()
	named := func(name string, line int64) *dwarf.Entry {
		return &dwarf.Entry{Field: []dwarf.Field{
			{Attr: dwarf.AttrName, Val: name}, {Attr: dwarf.AttrCallFile, Val: int64(1)}, {Attr: dwarf.AttrCallLine, Val: line},
		}}
	}
	files := []*dwarf.LineFile{nil, {Name: "/src/a.c"}}
	row := dwarf.LineEntry{File: files[1], Line: 7}
	l := lines{root: "/src"}
	for name, tc := range map[string]struct {
		funcs []*dwarf.Entry
		want  []Place
	}{
		"split":          {[]*dwarf.Entry{named("f", 0), named("f", 5)}, []Place{{"f", "a.c", 7}}},
		"inline":         {[]*dwarf.Entry{named("f", 0), named("g", 5)}, []Place{{"g", "a.c", 7}, {"f", "a.c", 5}}},
		"call from none": {[]*dwarf.Entry{named("f", 0), named("g", 0)}, []Place{{"g", "a.c", 7}, {"f", "", 0}}},
		"no function":    {nil, nil},
	} {
		if got := l.chain(tc.funcs, row, files, "/build"); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v; want %v", name, got, tc.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		frame     Frame
		off, size uint64
		ok        bool
	}{
		{Frame{Offset: "0x38/0x4d"}, 0x37, 0x4d, true},
		{Frame{Offset: "0x38/0x4d", Exact: true}, 0x38, 0x4d, true},
		{Frame{Offset: "0x4d/0x4d"}, 0x4c, 0x4d, true}, // a call at the end, of a function that does not return
		{Frame{Offset: "0x4d/0x4d", Exact: true}, 0x4d, 0x4d, false},
		{Frame{Offset: "0x0/0x4d"}, 0, 0x4d, true},
		{Frame{Offset: "0x0/0x0"}, 0, 0, false},
		{Frame{Offset: "0x38"}, 0, 0, false},
		{Frame{Offset: "-0x38/0x4d"}, 0, 0, false},
		{Frame{Offset: "0x1/0xfffffffff"}, 0, 0, false},
	} {
		off, size, ok := tc.frame.numbers()
		if ok != tc.ok || ok && (off != tc.off || size != tc.size) {
			t.Errorf("%+v: %#x %#x %v", tc.frame, off, size, ok)
		}
	}
}

// Which bytes of code and data a relocation changes, on both processors.
func TestWidths(t *testing.T) {
	t.Parallel()
	const none = 99
	for name, tc := range map[string]struct {
		machine    elf.Machine
		kind       uint32
		code, data uint64
	}{
		"a call":            {elf.EM_X86_64, uint32(elf.R_X86_64_PLT32), 4, none},
		"an address":        {elf.EM_X86_64, uint32(elf.R_X86_64_64), 8, 8},
		"half an address":   {elf.EM_X86_64, uint32(elf.R_X86_64_32S), 4, 4},
		"through the GOT":   {elf.EM_X86_64, uint32(elf.R_X86_64_REX_GOTPCRELX), none, none},
		"nothing":           {elf.EM_X86_64, uint32(elf.R_X86_64_NONE), 0, 0},
		"a call, arm64":     {elf.EM_AARCH64, uint32(elf.R_AARCH64_CALL26), 4, none},
		"an address, arm64": {elf.EM_AARCH64, uint32(elf.R_AARCH64_ABS64), 8, 8},
		"half of it, arm64": {elf.EM_AARCH64, uint32(elf.R_AARCH64_ABS32), 4, 4},
		"a page, arm64":     {elf.EM_AARCH64, uint32(elf.R_AARCH64_ADR_PREL_PG_HI21), 4, none},
		"nothing, arm64":    {elf.EM_AARCH64, uint32(elf.R_AARCH64_NONE), 0, 0},
		"another processor": {elf.EM_RISCV, 1, none, none},
	} {
		for what, f := range map[string]func(elf.Machine, uint32) (uint64, bool){"code": codeWidth, "data": dataWidth} {
			want := tc.code
			if what == "data" {
				want = tc.data
			}
			if got, ok := f(tc.machine, tc.kind); ok != (want != none) || ok && got != want {
				t.Errorf("%s in %s: %d, %v", name, what, got, ok)
			}
		}
	}
}
