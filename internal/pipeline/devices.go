// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/fencebot/fencebot/qemu"
)

// devices gives the guests what the request has of the host, and says so in
// the report.
func (k *check) devices(ctx context.Context, o *qemu.Options) error {
	if len(k.req.Devices) == 0 {
		return nil
	}
	o.VFIO = k.req.Devices
	k.notes = append(k.notes, "the guests had a device of this host: "+deviceNames(o.VFIO))
	if o.Accel != qemu.AccelKVM {
		k.notes = append(k.notes, "the guests were emulated: a card waits long for its driver, and time-outs of the driver prove little")
	}
	if k.req.Firmware == "" {
		k.notes = append(k.notes, "no firmware was given to the guests (qemu.firmware)")
		return nil
	}
	o.Firmware = k.log("firmware.cpio")
	return qemu.MakeFirmware(ctx, o.Firmware, k.req.Firmware, k.req.Drivers)
}

// dropFirmware deletes the archive, which is large and made for every run.
func (k *check) dropFirmware() error {
	if err := os.Remove(k.log("firmware.cpio")); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// withDevices is what progress says of the devices.
func withDevices(devices []qemu.Device) string {
	if len(devices) == 0 {
		return ""
	}
	return ", with " + deviceNames(devices)
}

func deviceNames(devices []qemu.Device) string {
	var names []string
	for _, d := range devices {
		names = append(names, d.String())
	}
	return strings.Join(names, ", ")
}
