// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/fencebot/fencebot/internal/hardware"
	"github.com/fencebot/fencebot/internal/pipeline"
	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/qemu"
)

// origin says how what is checked came here.
func origin(f checkFlags) hardware.Origin {
	if f.rng != "" {
		return hardware.Range
	}
	return hardware.File
}

// giveDevices puts the devices of qemu.vfio into a request that may have them,
// with all that a guest needs for them, or notes why it gets none.
func (a *app) giveDevices(ctx context.Context, f checkFlags, from hardware.Origin, req *pipeline.Request) error {
	addresses := a.cfg.QEMU.VFIO
	if f.vfio != nil && *f.vfio {
		from = hardware.Asked
		if len(addresses) == 0 {
			return usagef("--vfio: qemu.vfio in the configuration names no device (docs/hardware.md)")
		}
	}
	if len(addresses) == 0 || f.vfio != nil && !*f.vfio {
		return nil
	}
	if why := hardware.Refusal(from, req.Series, a.cfg.QEMU.VFIOAllow); why != "" {
		req.Notes = append(req.Notes, "no device of this host was passed through: "+why)
		return nil
	}
	devices, err := qemu.FindDevices(ctx, qemu.Options{MemMiB: a.cfg.QEMU.MemMiB}, addresses)
	if err != nil {
		return err
	}
	kind, err := hardware.KindOf(devices)
	if err != nil {
		return err
	}
	if req.Flavour != kernelbuild.Default && req.Flavour != kind.Flavour {
		return usagef("the devices of qemu.vfio need the kernel configuration %s, not %s; say --vfio=false to check without them", kind.Flavour, req.Flavour)
	}
	req.Devices, req.Flavour, req.Drivers, req.Firmware = devices, kind.Flavour, kind.Drivers, a.cfg.QEMU.Firmware
	fmt.Fprintf(a.stderr, "fencebot: the guests get %s; a hostile or broken series can ruin it for good\n", deviceList(devices))
	return nil
}

func deviceList(devices []qemu.Device) string {
	var names []string
	for _, d := range devices {
		names = append(names, d.String())
	}
	return strings.Join(names, " and ")
}
