// SPDX-License-Identifier: MIT

package coverage

import (
	"path"
	"slices"
	"strings"
)

// drm is the directory of the graphics subsystem.
const drm = "drivers/gpu/drm/"

// guestDevices are the drivers of what every guest of package qemu has.
func guestDevices() []string { return []string{drm + "vgem/", drm + "virtio/", drm + "vkms/"} }

// shared are the directories of drm that are no driver of a device.
func shared() []string {
	return []string{drm + "bridge/", drm + "clients/", drm + "display/", drm + "lib/", drm + "scheduler/", drm + "tests/", drm + "ttm/"}
}

// reason says why no test reached a site of which nothing was counted.
func reason(s Site, built func(string) bool, e Evidence) string {
	switch {
	case path.Ext(s.File) == ".h":
		return "cannot be told: an inline function of a header counts for its callers"
	case !built(s.File) && s.Config != "":
		return "not compiled in the kernel of the tests: it takes " + s.Config
	case !built(s.File):
		return "not compiled in the kernel of the tests"
	case driver(s.File) != "" && !slices.Contains(slices.Concat(guestDevices(), e.Devices, shared()), driver(s.File)):
		return "compiled, but the guest has no such hardware"
	case e.NotCounted != "":
		return "not counted: " + e.NotCounted
	}
	return "compiled, but no test got there"
}

// driver returns the directory below drm that a file is in, or "".
func driver(file string) string {
	rest, ok := strings.CutPrefix(file, drm)
	name, _, below := strings.Cut(rest, "/")
	if !ok || !below {
		return ""
	}
	return drm + name + "/"
}
