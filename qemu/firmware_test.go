// SPDX-License-Identifier: MIT

package qemu

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// firmwareTree is a directory as linux-firmware has it.
func firmwareTree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"amdgpu/navi21_ce.bin": "ce", "amdgpu/navi21_me.bin.xz": "packed", "amdgpu/dcn/dmub.bin": "dmub!",
		"i915/skl_guc.bin": "guc", "iwlwifi/other.bin": "other", "secret": "x",
	} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{"amdgpu/link.bin": "navi21_ce.bin", "amdgpu/out.bin": "/etc/hostname", "amdgpu/up.bin": "../../x"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "xe"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestMakeFirmware(t *testing.T) {
	t.Parallel()
	dir, dst := firmwareTree(t), filepath.Join(t.TempDir(), "firmware.cpio")
	if err := MakeFirmware(t.Context(), dst, dir, []string{"amdgpu", "i915", "xe", "none"}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(dst)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"lib 40755 ", "lib/firmware 40755 ", "lib/firmware/amdgpu 40755 ",
		"lib/firmware/amdgpu/dcn 40755 ", "lib/firmware/amdgpu/dcn/dmub.bin 100644 dmub!",
		"lib/firmware/amdgpu/link.bin 100644 ce", "lib/firmware/amdgpu/navi21_ce.bin 100644 ce",
		"lib/firmware/amdgpu/navi21_me.bin.xz 100644 packed",
		"lib/firmware/i915 40755 ", "lib/firmware/i915/skl_guc.bin 100644 guc", "TRAILER!!! 0 ",
	}
	if got := unpack(t, data); !slices.Equal(got, want) {
		t.Errorf("archive holds %q; want %q", got, want)
	}
	if info, err := os.Stat(dst); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("archive: %v, %v; want it readable for QEMU's user", info.Mode(), err)
	}
	again := filepath.Join(t.TempDir(), "again.cpio")
	if err := MakeFirmware(t.Context(), again, dir, []string{"amdgpu", "i915"}); err != nil {
		t.Fatal(err)
	}
	if other, _ := os.ReadFile(again); !bytes.Equal(other, data) {
		t.Error("the same files give another archive: base results would not be found again")
	}
}

func TestMakeFirmwareRefuses(t *testing.T) {
	t.Parallel()
	dir := firmwareTree(t)
	for name, names := range map[string][]string{
		"missing": {"radeon"}, "empty": {"xe"}, "both": {"radeon", "xe"}, "outside": {"../"}, "absolute": {"/etc"},
	} {
		dst := filepath.Join(t.TempDir(), "firmware.cpio")
		if err := MakeFirmware(t.Context(), dst, dir, names); err == nil || filepath.IsLocal(names[0]) && !errors.Is(err, ErrNoFirmware) {
			t.Errorf("%s: %v; want a refusal", name, err)
		}
		if _, err := os.Stat(dst); err == nil {
			t.Errorf("%s: an archive was made", name)
		}
	}
	if err := MakeFirmware(t.Context(), filepath.Join(t.TempDir(), "f"), filepath.Join(dir, "none"), nil); !errors.Is(err, ErrNoFirmware) {
		t.Errorf("no directory at all: %v", err)
	}
	big := filepath.Join(t.TempDir(), "amdgpu")
	if err := errors.Join(os.Mkdir(big, 0o755), os.WriteFile(filepath.Join(big, "big.bin"), nil, 0o644),
		os.Truncate(filepath.Join(big, "big.bin"), maxFirmware+1)); err != nil {
		t.Fatal(err)
	}
	if err := MakeFirmware(t.Context(), filepath.Join(t.TempDir(), "f"), filepath.Dir(big), []string{"amdgpu"}); err == nil || !strings.Contains(err.Error(), "256 MiB") {
		t.Errorf("too large: %v", err)
	}
}

// unpack reads an archive in the form newc: "name mode content".
func unpack(t *testing.T, data []byte) []string {
	t.Helper()
	var entries []string
	field := func(n int) int {
		v, err := strconv.ParseUint(string(data[6+8*n:14+8*n]), 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		return int(v)
	}
	align := func(n int) int { return (n + 3) &^ 3 }
	for len(data) >= 110 && string(data[:6]) == "070701" {
		size, nameSize := field(6), field(11)
		start := align(110 + nameSize)
		entries = append(entries, fmt.Sprintf("%s %o %s", data[110:110+nameSize-1], field(1), data[start:start+size]))
		data = data[start+align(size):]
	}
	if len(data) > 0 {
		t.Errorf("%d bytes are left", len(data))
	}
	return entries
}

// The real thing: the kernel FENCEBOT_KERNEL_IMAGE unpacks the archive, and
// boots from the root image all the same.
func TestRealFirmware(t *testing.T) {
	o := realOptions(t)
	o.Firmware = filepath.Join(t.TempDir(), "firmware.cpio")
	if err := MakeFirmware(t.Context(), o.Firmware, firmwareTree(t), []string{"amdgpu"}); err != nil {
		t.Fatal(err)
	}
	boots, err := RunAll(t.Context(), o, nil, Limits{})
	if err != nil || boots[0].Exit != Clean || boots[0].Ready == 0 {
		t.Fatalf("RunAll = %+v, %v; want a clean boot", boots, err)
	}
	console := readConsole(t, boots[0].Outcome)
	if !strings.Contains(console, "Unpacking initramfs") || strings.Contains(console, "unpacking failed") || !strings.Contains(console, "Freeing initrd memory") {
		t.Errorf("console has not a word of an archive that was unpacked:\n%s", console)
	}
}
