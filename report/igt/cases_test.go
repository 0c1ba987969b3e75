// SPDX-License-Identifier: MIT

package igt

import (
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/fencebot/fencebot/qemu/wire"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for _, w := range append(Words(), "", "splendid") {
		bad := slices.Contains([]Word{Crash, Abort, Timeout, Incomplete, DmesgFail, Fail, DmesgWarn, "", "splendid"}, w)
		if w.Bad() != bad {
			t.Errorf("%q.Bad() = %v", w, w.Bad())
		}
		if ran := w != Skip && w != NotRun && w != ""; w.Ran() != ran {
			t.Errorf("%q.Ran() = %v", w, w.Ran())
		}
		if pass := w == Pass || w == Warn || w == DmesgWarn; (w.plain() == wire.Pass) != pass {
			t.Errorf("%q is %q for us", w, w.plain())
		}
	}
}

func TestCases(t *testing.T) {
	t.Parallel()
	half := span(1, 1.5)
	r := newResults()
	r.Tests = Tests{
		{Name: "igt@a@b", Result: DmesgFail, Time: &half, Out: "out\n", Err: "Starting subtest: b\n", Dmesg: "<4> [1.5] one\n<6> [2.5] two\nthree\n"},
		{Name: "igt@a@c", Result: Warn, Out: "out\n", Err: "hm\n"},
		{Name: "igt@a@d", Result: "splendid", Out: strings.Repeat("é", MaxOutput), Dmesg: strings.Repeat("é", MaxLog)},
	}
	got := r.Cases()
	want := []Case{
		{Name: "a@b", Result: wire.Fail, Seconds: 0.5, Output: "out\n", Log: "[1.5] one\n[2.5] two\nthree\n"},
		{Name: "a@c", Result: wire.Pass, Output: "out\nhm\n", Job: 1, Place: 1},
		{Name: "a@d", Result: wire.Incomplete, Output: strings.Repeat("é", MaxOutput/2), Log: strings.Repeat("é", MaxLog/2), Job: 2, Place: 2},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Cases = %.300v", got)
	}
}

func TestFromCases(t *testing.T) {
	t.Parallel()
	r := FromCases(About{Name: "base", Start: time.Unix(10, 0), End: time.Unix(20, 5e8)}, []Case{
		{Name: "kms_A@B", Driver: "vkms", Result: wire.Pass, Seconds: 1, Output: "out", Log: "log"},
		{Name: "kms_A@B", Driver: "virtio-gpu", Result: wire.Fail, Seconds: 2},
		{Name: "kms_A@B", Driver: "vkms", Result: wire.Timeout, Seconds: 4},
		{Name: "sw_sync@x", Driver: "vgem", Result: wire.Skip, Seconds: math.NaN()},
		{Name: "sw_sync@y"},
		{Name: "sw_sync@z", Result: "splendid"},
	})
	want := []string{"kms_a@b@vkms timeout", "kms_a@b@virtio-gpu fail", "sw_sync@x skip", "sw_sync@y notrun", "sw_sync@z incomplete"}
	if got := results(r); !slices.Equal(got, want) {
		t.Errorf("results = %q; want %q", got, want)
	}
	if r.Elapsed != span(10, 20.5) || r.Runtimes["igt@kms_a"].Time.End != 7 || r.Totals["igt@kms_a"][Timeout] != 1 || r.Totals[""][Skip] != 1 {
		t.Errorf("elapsed %v, run times %v, totals %v", r.Elapsed, r.Runtimes, r.Totals)
	}
	again, err := ReadResults(strings.NewReader(string(written(t, r))))
	if err != nil || !reflect.DeepEqual(again, r) {
		t.Errorf("read back: %v\n%+v\n%+v", err, again, r)
	}
	if r := FromCases(About{}, nil); r.Elapsed.Start != 0 || len(r.Tests) != 0 {
		t.Errorf("nothing became %+v", r)
	}
}

func TestReadResults(t *testing.T) {
	t.Parallel()
	good := `{"__type__":"TestrunResult","tests":{"igt@b@2":{"result":"pass","out":"a,]\",}"},"igt@a@1":{},"igt@b@2":{"result":"fail"},},"cmdline":["x",],"totals":{"":{"pass":77},"igt@c":{}}}`
	r, err := ReadResults(strings.NewReader(good))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := results(r), []string{"b@2 fail", "a@1 incomplete"}; !slices.Equal(got, want) {
		t.Errorf("results = %q; want %q", got, want)
	}
	if r.Totals[""][Pass] != 0 || r.Totals["igt@c"] == nil || !slices.Equal(r.Cmdline, []string{"x"}) {
		t.Errorf("totals %v, command line %q", r.Totals, r.Cmdline)
	}
	for _, bad := range []string{
		"", "null", "[]", "{}", `{"tests":{}}`, `{"__type__":"TestrunResult"}`, `{"__type__":"TestrunResult","tests":[]}`,
		`{"__type__":"TestrunResult","tests":{"a":1}}`, `{"__type__":"TestrunResult","tests":{"a":{}`, `{"__type__":"Other","tests":{}}`,
	} {
		if _, err := ReadResults(strings.NewReader(bad)); !errors.Is(err, ErrNoResults) {
			t.Errorf("ReadResults(%s) = %v; want %v", bad, err, ErrNoResults)
		}
	}
	broken := errors.New("pulled out")
	if _, err := ReadResults(iotest.ErrReader(broken)); !errors.Is(err, broken) || errors.Is(err, ErrNoResults) {
		t.Errorf("a reader's error became %v", err)
	}
}

func TestRecord(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"4,1,1500000,-;a":                "<4> [1.500000] a",
		"30,1,1,-,caller=T1;a;b":         "<6> [0.000001] a;b",
		`6,1,1,c;\x41\x09\x00\xC3\x4`:    "<6> [0.000001] A\t" + `\x00\xC3\x4`,
		"4,1,2,-;a\x00b":                 "<4> [0.000002] a",
		" SUBSYSTEM=drm":                 "",
		"4,1,1;a":                        "",
		"x,1,1,-;a":                      "",
		"4,1,1,-":                        "",
		"4,1,99999999999999999999999,-;": "",
	}
	for line, want := range tests {
		r, ok := parseRecord(line)
		if ok != (want != "") || ok && r.String() != want {
			t.Errorf("parseRecord(%q) = %q, %v; want %q", line, r, ok, want)
		}
	}
}

// TestFilter holds a message of each kind against the runner's rules.
func TestFilter(t *testing.T) {
	t.Parallel()
	harmless := []string{
		"[Firmware Bug]: ACPI: button: The lid device is not compliant to SW_LID.", "ACPI: \\_SB: Unable to dock!",
		"IRQ 12: no longer affine to CPU3", "IRQ fixup: irq 5 move in progress, old vector 33",
		"Setting dangerous option reset - tainting kernel", "Suspending console(s) (use no_console_suspend to debug)",
		"atkbd serio0: Failed to enable keyboard on isa0060/serio0", "cache: parent cpu1 should not be sleeping",
		"hpet0: lost 7 rtc interrupts", "i915: probe of 0000:00:02.0 failed with error -25",
		"mock: DMA: Out of SW-IOMMU space for 4096 bytes", "usb usb3: root hub lost power or was reset",
	}
	plain, piglit := newFilter(parseSettings("")), newFilter(parseSettings("piglit_style_dmesg : 1"))
	for _, text := range harmless {
		if plain.spoils(record{level: 4, text: text}) {
			t.Errorf("%q spoils", text)
		}
	}
	for _, text := range []string{"[drm:f] x", "drm_x", "intel_x", "i915_x", "[drm] x"} {
		if !piglit.spoils(record{level: 5, text: text}) || piglit.spoils(record{level: 6, text: text}) || piglit.spoils(record{level: 3, cont: true, text: text}) {
			t.Errorf("%q in piglit style", text)
		}
	}
	if !plain.spoils(record{level: 4, text: "hm"}) || plain.spoils(record{level: 5, text: "hm"}) || piglit.spoils(record{level: 0, text: "hm"}) {
		t.Error("an ordinary message")
	}
}

func ExampleReadFolder() {
	r, err := ReadFolder("testdata/folder/normal")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range r.Tests {
		fmt.Println(t.Name, t.Result)
	}
	// Output:
	// igt@kms_flip@basic pass
	// igt@kms_flip@tiling dmesg-fail
	// igt@vgem_quiet pass
	// igt@sw_sync@merge warn
	// igt@syncobj_wait@single skip
}

func ExampleFromCases() {
	r := FromCases(About{Name: "patched"}, []Case{{Name: "fence_vgem@wait", Result: wire.Pass, Seconds: 0.5}})
	r.Totals = nil // to keep it short
	if err := WriteResults(os.Stdout, r); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {
	//   "__type__": "TestrunResult",
	//   "results_version": 10,
	//   "name": "patched",
	//   "cmdline": [],
	//   "time_elapsed": {
	//     "__type__": "TimeAttribute",
	//     "start": 0,
	//     "end": 0
	//   },
	//   "tests": {
	//     "igt@fence_vgem@wait": {
	//       "out": "",
	//       "result": "pass",
	//       "time": {
	//         "__type__": "TimeAttribute",
	//         "start": 0,
	//         "end": 0.5
	//       },
	//       "err": "",
	//       "dmesg": ""
	//     }
	//   },
	//   "totals": null,
	//   "runtimes": {
	//     "igt@fence_vgem": {
	//       "time": {
	//         "__type__": "TimeAttribute",
	//         "start": 0,
	//         "end": 0.5
	//       }
	//     }
	//   }
	// }
}

// FuzzReadResults: what can be read can be written and read again, and makes
// cases with words of ours.
func FuzzReadResults(f *testing.F) {
	f.Add([]byte(`{"__type__":"TestrunResult","tests":{"igt@b@2":{"result":"pass","dmesg":"<4> [1.0] x\n"},"a":{}},}`))
	f.Add([]byte(`{"__type__":"TestrunResult","tests":{"":{"result":"x","time":{"start":-1,"end":1e300}}},"cmdline":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ReadResults(strings.NewReader(string(data)))
		if err != nil {
			if !errors.Is(err, ErrNoResults) && !errors.Is(err, ErrTooLarge) {
				t.Error(err)
			}
			return
		}
		text := string(written(t, r))
		again, err := ReadResults(strings.NewReader(text))
		if err != nil || string(written(t, again)) != text {
			t.Errorf("%v: read back it differs:\n%s", err, text)
		}
		for _, c := range r.Cases() {
			if result(c.Result) != c.Result && c.Result != wire.NotRun || len(c.Output) > MaxOutput || c.Seconds < 0 {
				t.Errorf("case %+v", c)
			}
		}
	})
}
