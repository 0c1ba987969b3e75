// SPDX-License-Identifier: MIT

package fencetest

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// The kernel refuses descriptors whose lengths do not add up
// (__ffs_data_got_descs in drivers/usb/gadget/function/f_fs.c).
func TestFFSDescriptors(t *testing.T) {
	t.Parallel()
	text := ffsDescriptors()
	if n := binary.LittleEndian.Uint32(text[4:]); int(n) != len(text) {
		t.Errorf("length %d in the header of %d bytes", n, len(text))
	}
	count := 0
	for rest := text[20:]; len(rest) > 0; rest = rest[rest[0]:] {
		if rest[0] == 0 || int(rest[0]) > len(rest) {
			t.Fatalf("descriptor of %d bytes in the last %d", rest[0], len(rest))
		}
		count++
	}
	if want := binary.LittleEndian.Uint32(text[12:]) + binary.LittleEndian.Uint32(text[16:]); count != int(want) {
		t.Errorf("%d descriptors; the header says %d", count, want)
	}
	if s := ffsStrings(); int(binary.LittleEndian.Uint32(s[4:])) != len(s) {
		t.Errorf("strings of %d bytes say %d", len(s), binary.LittleEndian.Uint32(s[4:]))
	}
}

func TestFindUSB(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ product, configuration, bus, want string }{
		"ready":          {"fe0c", "1", "1", "/dev/bus/usb/001/012"},
		"not configured": {"fe0c", "", "1", ""},
		"another":        {"0002", "1", "1", ""},
		"no number":      {"fe0c", "1", "x", ""},
	} {
		dir := t.TempDir()
		for file, text := range map[string]string{"idProduct": tc.product, "bConfigurationValue": tc.configuration, "busnum": tc.bus, "devnum": "12"} {
			path := filepath.Join(dir, "1-1", file)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := findUSB(dir, "fe0c"); got != tc.want {
			t.Errorf("%s: findUSB = %q; want %q", name, got, tc.want)
		}
	}
}
