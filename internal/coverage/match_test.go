// SPDX-License-Identifier: MIT

package coverage

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report"
)

// driverSites returns the annotated sites of testdata/driver.c as those of a
// file.
func driverSites(t *testing.T, file string) []Site {
	t.Helper()
	src, err := os.ReadFile("testdata/driver.c")
	if err != nil {
		t.Fatal(err)
	}
	var sites []Site
	all := functions(src)
	for _, f := range all {
		for _, c := range f.calls {
			if probe, ok := probeOf(c.name); ok {
				s := Site{File: file, Line: c.line, Function: f.name, Call: c.name, probe: probe}
				if f.static {
					s.inliners = callersOf(all).inliners(f.name)
				}
				sites = append(sites, s)
			}
		}
	}
	return sites
}

// ran makes hits of "caller count/atomic" lines.
func ran(t *testing.T, test string, hits ...string) Ran {
	t.Helper()
	r := Ran{Test: test}
	for _, text := range hits {
		h := wire.Hit{Probe: wire.ProbeBegin}
		if _, err := fmt.Sscanf(text, "%s %d/%d", &h.Caller, &h.Count, &h.Atomic); err != nil {
			t.Fatal(err)
		}
		r.Hits = append(r.Hits, h)
	}
	return r
}

// tellCovered prints what was reached, or why not.
func tellCovered(all []report.Covered) string {
	var b strings.Builder
	for _, c := range all {
		if c.Call != Annotation {
			continue
		}
		_, name, _ := strings.Cut(c.Site, " ")
		if c.Hits == 0 {
			fmt.Fprintf(&b, "%s: %s\n", name, c.WhyNot)
			continue
		}
		fmt.Fprintf(&b, "%s: %d atomic=%v %v %s\n", name, c.Hits, c.AtomicOnly, c.Tests, c.WhyNot)
	}
	return b.String()
}

func TestMatch(t *testing.T) {
	t.Parallel()
	const no = "compiled, but no test got there\n"
	for name, tc := range map[string]struct {
		ran  []Ran
		want string // of toy_irq, toy_tail, toy_first, toy_second, toy_twice, toy_twice
	}{
		"nothing": {nil, "toy_irq: " + no + "toy_tail: " + no + "toy_first: " + no + "toy_second: " + no + "toy_twice: " + no + "toy_twice: " + no},
		"by name, in two tests": {
			[]Ran{ran(t, "a", "toy_irq+0x1c 3/3"), ran(t, "b"), ran(t, "c", "toy_irq.isra.0+0x1c 2/2", "unknown+0x1 1/0")},
			"toy_irq: 5 atomic=true [a c] \ntoy_tail: " + no + "toy_first: " + no + "toy_second: " + no + "toy_twice: " + no + "toy_twice: " + no,
		},
		"inlined": {
			[]Ran{ran(t, "a", "toy_commit+0x5 2/0")},
			"toy_irq: " + no + "toy_tail: 2 atomic=false [a] \ntoy_first: " + no + "toy_second: " + no + "toy_twice: " + no + "toy_twice: " + no,
		},
		"inlined here, called there": {
			[]Ran{ran(t, "a", "toy_commit+0x5 2/0", "toy_tail+0x9 1/1")},
			"toy_irq: " + no + "toy_tail: 3 atomic=false [a] \ntoy_first: " + no + "toy_second: " + no + "toy_twice: " + no + "toy_twice: " + no,
		},
		"inlined, one of two": {
			[]Ran{ran(t, "a", "toy_both+0x5 2/0")},
			"toy_irq: " + no + "toy_tail: " + no + "toy_first: inlined: cannot be told which of several in toy_both ran\n" +
				"toy_second: inlined: cannot be told which of several in toy_both ran\n" + "toy_twice: " + no + "toy_twice: " + no,
		},
		"one of two calls": {
			[]Ran{ran(t, "a", "toy_twice+0x5 2/0")},
			"toy_irq: " + no + "toy_tail: " + no + "toy_first: " + no + "toy_second: " + no +
				strings.Repeat("toy_twice: cannot be told: 1 of the 2 calls in this function ran\n", 2),
		},
		"both calls": {
			[]Ran{ran(t, "a", "toy_twice+0x5 2/0", "toy_twice+0x9 2/2")},
			"toy_irq: " + no + "toy_tail: " + no + "toy_first: " + no + "toy_second: " + no + strings.Repeat("toy_twice: 4 atomic=false [a] \n", 2),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sites := driverSites(t, "drivers/gpu/drm/vkms/toy.c")
			if got := tellCovered(Match(sites, Evidence{Ran: tc.ran})); got != tc.want {
				t.Errorf("Match() =\n%s\nwant\n%s", got, tc.want)
			}
		})
	}
}

// Two drivers have a function of one name: what is compiled decides.
func TestMatchSameName(t *testing.T) {
	t.Parallel()
	sites := append(driverSites(t, "drivers/gpu/drm/a/x.c")[:1], driverSites(t, "drivers/gpu/drm/vkms/x.c")[:1]...)
	e := Evidence{Ran: []Ran{ran(t, "a", "toy_irq+0x1 1/0")}}
	for _, c := range Match(sites, e) {
		if c.Hits != 0 || !strings.HasPrefix(c.WhyNot, "cannot be told: several functions are named toy_irq") {
			t.Errorf("both compiled: %+v; want that it cannot be told", c)
		}
	}
	e.Built = func(file string) bool { return strings.Contains(file, "vkms") }
	if got := Match(sites, e); got[0].Hits != 0 || got[0].WhyNot != "not compiled in the kernel of the tests" || got[1].Hits != 1 {
		t.Errorf("one compiled: %+v; want the hit there", got)
	}
}

// Probes are apart: a wait is no annotation.
func TestMatchProbes(t *testing.T) {
	t.Parallel()
	sites := driverSites(t, "drivers/gpu/drm/vkms/x.c")
	e := Evidence{Ran: []Ran{{Test: "a", Hits: []wire.Hit{
		{Probe: wire.ProbeWait, Caller: "toy_wait+0x1", Count: 4},
		{Probe: wire.ProbeSignal, Caller: "toy_irq+0x1", Count: 2, Atomic: 2},
	}}}}
	for _, c := range Match(sites, e) {
		want := map[string]int{"dma_fence_wait": 4, "dma_fence_signal": 2}[c.Call]
		if c.Hits != want {
			t.Errorf("%s at %s: %d hits; want %d", c.Call, c.Site, c.Hits, want)
		}
	}
}

func TestMatchLimitsTests(t *testing.T) {
	t.Parallel()
	var e Evidence
	for i := range report.MaxTests + 9 {
		e.Ran = append(e.Ran, ran(t, fmt.Sprint(i), "toy_irq+0x1 1/0"))
	}
	got := Match(driverSites(t, "drivers/gpu/drm/vkms/x.c")[:1], e)
	if got[0].Hits != report.MaxTests+9 || len(got[0].Tests) != report.MaxTests || !got[0].Checked() {
		t.Errorf("%d hits of %d tests; want all hits, %d tests", got[0].Hits, len(got[0].Tests), report.MaxTests)
	}
}

// What a hostile guest makes up is bounded: names, places and tests.
func TestMatchManyCallers(t *testing.T) {
	t.Parallel()
	var e Evidence
	for i := range 500 {
		r := Ran{Test: fmt.Sprint(i)}
		for j := range wire.MaxHits {
			r.Hits = append(r.Hits, wire.Hit{Probe: wire.ProbeBegin, Caller: fmt.Sprintf("toy_irq+0x%x", i*wire.MaxHits+j), Count: 1})
		}
		e.Ran = append(e.Ran, r)
	}
	sites := driverSites(t, "drivers/gpu/drm/vkms/x.c")
	if got := Match(sites, e); got[0].Hits != 500*wire.MaxHits || len(got[0].Tests) != report.MaxTests {
		t.Errorf("%d hits, %d tests; want all hits and %d tests", got[0].Hits, len(got[0].Tests), report.MaxTests)
	}
}

func TestReason(t *testing.T) {
	t.Parallel()
	built := func(file string) bool { return !strings.Contains(file, "/xe/") }
	for file, want := range map[string]string{
		"drivers/gpu/drm/xe/xe_hw_fence.c":      "not compiled in the kernel of the tests: it takes CONFIG_X",
		"drivers/gpu/drm/i915/i915_vma.c":       "compiled, but the guest has no such hardware",
		"drivers/gpu/drm/vkms/vkms_crtc.c":      "compiled, but no test got there",
		"drivers/gpu/drm/scheduler/main.c":      "compiled, but no test got there",
		"drivers/gpu/drm/drm_atomic.c":          "compiled, but no test got there",
		"drivers/usb/gadget/function/f_fs.c":    "compiled, but no test got there",
		"include/drm/ttm/ttm_bo.h":              "cannot be told: an inline function of a header counts for its callers",
		"drivers/gpu/drm/bridge/synopsys/dwc.c": "compiled, but no test got there",
	} {
		if got := reason(Site{File: file, Config: "CONFIG_X"}, built, Evidence{}); got != want {
			t.Errorf("reason(%s) = %q; want %q", file, got, want)
		}
	}
	e := Evidence{NotCounted: "no kprobes", Devices: []string{"drivers/gpu/drm/i915/"}}
	if got := reason(Site{File: "drivers/gpu/drm/i915/x.c"}, built, e); got != "not counted: no kprobes" {
		t.Errorf("reason without counts = %q", got)
	}
	if got := reason(Site{File: "drivers/gpu/drm/amd/x.c"}, built, e); got != "compiled, but the guest has no such hardware" {
		t.Errorf("reason without counts and hardware = %q", got)
	}
}
