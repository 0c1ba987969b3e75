// SPDX-License-Identifier: MIT

package qemu

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Debian's package qemu-system-x86 without what is in packages of their own.
const deviceHelp = `Display devices:
name "bochs-display", bus PCI
name "virtio-gpu-pci", bus PCI, alias "virtio-gpu"
name "vmware-svga", bus PCI
name "broken
desc "qxl", name "qxl"
`

// script makes a program of one shell script.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "qemu")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFindDisplays(t *testing.T) {
	t.Parallel()
	have, missing, err := FindDisplays(t.Context(), script(t, "cat <<'EOF'\n"+deviceHelp+"EOF\n"))
	if err != nil || !slices.Equal(have, []string{Bochs, VMware}) || !slices.Equal(missing, []string{QXL}) {
		t.Errorf("FindDisplays = %q, %q, %v; want bochs and vmware, and qxl missing", have, missing, err)
	}
	for name, binary := range map[string]string{"no answer": script(t, "exit 1\n"), "no program": filepath.Join(t.TempDir(), "none")} {
		if _, _, err := FindDisplays(t.Context(), binary); err == nil || !strings.Contains(err.Error(), binary) {
			t.Errorf("%s: error %v; want one that names %s", name, err, binary)
		}
	}
}

// Only devices of the list go onto the command line.
func TestUnknownDisplay(t *testing.T) {
	t.Parallel()
	o := Options{Kernel: "k", RootImage: "r", ConsolePath: "c", Displays: []string{QXL, "e1000"}}.withDefaults()
	if err := o.validate(); err == nil || !strings.Contains(err.Error(), `"e1000"`) {
		t.Errorf("validate = %v; want a word on e1000", err)
	}
}

// A device's name is one line of the help and never more than it says.
func FuzzDeviceNames(f *testing.F) {
	f.Add(deviceHelp)
	f.Fuzz(func(t *testing.T, help string) {
		for _, name := range deviceNames(help) {
			if !strings.Contains(help, `name "`+name+`"`) || strings.Contains(name, "\n") {
				t.Errorf("name %q is not in the help", name)
			}
		}
	})
}
