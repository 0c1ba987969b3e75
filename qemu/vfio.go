// SPDX-License-Identifier: MIT

package qemu

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// A Device is a PCI device of the host that a guest gets for itself by VFIO.
// FindDevices makes it.
type Device struct {
	Address string // domain:bus:device.function, "0000:03:00.0"
	Vendor  string // four hex digits
	Model   string // four hex digits
	Group   int    // IOMMU group: the smallest unit that the host can give away

	gid uint32 // group that may open the device's file; 0: none is needed, or there is none
}

// String is "0000:03:00.0 (1002:73bf, IOMMU group 12)".
func (d Device) String() string {
	return fmt.Sprintf("%s (%s:%s, IOMMU group %d)", d.Address, d.Vendor, d.Model, d.Group)
}

// ErrDevice reports a device that cannot be given to a guest. The error that
// wraps it says why, and what to do.
var ErrDevice = errors.New("device cannot be passed through")

// MaxDevices bounds how many devices one guest gets.
const MaxDevices = 4

// FindDevices looks at this host's devices for a guest of o, and refuses what
// QEMU or the kernel would: a device that is not there, not behind an IOMMU or
// not bound to vfio-pci, a group in which another driver of the host holds a
// device (vfio_dev_viable in drivers/vfio of Linux before 5.19,
// iommu_group_claim_dma_owner after), a device file that QEMU's user may not
// open, a limit of locked memory below what the guest needs. All faults are
// joined, each wraps ErrDevice. o.VFIO is not read.
func FindDevices(ctx context.Context, o Options, addresses []string) ([]Device, error) {
	o = o.withDefaults()
	devices, err := pciHost{sys: "/sys", dev: "/dev"}.devices(o, addresses)
	if len(addresses) > 0 {
		err = errors.Join(err, checkLockLimit(ctx, o))
	}
	return devices, err
}

// A pciHost is where a host shows its devices; tests have one of their own.
type pciHost struct{ sys, dev string }

func (h pciHost) devices(o Options, addresses []string) ([]Device, error) {
	if len(addresses) > MaxDevices {
		return nil, fmt.Errorf("%w: %d of them, want %d at most", ErrDevice, len(addresses), MaxDevices)
	}
	var devices []Device
	var faults []error
	for _, a := range addresses {
		d, err := h.device(o, a)
		if err != nil {
			faults = append(faults, fmt.Errorf("%w: %s: %w", ErrDevice, a, err))
		}
		devices = append(devices, d)
	}
	return devices, errors.Join(faults...)
}

// device reads one device and says what keeps it from the guest.
func (h pciHost) device(o Options, address string) (Device, error) {
	d := Device{Address: address}
	if !plainAddress(address) {
		return d, errors.New("not an address such as 0000:03:00.0")
	}
	dir := filepath.Join(h.sys, "bus/pci/devices", address)
	if _, err := os.Stat(dir); err != nil {
		return d, errors.New("there is no such device; lspci -D lists them")
	}
	d.Vendor, d.Model = hexWord(dir, "vendor"), hexWord(dir, "device")
	group, err := os.Readlink(filepath.Join(dir, "iommu_group"))
	if err == nil {
		d.Group, err = strconv.Atoi(filepath.Base(group))
	}
	if err != nil {
		return d, errors.New("it is behind no IOMMU; turn on VT-d or AMD-Vi in the firmware's setup, " +
			"and boot Intel hosts with intel_iommu=on")
	}
	if driver := driverOf(dir); driver != vfioDriver {
		return d, fmt.Errorf("%s; bind it to vfio-pci: driverctl set-override %s vfio-pci", boundTo(driver), address)
	}
	if err := h.viable(d); err != nil {
		return d, err
	}
	d.gid, err = h.access(o, d.Group)
	return d, err
}

// plainAddress keeps everything out of paths and of QEMU's option lists that
// no PCI address has.
func plainAddress(s string) bool {
	return s != "" && len(s) <= len("00000000:00:00.0") && strings.Trim(s, "0123456789abcdef:.") == "" && !strings.Contains(s, "..")
}

const vfioDriver = "vfio-pci"

// driverOf is the name of the driver that a device is bound to, or "".
func driverOf(dir string) string {
	link, err := os.Readlink(filepath.Join(dir, "driver"))
	if err != nil {
		return ""
	}
	return filepath.Base(link)
}

func boundTo(driver string) string {
	if driver == "" {
		return "it is bound to no driver"
	}
	return "it is bound to " + driver
}

// hexWord reads a file such as "0x1002\n" as "1002".
func hexWord(dir, name string) string {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return "????"
	}
	return strings.TrimPrefix(strings.TrimSpace(string(text)), "0x")
}

// viable says which devices of d's group the host still uses. Such a device
// could be reached by the guest, since the IOMMU does not stand between them.
func (h pciHost) viable(d Device) error {
	members := filepath.Join(h.sys, "kernel/iommu_groups", strconv.Itoa(d.Group), "devices")
	entries, err := os.ReadDir(members)
	if err != nil {
		return fmt.Errorf("read IOMMU group %d: %w", d.Group, err)
	}
	var used []string
	for _, e := range entries {
		dir := filepath.Join(members, e.Name())
		bridge := strings.HasPrefix(hexWord(dir, "class"), "0604") // PCI to PCI
		if driver := driverOf(dir); driver != "" && driver != vfioDriver && driver != "pci-stub" && !bridge {
			used = append(used, e.Name()+" ("+driver+")")
		}
	}
	if used == nil {
		return nil
	}
	return fmt.Errorf("the host uses other devices of its IOMMU group %d: %s; bind them to vfio-pci, too",
		d.Group, strings.Join(used, ", "))
}

// access says whether QEMU's user may open the files of VFIO, and by which
// group it gets there.
func (h pciHost) access(o Options, group int) (gid uint32, err error) {
	for _, name := range []string{"vfio", strconv.Itoa(group)} {
		path := filepath.Join(h.dev, "vfio", name)
		info, err := os.Stat(path)
		if err != nil {
			return 0, fmt.Errorf("there is no %s; load the module: modprobe vfio-pci", path)
		}
		st := info.Sys().(*syscall.Stat_t) // what os.Stat gives on Linux
		mode := info.Mode().Perm()
		switch {
		case !o.drops():
			if unix.Access(path, unix.R_OK|unix.W_OK) == nil {
				continue
			}
		case st.Uid == o.User.UID && mode&0o600 == 0o600, st.Gid == o.User.GID && mode&0o060 == 0o060, mode&0o006 == 0o006:
			continue
		case st.Gid != 0 && mode&0o060 == 0o060:
			gid = st.Gid
			continue
		}
		return 0, fmt.Errorf("QEMU may not open %s (owner %d:%d, mode %#o); give it to a group of its own by a udev rule (docs/hardware.md)",
			path, st.Uid, st.Gid, mode)
	}
	return gid, nil
}

// deviceArgs returns the arguments that pass the devices through. The sandbox
// of QEMU stays: opening, mapping and asking devices is none of what it denies.
func deviceArgs(devices []Device) []string {
	var args []string
	for _, d := range devices {
		args = append(args, "-device", "vfio-pci,host="+comma(d.Address))
	}
	return args
}

// deviceGroups are the groups that QEMU joins to open the devices' files.
func deviceGroups(devices []Device) []uint32 {
	var gids []uint32
	for _, d := range devices {
		if d.gid != 0 && !slices.Contains(gids, d.gid) {
			gids = append(gids, d.gid)
		}
	}
	return gids
}
