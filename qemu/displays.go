// SPDX-License-Identifier: MIT

package qemu

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// Display devices that Options.Displays may name, as QEMU calls them.
const (
	QXL    = "qxl"           // Linux: drivers/gpu/drm/qxl
	Bochs  = "bochs-display" // Linux: drivers/gpu/drm/tiny/bochs.c
	VMware = "vmware-svga"   // Linux: drivers/gpu/drm/vmwgfx
)

// displayOptions are the properties of a display device, and false for what is
// none. Video memory comes on top of the guest's own, so there is little of it:
// the tests show pictures of 800x600 at most. Without its option ROM a device is
// no console to the firmware, which would paint on it.
func displayOptions(device string) (string, bool) {
	switch device {
	case QXL:
		return "ram_size_mb=16,vram_size_mb=16,vgamem_mb=8,romfile=", true
	case Bochs:
		return "vgamem=16M", true
	case VMware:
		return "vgamem_mb=16,romfile=", true
	}
	return "", false
}

// displayArgs returns the arguments for the display devices.
func displayArgs(devices []string) []string {
	var args []string
	for _, d := range devices {
		props, _ := displayOptions(d)
		args = append(args, "-device", d+","+props)
	}
	return args
}

// FindDisplays asks a QEMU which display devices it has: distributions put some
// into packages of their own. An error means that QEMU did not answer.
func FindDisplays(ctx context.Context, binary string) (have, missing []string, err error) {
	const limit = 20 * time.Second // a second on an idle host
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	// -machine none: QEMU answers before it would make a machine.
	out, err := exec.CommandContext(ctx, binary, "-machine", "none", "-device", "help").Output()
	if err != nil {
		return nil, nil, fmt.Errorf("ask %s for its devices: %w", binary, err)
	}
	known := deviceNames(string(out))
	for _, d := range []string{QXL, Bochs, VMware} {
		if slices.Contains(known, d) {
			have = append(have, d)
		} else {
			missing = append(missing, d)
		}
	}
	return have, missing, nil
}

// deviceNames reads the answer to -device help: lines such as
//
//	name "qxl", bus PCI, desc "Spice QXL GPU (secondary)"
func deviceNames(help string) []string {
	var names []string
	for line := range strings.Lines(help) {
		rest, ok := strings.CutPrefix(line, `name "`)
		if !ok {
			continue
		}
		if name, _, ok := strings.Cut(rest, `"`); ok {
			names = append(names, name)
		}
	}
	return names
}
