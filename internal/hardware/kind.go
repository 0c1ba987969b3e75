// SPDX-License-Identifier: MIT

package hardware

import (
	"fmt"

	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/qemu"
)

// A Kind is what a guest needs for the devices of one maker.
type Kind struct {
	Flavour kernelbuild.Flavour
	Drivers []string // as IGT_FORCE_DRIVER and the directories of linux-firmware have them
}

// KindOf returns what a guest with these devices needs. The error names the
// device whose maker is not known here, or is another one than that of the rest:
// there is no configuration with both.
func KindOf(devices []qemu.Device) (Kind, error) {
	var kind Kind
	for _, d := range devices {
		k, ok := byVendor(d.Vendor)
		switch {
		case !ok:
			return Kind{}, fmt.Errorf("%v: no kernel configuration for vendor %s; there are ones for 1002 (AMD) and 8086 (Intel)", d, d.Vendor)
		case kind.Flavour != "" && kind.Flavour != k.Flavour:
			return Kind{}, fmt.Errorf("%v: it needs the configuration %s, the device before it %s", d, k.Flavour, kind.Flavour)
		}
		kind = k
	}
	return kind, nil
}

// byVendor knows the numbers of include/linux/pci_ids.h.
func byVendor(vendor string) (Kind, bool) {
	switch vendor {
	case "1002":
		return Kind{kernelbuild.AMDGPU, []string{"amdgpu"}}, true
	case "8086":
		return Kind{kernelbuild.Intel, []string{"i915", "xe"}}, true
	}
	return Kind{}, false
}
