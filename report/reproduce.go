// SPDX-License-Identifier: MIT

package report

import "strconv"

// MaxMbox is how many bytes of mailed patches a report carries with it. A cut
// mbox would reproduce something else, so a longer one is left out.
const MaxMbox = 16 << 20

// Reproduce is all that running the check again takes.
type Reproduce struct {
	Tree        string   `json:"tree"`
	Base        string   `json:"base"` // full commit ids
	Tip         string   `json:"tip"`
	Overlays    []string `json:"overlays"`          // names of the overlays on top of both kernels
	Harness     []string `json:"harness,omitempty"` // names of the test drivers in both kernels
	SeriesMbox  string   `json:"series_mbox"`       // the patches as mailed
	OverlayMbox string   `json:"overlay_mbox"`      // and the overlays
	HarnessMbox string   `json:"harness_mbox,omitempty"`
	LeftOut     string   `json:"left_out"`          // why the patches are not in here; empty when they are
	Flavour     string   `json:"flavour,omitempty"` // of the kernel's configuration: "default", "wide", "amdgpu" or "intel"; empty means "default"
	ConfigHash  string   `json:"config_hash"`       // SHA-256 of the final .config
	ConfigExtra string   `json:"config_extra"`      // options that were asked for on top of our own
	Compiler    string   `json:"compiler"`          // first line of its --version
	QEMU        []string `json:"qemu"`              // command line
	QEMUVersion string   `json:"qemu_version"`      // first line of its --version
	Accel       string   `json:"accel"`             // "kvm" or "tcg"
	Devices     []string `json:"devices,omitempty"` // of the host that the guests had: address, vendor:model, IOMMU group
	CPUs        int      `json:"cpus"`
	MemoryMiB   int      `json:"memory_mib"`
	Tests       []Test   `json:"tests"`    // the whole plan, in order
	Commands    []string `json:"commands"` // what to type, a line each
}

// A Test is one job of the plan.
type Test struct {
	Binary  string `json:"binary"`
	Subtest string `json:"subtest,omitempty"`
	Driver  string `json:"driver,omitempty"`
	IGT     bool   `json:"igt,omitempty"`
}

// Embed puts the patches into the report, or says why it does not.
func (r *Reproduce) Embed(series, overlay, harness string) {
	r.SeriesMbox, r.OverlayMbox, r.HarnessMbox, r.LeftOut = "", "", "", ""
	if n := len(series) + len(overlay) + len(harness); n > MaxMbox {
		r.LeftOut = "the patches have " + itoa(n) + " bytes, more than the limit of " + itoa(MaxMbox)
		return
	}
	r.SeriesMbox, r.OverlayMbox, r.HarnessMbox = series, overlay, harness
}

func itoa(n int) string { return strconv.Itoa(n) }
