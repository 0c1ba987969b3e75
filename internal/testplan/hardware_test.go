// SPDX-License-Identifier: MIT

package testplan

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
)

func TestHardware(t *testing.T) {
	t.Parallel()
	igt := t.TempDir()
	for _, name := range []string{"amdgpu/amd_bo", "kms_atomic", "gem_sync", "xe_vm"} {
		path := filepath.Join(igt, "libexec/igt-gpu-tools", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("\x7fELF"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	job := func(driver, binary, subtest string) wire.Job {
		return wire.Job{Binary: binary, Subtest: subtest, Driver: driver, IGT: true}
	}
	for name, tt := range map[string]struct {
		drivers []string
		want    []wire.Job
	}{
		"AMD": {[]string{"amdgpu"}, []wire.Job{
			job("amdgpu", "amd_bo", "amdgpu_bo_export_import"), job("amdgpu", "amd_bo", "amdgpu_bo_map_unmap"),
			job("amdgpu", "kms_atomic", "plane-primary-legacy"),
		}},
		"Intel": {[]string{"i915", "xe"}, []wire.Job{
			job("i915", "gem_sync", "basic-all"), job("i915", "kms_atomic", "plane-primary-legacy"),
			job("xe", "xe_vm", "bind-once"), job("xe", "xe_vm", "partial-unbinds"),
		}},
		"none": {nil, nil},
	} {
		if got := Hardware(igt, tt.drivers); !slices.Equal(got, tt.want) {
			t.Errorf("%s: Hardware = %v; want %v", name, got, tt.want)
		}
	}
	if got := Hardware("", []string{"amdgpu"}); got != nil {
		t.Errorf("without an IGT: %v", got)
	}
}

// What makes a card hang or go away is not for somebody's machine.
func TestHardwareIsGentle(t *testing.T) {
	t.Parallel()
	rough, err := parseSkips(skipList + "any reset|unplug|reload|deadlock|illegal|ras|wedge\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range parseList(hardwareList) {
		if j.Driver == "" || j.Subtest == "" || rough.match(j) {
			t.Errorf("%s on %q is on the list", j.Name(), j.Driver)
		}
	}
}
