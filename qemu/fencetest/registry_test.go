// SPDX-License-Identifier: MIT

package fencetest

import (
	"slices"
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
)

// What needs more than every guest has is in the plan of such guests only.
func TestWideAddsOnly(t *testing.T) {
	t.Parallel()
	usual := List()
	for _, j := range usual {
		if !slices.Contains([]string{"", vgem, vkms, virtio}, j.Driver) {
			t.Errorf("default plan has %+v", j)
		}
	}
	seen := map[wire.Job]bool{}
	for _, j := range Wide() {
		if slices.Contains(usual, j) || seen[j] {
			t.Errorf("%+v is in the plan twice", j)
		}
		seen[j] = true
	}
	if last := Wide()[len(seen)-1]; last.Driver != qxl {
		t.Errorf("%+v is last; want qxl, which ends a boot", last)
	}
	for _, driver := range []string{qxl, bochs, vmwgfx} {
		if !slices.ContainsFunc(Wide(), func(j wire.Job) bool { return j.Driver == driver }) {
			t.Errorf("no test on %s", driver)
		}
	}
}
