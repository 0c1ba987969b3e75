// SPDX-License-Identifier: MIT

package qemu

import (
	"bytes"
	"context"
	"crypto/rand"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestMakeRootImage(t *testing.T) {
	t.Parallel()
	needTools(t)
	for name, size := range map[string]int{"empty": 0, "one block": 4096, "odd": 123457, "large": 30 << 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			bin, image := filepath.Join(dir, "bin"), filepath.Join(dir, "root.img")
			content := make([]byte, size)
			rand.Read(content)
			if err := os.WriteFile(bin, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := MakeRootImage(t.Context(), image, bin); err != nil {
				t.Fatal(err)
			}
			if got := debugfs(t, image, "cat /init"); got != string(content) {
				t.Errorf("/init has %d bytes; want the %d of the binary", len(got), size)
			}
			for _, d := range append(mountPoints(), "igt") {
				if got := debugfs(t, image, "stat /"+d); !strings.Contains(got, "Type: directory") {
					t.Errorf("stat /%s: %q; want a directory", d, got)
				}
			}
			if got := debugfs(t, image, "stat /init"); !regexp.MustCompile(`Mode:\s+0755`).MatchString(got) {
				t.Errorf("stat /init: %q; want mode 0755", got)
			}
			info, err := os.Stat(image)
			if err != nil {
				t.Fatal(err)
			}
			if most := int64(size + size/100 + 1<<20); info.Size() > most {
				t.Errorf("image has %d bytes; want at most %d", info.Size(), most)
			}
			if left, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func TestMakeRootImageKeepsOld(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	image := filepath.Join(dir, "root.img")
	if err := os.WriteFile(image, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range map[string]error{
		"no binary":   MakeRootImage(t.Context(), image, filepath.Join(dir, "none")),
		"a directory": MakeRootImage(t.Context(), image, dir),
		"cancelled":   MakeRootImage(ctx, image, image),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if b, err := os.ReadFile(image); err != nil || string(b) != "old" {
		t.Errorf("image is %q, %v; want the old one", b, err)
	}
}

func TestMakeIGTImage(t *testing.T) {
	t.Parallel()
	needTools(t)
	prefix, image := igtPrefix(t), filepath.Join(t.TempDir(), "igt.img")
	if err := MakeIGTImage(t.Context(), image, prefix); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"/tests/kms_true", "/lib/libc.so.6", "/lib64/ld-linux-x86-64.so.2", "/data/pic.png"} {
		if got := debugfs(t, image, "stat "+file); !strings.Contains(got, "Type: regular") {
			t.Errorf("stat %s: %q; want a file", file, got)
		}
	}
	for _, file := range []string{"README", "gem_true"} {
		if got := debugfs(t, image, "stat /tests/"+file); strings.Contains(got, "Type: regular") {
			t.Errorf("%s became a test", file)
		}
	}
	// A failing thread of IGT calls pthread_exit, for which glibc loads it.
	if _, err := newLibraries("/usr").find("libgcc_s.so.1", elf.EM_X86_64); err == nil {
		if got := debugfs(t, image, "stat /lib/libgcc_s.so.1"); !strings.Contains(got, "Type: regular") {
			t.Error("libgcc_s is not in the image")
		}
	}
}

// igtPrefix returns a prefix with a dynamic program of this host as the test.
func igtPrefix(t *testing.T) string {
	t.Helper()
	prefix := t.TempDir()
	for _, sub := range []string{"libexec/igt-gpu-tools", "share/igt-gpu-tools"} {
		if err := os.MkdirAll(filepath.Join(prefix, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	test := filepath.Join(prefix, "libexec/igt-gpu-tools/kms_true")
	if err := copyFile(test, "/bin/true", 0o755); err != nil {
		t.Skipf("no program to take: %v", err)
	}
	if err := copyFile(filepath.Join(filepath.Dir(test), "gem_true"), test, 0o755); err != nil {
		t.Fatal(err) // for one vendor's hardware
	}
	if f, err := elf.Open(test); err != nil || f.Machine != elf.EM_X86_64 {
		t.Skipf("/bin/true is no x86-64 program: %v", err)
	}
	for file, mode := range map[string]os.FileMode{
		"libexec/igt-gpu-tools/README": 0o755, "share/igt-gpu-tools/pic.png": 0o644,
	} {
		if err := os.WriteFile(filepath.Join(prefix, file), []byte("text"), mode); err != nil {
			t.Fatal(err)
		}
	}
	return prefix
}

func TestMakeIGTImageErrors(t *testing.T) {
	t.Parallel()
	image := filepath.Join(t.TempDir(), "igt.img")
	if err := MakeIGTImage(t.Context(), image, t.TempDir()); !errors.Is(err, ErrNoTests) {
		t.Errorf("MakeIGTImage of an empty prefix = %v; want %v", err, ErrNoTests)
	}
	prefix := t.TempDir()
	if err := os.Mkdir(filepath.Join(prefix, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(prefix, "bin/kms_x"), needing("libnowhere.so.1"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"MakeIGTImage": MakeIGTImage(t.Context(), image, prefix), "CheckIGT": CheckIGT(prefix),
	} {
		if err == nil || !strings.Contains(err.Error(), "kms_x: libnowhere.so.1 is in none of") {
			t.Errorf("%s = %v; want the library that is missing", name, err)
		}
	}
}

// /usr has programs in bin, and none of them is a test.
func TestFindTestsInBin(t *testing.T) {
	t.Parallel()
	prefix := t.TempDir()
	if err := os.Mkdir(filepath.Join(prefix, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ls", "kms_vblank", "igt_runner"} {
		if err := os.WriteFile(filepath.Join(prefix, "bin", name), needing("libc.so.6"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	got, err := findTests(prefix, nil)
	if err != nil || len(got) != 1 || filepath.Base(got[0]) != "kms_vblank" {
		t.Errorf("findTests = %v, %v; want kms_vblank only", got, err)
	}
}

func TestLibraryNames(t *testing.T) {
	t.Parallel()
	l := newLibraries("/usr")
	for _, bad := range []string{"../../etc/passwd", "/etc/passwd", ".", ""} {
		if got, err := l.find(bad, elf.EM_X86_64); err == nil {
			t.Errorf("find(%q) = %q; want an error", bad, got)
		}
	}
}

// needing returns the smallest ELF file that needs one library.
func needing(lib string) []byte {
	const strOff, dynOff, shOff = 0x100, 0x200, 0x300
	strtab := "\x00" + lib + "\x00"
	var b bytes.Buffer
	b.Write(make([]byte, shOff))
	binary.Write(&b, binary.LittleEndian, []elf.Section64{
		{},
		{Type: uint32(elf.SHT_STRTAB), Off: strOff, Size: uint64(len(strtab))},
		{Type: uint32(elf.SHT_DYNAMIC), Off: dynOff, Size: 32, Link: 1, Entsize: 16},
	})
	file := b.Bytes()
	copy(file[strOff:], strtab)
	binary.LittleEndian.PutUint64(file[dynOff:], uint64(elf.DT_NEEDED))
	binary.LittleEndian.PutUint64(file[dynOff+8:], 1)
	var h bytes.Buffer
	binary.Write(&h, binary.LittleEndian, elf.Header64{
		Ident:   [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:    uint16(elf.ET_DYN),
		Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
		Shoff: shOff, Ehsize: 64, Shentsize: 64, Shnum: 3, Shstrndx: 1,
	})
	copy(file, h.Bytes())
	return file
}

func needTools(t *testing.T) {
	t.Helper()
	for _, name := range []string{"mke2fs", "debugfs"} {
		if _, err := lookTool(name); err != nil {
			t.Skip(err)
		}
	}
}

// debugfs returns what the command of debugfs(8) prints about an image.
func debugfs(t *testing.T, image, command string) string {
	t.Helper()
	program, err := lookTool("debugfs")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), program, "-R", command, image).Output()
	if err != nil {
		t.Fatalf("debugfs %s: %v", command, err)
	}
	return string(out)
}

func ExampleCheckIGT() {
	fmt.Println(CheckIGT("/nonexistent"))
	// Output: find IGT in /nonexistent: no IGT test binaries in libexec/igt-gpu-tools or bin
}

func ExampleMakeIGTImage() {
	err := MakeIGTImage(context.Background(), "igt.img", "/nonexistent")
	fmt.Println(errors.Is(err, ErrNoTests))
	// Output: true
}
