// SPDX-License-Identifier: MIT

package pipeline

import (
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/qemu"
	"github.com/fencebot/fencebot/report"
)

// Two flavours of one tree share no work tree, no warm build and no result.
func TestFlavoursAreApart(t *testing.T) {
	t.Parallel()
	l := setup(t, "quiet")
	rep, _, err := l.check(t, series(t, "quiet", "quieter"))
	if err != nil || rep.Word != report.Pass || rep.Reproduce.Flavour != "default" {
		t.Fatalf("default: %s %s, flavour %q, %v; want a pass", rep.Word, rep.Reason, rep.Reproduce.Flavour, err)
	}
	rep, told, err := l.checkFlavour(t, series(t, "quiet", "quieter"), kernelbuild.Wide)
	if err != nil || rep.Word != report.Pass || rep.Reproduce.Flavour != "wide" {
		t.Fatalf("wide: %s %s, flavour %q, %v; want a pass", rep.Word, rep.Reason, rep.Reproduce.Flavour, err)
	}
	for _, stage := range []Stage{StageWarm, StageBase, StageBootB} {
		if told[stage].Cached {
			t.Errorf("%s: wide took what the default left", stage)
		}
	}
	if !slices.ContainsFunc(rep.Notes, func(n string) bool { return strings.Contains(n, "no qxl, vmware-svga") }) {
		t.Errorf("notes %q; want one on the devices that are missing", rep.Notes)
	}
	if line := strings.Join(rep.Reproduce.QEMU, " "); !strings.Contains(line, "bochs-display") || strings.Contains(line, "qxl") {
		t.Errorf("guest of %q; want bochs and no qxl", line)
	}
	_, told, err = l.check(t, series(t, "quiet", "quiet again"))
	if err != nil || !told[StageWarm].Cached || !told[StageBootB].Cached {
		t.Errorf("default again: warm %+v, base %+v, %v; want both from the cache", told[StageWarm], told[StageBootB], err)
	}
}

func TestDisplayDrivers(t *testing.T) {
	t.Parallel()
	got := displayDrivers([]string{qemu.VMware, qemu.QXL})
	if want := []string{"drivers/gpu/drm/qxl/", "drivers/gpu/drm/vmwgfx/"}; !slices.Equal(got, want) {
		t.Errorf("displayDrivers = %q; want %q", got, want)
	}
}
