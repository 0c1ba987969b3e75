// SPDX-License-Identifier: MIT

package qemu

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A card is a PCI device of a host that is made of files.
type card struct {
	vendor, model, class string
	driver               string // "": bound to none
	group                int    // 0: behind no IOMMU
}

const (
	gpu   = "0000:03:00.0"
	audio = "0000:03:00.1"
	port  = "0000:00:01.0"
)

// goodCards is a graphics card with its sound function below a bridge, all in one group.
func goodCards() map[string]card {
	return map[string]card{
		gpu:   {"1002", "73bf", "030000", "vfio-pci", 12},
		audio: {"1002", "ab28", "040300", "vfio-pci", 12},
		port:  {"8086", "a703", "060400", "pcieport", 12},
	}
}

// makeHost lays the cards out as sysfs does, and the files of VFIO.
func makeHost(t *testing.T, cards map[string]card, mode os.FileMode) pciHost {
	t.Helper()
	dir := t.TempDir()
	h := pciHost{sys: filepath.Join(dir, "sys"), dev: filepath.Join(dir, "dev")}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	write := func(path, text string, mode os.FileMode) {
		must(os.MkdirAll(filepath.Dir(path), 0o755))
		must(os.WriteFile(path, []byte(text), 0o600))
		must(os.Chmod(path, mode))
	}
	link := func(to, path string) {
		must(os.MkdirAll(filepath.Dir(path), 0o755))
		must(os.Symlink(to, path))
	}
	write(filepath.Join(h.dev, "vfio/vfio"), "", 0o666)
	for address, c := range cards {
		real := filepath.Join(h.sys, "devices/pci0000:00", address)
		for name, text := range map[string]string{"vendor": c.vendor, "device": c.model, "class": c.class} {
			write(filepath.Join(real, name), "0x"+text+"\n", 0o644)
		}
		link(real, filepath.Join(h.sys, "bus/pci/devices", address))
		if c.driver != "" {
			link("../../../bus/pci/drivers/"+c.driver, filepath.Join(real, "driver"))
		}
		if c.group > 0 {
			group := filepath.Join("kernel/iommu_groups", strconv.Itoa(c.group))
			link(filepath.Join(h.sys, group), filepath.Join(real, "iommu_group"))
			link(real, filepath.Join(h.sys, group, "devices", address))
			write(filepath.Join(h.dev, "vfio", strconv.Itoa(c.group)), "", mode)
		}
	}
	return h
}

// TestFindDevices: every reason to refuse a device names the device, what is
// wrong and what to do.
func TestFindDevices(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(map[string]card)
		mode   os.FileMode // of the group's file; default 0666
		ask    []string    // default: the graphics card
		want   []string    // parts of the message; none: it is fine
	}{
		"fine":                {},
		"both functions":      {ask: []string{gpu, audio}},
		"sound is unbound":    {change: func(c map[string]card) { c[audio] = card{"1002", "ab28", "040300", "", 12} }},
		"sound has a stub":    {change: func(c map[string]card) { c[audio] = card{"1002", "ab28", "040300", "pci-stub", 12} }},
		"no such device":      {ask: []string{"0000:09:00.0"}, want: []string{"0000:09:00.0", "no such device", "lspci"}},
		"a path":              {ask: []string{"../../../etc"}, want: []string{"not an address"}},
		"another option":      {ask: []string{gpu + ",rombar=0"}, want: []string{"not an address"}},
		"nothing":             {ask: []string{""}, want: []string{"not an address"}},
		"too many":            {ask: slices.Repeat([]string{gpu}, MaxDevices+1), want: []string{"5 of them, want 4"}},
		"host uses it":        {change: func(c map[string]card) { c[gpu] = card{"1002", "73bf", "030000", "amdgpu", 12} }, want: []string{gpu, "bound to amdgpu", "driverctl set-override " + gpu}},
		"bound to nothing":    {change: func(c map[string]card) { c[gpu] = card{"1002", "73bf", "030000", "", 12} }, want: []string{"bound to no driver", "driverctl"}},
		"no IOMMU":            {change: func(c map[string]card) { c[gpu] = card{"1002", "73bf", "030000", "vfio-pci", 0} }, want: []string{"no IOMMU", "intel_iommu=on"}},
		"group is not viable": {change: func(c map[string]card) { c[audio] = card{"1002", "ab28", "040300", "snd_hda_intel", 12} }, want: []string{"group 12", audio + " (snd_hda_intel)", "vfio-pci, too"}},
		"host bridge in use":  {change: func(c map[string]card) { c[port] = card{"8086", "a703", "060000", "skl_uncore", 12} }, want: []string{port + " (skl_uncore)"}},
		"file is root's":      {mode: 0o600, want: []string{"may not open", "vfio/12", "0600", "docs/hardware.md"}},
		"file is read-only":   {mode: 0o444, want: []string{"may not open"}},
		"two faults":          {ask: []string{"0000:08:00.0", "0000:09:00.0"}, want: []string{"0000:08:00.0", "0000:09:00.0"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cards := goodCards()
			if tt.change != nil {
				tt.change(cards)
			}
			if tt.mode == 0 {
				tt.mode = 0o666
			}
			if tt.ask == nil {
				tt.ask = []string{gpu}
			}
			if os.Geteuid() != 0 && tt.mode == 0o600 {
				t.Skip("such a file is ours here, and we may open it")
			}
			got, err := makeHost(t, cards, tt.mode).devices(Options{}.withDefaults(), tt.ask)
			if len(tt.want) == 0 {
				if err != nil || len(got) != len(tt.ask) || got[0].String() != "0000:03:00.0 (1002:73bf, IOMMU group 12)" {
					t.Errorf("devices = %v, %v", got, err)
				}
				return
			}
			if !errors.Is(err, ErrDevice) {
				t.Fatalf("devices = %v, %v; want ErrDevice", got, err)
			}
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not say %q", err, w)
				}
			}
		})
	}
}

// A group that may open the file is one that QEMU joins; root's is not.
func TestDeviceGroup(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root may give files away")
	}
	h := makeHost(t, goodCards(), 0o660)
	file := filepath.Join(h.dev, "vfio/12")
	o := Options{}.withDefaults()
	for gid, want := range map[int]bool{0: false, 777: true} {
		if err := os.Chown(file, 0, gid); err != nil {
			t.Fatal(err)
		}
		got, err := h.devices(o, []string{gpu})
		if (err == nil) != want {
			t.Errorf("group %d: %v; want %v", gid, err, want)
		}
		if gids := deviceGroups(append(got, got...)); want && !slices.Equal(gids, []uint32{777}) {
			t.Errorf("QEMU joins %v; want 777 once", gids)
		}
	}
}

// On a real host: no address of a device that is not there is ever fine.
func TestFindDevicesHere(t *testing.T) {
	t.Parallel()
	_, err := FindDevices(t.Context(), Options{}, []string{"ffff:ff:1f.7"})
	if !errors.Is(err, ErrDevice) {
		t.Errorf("FindDevices = %v; want ErrDevice", err)
	}
	if got, err := FindDevices(t.Context(), Options{}, nil); len(got) > 0 || err != nil {
		t.Errorf("FindDevices(nothing) = %v, %v", got, err)
	}
}
