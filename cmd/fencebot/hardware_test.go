// SPDX-License-Identifier: MIT

package main

import (
	"io"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/config"
	"github.com/fencebot/fencebot/internal/hardware"
	"github.com/fencebot/fencebot/internal/pipeline"
	"github.com/fencebot/fencebot/patch"
)

// TestGiveDevices: whoever may not have the device gets a check without it, and
// the report says why.
func TestGiveDevices(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for name, tt := range map[string]struct {
		flag  *bool
		from  hardware.Origin
		note  string // part; "" for none
		fault string // part; "" for none
	}{
		"a series":        {nil, hardware.File, "qemu.vfio_allow is empty; say --vfio", ""},
		"a stranger":      {nil, hardware.Stranger, "lists and pull requests", ""},
		"a range":         {nil, hardware.Range, "", "there is no such device"},
		"asked for":       {&yes, hardware.Stranger, "", "there is no such device"},
		"not wanted":      {&no, hardware.Range, "", ""},
		"not even so bad": {&no, hardware.Stranger, "", ""},
	} {
		a := &app{cfg: config.Default(), stderr: io.Discard}
		a.cfg.QEMU.VFIO = []string{"ffff:ff:1f.7"} // no host has it
		req := pipeline.Request{Series: &patch.Series{}}
		err := a.giveDevices(t.Context(), checkFlags{vfio: tt.flag}, tt.from, &req)
		if (err == nil) != (tt.fault == "") || err != nil && !strings.Contains(err.Error(), tt.fault) {
			t.Errorf("%s: %v; want %q", name, err, tt.fault)
		}
		if notes := strings.Join(req.Notes, "\n"); (notes == "") != (tt.note == "") || !strings.Contains(notes, tt.note) {
			t.Errorf("%s: notes %q; want %q", name, notes, tt.note)
		}
		if len(req.Devices) > 0 {
			t.Errorf("%s: the guests get %v", name, req.Devices)
		}
	}
}
