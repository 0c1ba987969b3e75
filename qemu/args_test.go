// SPDX-License-Identifier: MIT

package qemu

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

func TestCommandLineGolden(t *testing.T) {
	t.Parallel()
	base := Options{Kernel: "vmlinux", RootImage: "root.img"}
	for name, change := range map[string]func(*Options){
		"defaults": func(*Options) {},
		"kvm":      func(o *Options) { o.Accel = AccelKVM },
		"vfio": func(o *Options) {
			o.Accel, o.Firmware = AccelKVM, "firmware.cpio"
			o.VFIO = []Device{{Address: "0000:03:00.0", Group: 12}, {Address: "0000:03:00.1", Group: 12}}
		},
		"all": func(o *Options) {
			o.Binary, o.CPUs, o.MemMiB, o.Accel = "/opt/qemu", 4, 2048, AccelTCG
			o.ExtraImage, o.Cmdline = "a,b/igt.img", "drm.debug=0x1e"
			o.Displays = []string{QXL, Bochs, VMware}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := base
			change(&o)
			golden(t, filepath.Join("testdata/args", name+".golden"), perLine(CommandLine(o)))
		})
	}
}

func TestDescriptorsGolden(t *testing.T) {
	t.Parallel()
	in := &inputs{files: make([]*os.File, rootFile+3), extra: rootFile + 1, firmware: rootFile + 2}
	o := Options{Accel: AccelTCG}.withDefaults()
	golden(t, "testdata/args/descriptors.golden", perLine(arguments(o, in.wiring())))
}

// Nothing of a guest's QEMU may reach the network or a directory of the host.
func TestArgumentsAreClosed(t *testing.T) {
	t.Parallel()
	line := strings.Join(CommandLine(Options{Kernel: "k", RootImage: "r", ExtraImage: "e"}), " ")
	for _, bad := range []string{"net", "virtfs", "fsdev", "smb", "monitor", "qmp", "vnc", "spice", "usb"} {
		if strings.Contains(line, bad) {
			t.Errorf("command line %q has %q", line, bad)
		}
	}
	for _, want := range []string{"-nodefaults", "-no-user-config", "-no-reboot", "-sandbox on,"} {
		if !strings.Contains(line, want) {
			t.Errorf("command line %q lacks %q", line, want)
		}
	}
	if n := strings.Count(line, "-blockdev"); n != strings.Count(line, "read-only=on") || n != 2 {
		t.Errorf("command line %q has %d disks; want 2, all read-only", line, n)
	}
}

// perLine puts each option with its value on a line of its own.
func perLine(args []string) string {
	return strings.ReplaceAll(strings.Join(args, " "), " -", "\n-") + "\n"
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant %s\n%s", got, path, want)
	}
}

func ExampleCommandLine() {
	line := CommandLine(Options{Kernel: "vmlinux", RootImage: "root.img", Accel: AccelKVM})
	fmt.Println(strings.Join(line[:8], " "))
	// Output: qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -display none -machine pc
}
