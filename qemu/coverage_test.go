// SPDX-License-Identifier: MIT

package qemu

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest"
	"github.com/fencebot/fencebot/qemu/wire"
)

func hit(caller string, count, atomic int) wire.Hit {
	return wire.Hit{Probe: wire.ProbeBegin, Caller: caller, Count: count, Atomic: atomic}
}

func TestPrimed(t *testing.T) {
	t.Parallel()
	missing := wire.Priming{Checked: true, Missing: []string{"a -> b"}}
	for name, tc := range map[string]struct {
		events []wire.Event
		want   Primed
	}{
		"a silent agent": {[]wire.Event{{Kind: wire.Ready}, {Kind: wire.Done}}, Primed{}},
		"all there": {
			[]wire.Event{{Kind: wire.Primed, Priming: missing}, {Kind: wire.Hits, Hits: []wire.Hit{hit("f+0x1", 2, 1)}}, {Kind: wire.Start}},
			Primed{Priming: missing, Hits: []wire.Hit{hit("f+0x1", 2, 1)}},
		},
		"hits of a test": {[]wire.Event{{Kind: wire.Start}, {Kind: wire.Hits, Hits: []wire.Hit{hit("f+0x1", 2, 1)}}}, Primed{}},
		"nothing known": {
			[]wire.Event{{Kind: wire.Primed, Text: "no file"}, {Kind: wire.Hits, Text: "no kprobes"}, {Kind: wire.Hits, Text: "other"}},
			Primed{Why: "no file", Note: "no kprobes"},
		},
	} {
		if got := (Outcome{Events: tc.events}).Primed(); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: Primed() = %+v; want %+v", name, got, tc.want)
		}
	}
}

func TestAddHits(t *testing.T) {
	t.Parallel()
	signal := wire.Hit{Probe: wire.ProbeSignal, Caller: "f+0x1", Count: 1}
	got := addHits([]wire.Hit{hit("f+0x1", 2, 1)}, []wire.Hit{hit("f+0x1", 3, 3), hit("f+0x2", 1, 0), signal})
	if want := []wire.Hit{hit("f+0x1", 5, 4), hit("f+0x2", 1, 0), signal}; !slices.Equal(got, want) {
		t.Errorf("addHits = %+v; want %+v", got, want)
	}
	if n := sum(math.MaxInt, 1); n != math.MaxInt {
		t.Errorf("sum at the largest number is %d", n)
	}
}

// Hits belong to the job that the ledger knows of, and have a place in the
// order of a run.
func TestLedgerCoverage(t *testing.T) {
	t.Parallel()
	const (
		ready  = `{"kind":"ready"}` + "\n"
		primed = `{"kind":"primed","priming":{"checked":true},"text":"a\u001b"}` + "\n"
		start  = `{"kind":"start","index":1}` + "\n"
		end    = `{"kind":"end","index":1,"result":"pass"}` + "\n"
		hits0  = `{"kind":"hits","hits":[{"probe":"begin","caller":"boot+0x1","count":1}]}` + "\n"
		hits1  = `{"kind":"hits","index":1,"name":"evil","hits":[{"probe":"begin","caller":"f+0x1","count":1}]}` + "\n"
	)
	for name, tc := range map[string]struct {
		in      string
		kinds   string
		refused int
	}{
		"in order":           {ready + primed + hits0 + start + hits1 + end + hits1 + `{"kind":"done"}`, "ready primed hits start hits end hits done", 0},
		"primed twice":       {ready + primed + primed, "ready primed", 1},
		"primed late":        {ready + start + primed, "ready start", 1},
		"boot hits twice":    {ready + hits0 + hits0, "ready hits", 1},
		"hits twice":         {ready + start + hits1 + hits1, "ready start hits", 1},
		"hits of another":    {ready + start + hits0, "ready start", 1},
		"hits out of plan":   {ready + hits1, "ready", 1},
		"hits before ready":  {hits0 + ready, "ready", 1},
		"hits after the end": {ready + `{"kind":"done"}` + "\n" + hits0, "ready done", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLedger(wire.Plan{Jobs: jobs("a", "b")})
			feed(l, strings.TrimSuffix(tc.in, "\n")+"\n", time.Unix(0, 0))
			var kinds []string
			for _, ev := range l.events {
				kinds = append(kinds, string(ev.Kind))
				if ev.Kind == wire.Hits && ev.Name == "evil" || ev.Kind == wire.Primed && ev.Text != "a?" {
					t.Errorf("event %+v has words of the guest", ev)
				}
			}
			if got := strings.Join(kinds, " "); got != tc.kinds || l.refused != tc.refused {
				t.Errorf("took %q, refused %d; want %q, %d", got, l.refused, tc.kinds, tc.refused)
			}
		})
	}
}

// A guest can make us remember only so many hits in a boot.
func TestLedgerLimitsHits(t *testing.T) {
	t.Parallel()
	var many []wire.Hit
	for i := range wire.MaxHits {
		many = append(many, hit(fmt.Sprintf("f%d%s+0x1", i, strings.Repeat("x", 100)), 1, 0))
	}
	const jobCount = 1000
	l := newLedger(wire.Plan{Jobs: jobs(make([]string, jobCount)...)})
	l.take(wire.Event{Kind: wire.Ready}, time.Unix(0, 0))
	for i := range jobCount {
		l.take(wire.Event{Kind: wire.Start, Index: i}, time.Unix(0, 0))
		l.take(wire.Event{Kind: wire.Hits, Index: i, Hits: many}, time.Unix(0, 0))
	}
	kept := 0
	for _, ev := range l.events {
		kept += len(ev.Hits) * lineCost
	}
	if kept > maxHits || kept < maxHits/2 {
		t.Errorf("hits of %d bytes were kept; want at most %d", kept, maxHits)
	}
}

func TestJobResultsHits(t *testing.T) {
	t.Parallel()
	events := []wire.Event{
		{Kind: wire.Hits, Hits: []wire.Hit{hit("boot+0x1", 1, 0)}},
		{Kind: wire.Start}, {Kind: wire.Hits, Hits: []wire.Hit{hit("f+0x1", 2, 1)}}, {Kind: wire.End, Result: wire.Pass},
		{Kind: wire.Hits, Hits: []wire.Hit{hit("f+0x1", 1, 0), hit("g+0x1", 1, 0)}}, {Kind: wire.Done},
	}
	got := jobResults(jobs("a"), []int{0}, events)
	if want := []wire.Hit{hit("f+0x1", 3, 1), hit("g+0x1", 1, 0)}; len(got) != 1 || !slices.Equal(got[0].Hits, want) {
		t.Errorf("jobResults = %+v; want hits %+v", got, want)
	}
}

// realOptions returns what boots the kernel FENCEBOT_KERNEL_IMAGE with the
// agent FENCEBOT_AGENT.
func realOptions(tb testing.TB) Options {
	tb.Helper()
	kernel, agent := os.Getenv("FENCEBOT_KERNEL_IMAGE"), os.Getenv("FENCEBOT_AGENT")
	if kernel == "" || agent == "" {
		tb.Skip("FENCEBOT_KERNEL_IMAGE (a vmlinux) and FENCEBOT_AGENT (a static fencebot) are not both set")
	}
	dir := tb.TempDir()
	image := filepath.Join(dir, "root.img")
	if err := MakeRootImage(tb.Context(), image, agent); err != nil {
		tb.Fatal(err)
	}
	return Options{
		Kernel: kernel, RootImage: image, ConsolePath: filepath.Join(dir, "console.log"), CacheDir: dir,
		Cmdline: "vkms.enable_overlay=1",
	}
}

// The real thing: what the built-in tests reach on a real kernel. On every tree
// dma_fence_signal annotates itself and the timer of vkms runs as hard
// interrupt, where its annotation does nothing.
func TestRealCoverage(t *testing.T) {
	o := realOptions(t)
	plan := fencetest.List()
	boots, err := RunAll(t.Context(), o, plan, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	p := boots[0].Primed()
	if !p.Priming.Checked || len(p.Priming.Missing) > 0 || p.Note != "" {
		t.Errorf("Primed() = %+v; want all rules, and all calls counted", p)
	}
	var all []wire.Hit
	tests := map[string]int{}
	for _, r := range Results(plan, boots) {
		all = addHits(all, r.Hits)
		for _, h := range r.Hits {
			tests[string(h.Probe)+h.Caller]++
		}
	}
	slices.SortFunc(all, func(a, b wire.Hit) int { return cmp.Or(cmp.Compare(a.Probe, b.Probe), cmp.Compare(a.Caller, b.Caller)) })
	process := map[string]bool{}
	for _, h := range all {
		symbol, _, _ := strings.Cut(h.Caller, "+")
		process[symbol] = process[symbol] || h.Probe == wire.ProbeBegin && h.Count > h.Atomic
		t.Logf("%-6s %-50s %6d hits, %6d atomic, %3d tests", h.Probe, h.Caller, h.Count, h.Atomic, tests[string(h.Probe)+h.Caller])
	}
	if !process["dma_fence_signal"] {
		t.Error("dma_fence_signal was never counted in process context")
	}
	if timer, ok := process["vkms_vblank_simulate"]; !ok || timer {
		t.Errorf("vkms_vblank_simulate: counted %v, in process context %v; want hard interrupts only", ok, timer)
	}
}

// BenchmarkCoverage runs the built-in tests with and without counting, in
// turns, and reports the processor time that QEMU took for the whole run: on a
// shared machine that says more than the clock. It needs what TestRealCoverage
// needs.
func BenchmarkCoverage(b *testing.B) {
	o := realOptions(b)
	plan := fencetest.List()
	measure := func(cmdline string) (cpu, tests float64) {
		o := o
		o.Cmdline += cmdline
		before := childTime(b)
		boots, err := RunAll(b.Context(), o, plan, Limits{})
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range Results(plan, boots) {
			tests += r.Seconds
		}
		return (childTime(b) - before).Seconds(), tests
	}
	var with, without, withTests, withoutTests []float64
	for b.Loop() {
		cpu, tests := measure("")
		with, withTests = append(with, cpu), append(withTests, tests)
		cpu, tests = measure(" fencebot.coverage=0")
		without, withoutTests = append(without, cpu), append(withoutTests, tests)
	}
	middle := func(s []float64) float64 {
		slices.Sort(s)
		return s[len(s)/2]
	}
	b.ReportMetric(middle(with), "cpu-s/counted")
	b.ReportMetric(middle(without), "cpu-s/not")
	b.ReportMetric(middle(with)/middle(without), "cpu-counted/not")
	b.ReportMetric(middle(withTests), "test-s/counted")
	b.ReportMetric(middle(withoutTests), "test-s/not")
}

// childTime is the processor time of all children that ended.
func childTime(tb testing.TB) time.Duration {
	tb.Helper()
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_CHILDREN, &usage); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
