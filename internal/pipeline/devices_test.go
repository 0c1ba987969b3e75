// SPDX-License-Identifier: MIT

package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/qemu"
)

// card is what a request gives to its guests here; nothing boots.
func card() qemu.Device {
	return qemu.Device{Address: "0000:03:00.0", Vendor: "1002", Model: "73bf", Group: 12}
}

func TestDevicesOfGuests(t *testing.T) {
	t.Parallel()
	firmware, dir := t.TempDir(), t.TempDir()
	if err := os.MkdirAll(filepath.Join(firmware, "amdgpu"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(firmware, "amdgpu/me.bin"), []byte("me"), 0o644); err != nil {
		t.Fatal(err)
	}
	k := &check{Checker: New(Options{}), dir: dir, req: Request{
		Devices: []qemu.Device{card()}, Drivers: []string{"amdgpu"}, Firmware: firmware, Flavour: kernelbuild.AMDGPU,
	}}
	o := qemu.Options{Accel: qemu.AccelTCG}
	if err := k.devices(t.Context(), &o); err != nil {
		t.Fatal(err)
	}
	if len(o.VFIO) != 1 || !exists(o.Firmware) {
		t.Errorf("guest = %+v; want the device and its firmware", o)
	}
	notes := strings.Join(k.notes, "\n")
	for _, want := range []string{"had a device of this host: 0000:03:00.0 (1002:73bf, IOMMU group 12)", "emulated"} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes = %q; want %q", notes, want)
		}
	}
	if got := withDevices(o.VFIO); got != ", with 0000:03:00.0 (1002:73bf, IOMMU group 12)" {
		t.Errorf("progress says %q", got)
	}
	k.noteMachine(o)
	if line := strings.Join(k.repro.QEMU, " "); !strings.Contains(line, "vfio-pci,host=0000:03:00.0") || strings.Contains(line, dir) {
		t.Errorf("command line in the report: %s", line)
	}
	if err := k.dropFirmware(); err != nil || exists(o.Firmware) {
		t.Errorf("the archive is still there: %v", err)
	}
	if err := k.dropFirmware(); err != nil {
		t.Errorf("nothing to drop: %v", err)
	}
}

// Without a device nothing changes, and what one was asked for without
// firmware is said.
func TestNoDevices(t *testing.T) {
	t.Parallel()
	k := &check{Checker: New(Options{}), dir: t.TempDir()}
	var o qemu.Options
	if err := k.devices(t.Context(), &o); err != nil || len(o.VFIO) > 0 || o.Firmware != "" || len(k.notes) > 0 || withDevices(nil) != "" {
		t.Errorf("guest = %+v, notes %q, %v; want nothing", o, k.notes, err)
	}
	k.req.Devices = []qemu.Device{card()}
	o.Accel = qemu.AccelKVM
	if err := k.devices(t.Context(), &o); err != nil || !strings.Contains(strings.Join(k.notes, "\n"), "qemu.firmware") {
		t.Errorf("notes %q, %v; want a word about firmware", k.notes, err)
	}
}

// A result of the base with a device is none for a check without, nor for one
// with another device or other firmware.
func TestBaseKeyHasDevices(t *testing.T) {
	t.Parallel()
	other := card()
	other.Model = "744c"
	file := filepath.Join(t.TempDir(), "firmware.cpio")
	if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	k := &check{Checker: New(Options{})}
	seen := map[string]int{}
	for i, o := range []qemu.Options{
		{}, {VFIO: []qemu.Device{card()}}, {VFIO: []qemu.Device{other}}, {VFIO: []qemu.Device{card(), other}},
		{VFIO: []qemu.Device{card()}, Firmware: file},
	} {
		o.Binary = "true" // says nothing of its version
		key, err := k.baseKey(t.Context(), o, kernels{})
		if err != nil {
			t.Fatal(err)
		}
		if first, twice := seen[key]; twice {
			t.Errorf("guests %d and %d share a result", first, i)
		}
		seen[key] = i
	}
}
