// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/qemu"
)

// displays are the further display devices of the guest: with the flavour wide
// all that this QEMU has, else none. What it lacks is noted once.
func (k *check) displays(ctx context.Context, binary string) ([]string, error) {
	if k.req.Flavour != kernelbuild.Wide {
		return nil, nil
	}
	have, missing, err := qemu.FindDisplays(ctx, binary)
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		k.notes = append(k.notes, "this QEMU has no "+strings.Join(missing, ", ")+": the tests of their drivers skip")
	}
	k.shown = have
	return have, nil
}

// displayDrivers are the directories of the drivers for display devices.
func displayDrivers(devices []string) []string {
	const drm = "drivers/gpu/drm/"
	var dirs []string
	for _, d := range []struct{ device, dir string }{
		{qemu.QXL, drm + "qxl/"}, {qemu.Bochs, drm + "tiny/"}, {qemu.VMware, drm + "vmwgfx/"},
	} {
		if slices.Contains(devices, d.device) {
			dirs = append(dirs, d.dir)
		}
	}
	return dirs
}
