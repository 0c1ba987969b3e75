// SPDX-License-Identifier: MIT

package hardware_test

import (
	"strings"
	"testing"

	"github.com/fencebot/fencebot/internal/hardware"
	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/qemu"
)

// mailed is a series with one patch for each pair of author and sender.
func mailed(cover string, pairs ...[2]string) *patch.Series {
	s := &patch.Series{}
	if cover != "" {
		s.Cover = &mail.Message{From: mail.Address{Addr: cover}}
	}
	for i, p := range pairs {
		one := patch.Patch{Number: i + 1, Author: mail.Address{Name: "Alice", Addr: p[0]}}
		if p[1] != "" {
			one.Mail = &mail.Message{From: mail.Address{Addr: p[1]}}
		}
		s.Patches = append(s.Patches, one)
	}
	return s
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	const alice, bob = "alice@example.org", "bob@example.org"
	both := []string{alice, "BOB@example.org"}
	for name, tt := range map[string]struct {
		from   hardware.Origin
		series *patch.Series
		allow  []string
		want   string // part of the refusal; "" allows
	}{
		"a list":                   {hardware.Stranger, mailed("", [2]string{alice, alice}), both, "lists and pull requests"},
		"a list, nobody asked":     {0, nil, nil, "lists and pull requests"},
		"a range":                  {hardware.Range, nil, nil, ""},
		"asked for":                {hardware.Asked, mailed("", [2]string{"eve@example.org", ""}), nil, ""},
		"a file":                   {hardware.File, mailed("", [2]string{alice, alice}), nil, "qemu.vfio_allow is empty; say --vfio"},
		"author on the list":       {hardware.File, mailed(alice, [2]string{alice, bob}, [2]string{bob, ""}), both, ""},
		"letters of another case":  {hardware.File, mailed("", [2]string{bob, ""}), both, ""},
		"one author is not":        {hardware.File, mailed("", [2]string{alice, ""}, [2]string{"eve@example.org", ""}), both, `"eve@example.org" is not on`},
		"sent by somebody else":    {hardware.File, mailed("", [2]string{alice, "eve@example.org"}), both, `"eve@example.org"`},
		"cover of somebody else":   {hardware.File, mailed("eve@example.org", [2]string{alice, alice}), both, `"eve@example.org"`},
		"no address":               {hardware.File, mailed("", [2]string{"", ""}), both, `"" is not on`},
		"no patch":                 {hardware.File, mailed(alice), both, `"" is not on`},
		"the name is no address":   {hardware.File, mailed("", [2]string{"Alice", ""}), []string{alice}, `"Alice"`},
		"an origin of the future":  {hardware.Asked + 1, nil, both, "lists and pull requests"},
		"nothing to look at":       {hardware.File, nil, both, `""`},
		"an address with a suffix": {hardware.File, mailed("", [2]string{alice + ".evil.example", ""}), both, "evil"},
	} {
		got := hardware.Refusal(tt.from, tt.series, tt.allow)
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: Refusal = %q; want %q", name, got, tt.want)
		}
	}
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	amd, intel := qemu.Device{Address: "0000:03:00.0", Vendor: "1002"}, qemu.Device{Address: "0000:00:02.0", Vendor: "8086"}
	for name, tt := range map[string]struct {
		devices []qemu.Device
		flavour kernelbuild.Flavour
		driver  string // first
		fault   string
	}{
		"AMD, with its sound": {[]qemu.Device{amd, amd}, kernelbuild.AMDGPU, "amdgpu", ""},
		"Intel":               {[]qemu.Device{intel}, kernelbuild.Intel, "i915", ""},
		"both":                {[]qemu.Device{amd, intel}, "", "", "0000:00:02.0"},
		"another":             {[]qemu.Device{{Address: "0000:05:00.0", Vendor: "10de"}}, "", "", "vendor 10de"},
		"unreadable":          {[]qemu.Device{{Address: "0000:05:00.0", Vendor: "????"}}, "", "", "0000:05:00.0"},
	} {
		got, err := hardware.KindOf(tt.devices)
		if tt.fault != "" {
			if err == nil || !strings.Contains(err.Error(), tt.fault) {
				t.Errorf("%s: %v; want %q", name, err, tt.fault)
			}
			continue
		}
		if err != nil || got.Flavour != tt.flavour || got.Drivers[0] != tt.driver {
			t.Errorf("%s: KindOf = %+v, %v", name, got, err)
		}
	}
}
