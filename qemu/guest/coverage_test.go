// SPDX-License-Identifier: MIT

package guest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
)

// fakeTracing is a tracefs: control files that only grow, and directories for
// all events.
func fakeTracing(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir+"/kprobe_events", "")
	write(t, dir+"/kprobe_profile", "")
	for _, target := range targets() {
		event := eventDir(dir, target.probe)
		if err := os.MkdirAll(event, 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, event+"/trigger", "")
		write(t, event+"/hist", "# event histogram\n")
	}
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// line is one of a histogram for a call in process context.
func line(caller string, count int) string {
	return fmt.Sprintf("{ caller: [ffffffff8129975a] %s/0x5d   , common_preempt_count:          0, common_flags:          0 } hitcount:  %d  irqs:  %d\n", caller, count, count)
}

func TestSetProbes(t *testing.T) {
	t.Parallel()
	dir := fakeTracing(t)
	set, note := setProbes(dir, targets())
	if len(set) != 3 || note != "" {
		t.Fatalf("setProbes() = %v, %q; want three probes and no note", set, note)
	}
	got, err := os.ReadFile(dir + "/kprobe_events")
	if err != nil {
		t.Fatal(err)
	}
	const want = "p:fencebot/begin dma_fence_begin_signalling caller=+0($stack):x64 irqs=%flags:b1@9/64\n"
	if !strings.HasPrefix(string(got), want) || strings.Count(string(got), "\n") != 5 {
		t.Errorf("kprobe_events are\n%s\nwant five that begin with\n%s", got, want)
	}
	if got, _ := os.ReadFile(eventDir(dir, wire.ProbeWait) + "/trigger"); string(got) != trigger {
		t.Errorf("trigger is %q; want %q", got, trigger)
	}
}

// A kernel that cannot count is told about and is no failure.
func TestSetProbesNotes(t *testing.T) {
	t.Parallel()
	lacking := fakeTracing(t)
	if err := os.RemoveAll(eventDir(lacking, wire.ProbeWait)); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		dir  string
		set  int
		note string
	}{
		"no tracefs":    {t.TempDir(), 0, "this kernel has no kprobe events: no such file or directory"},
		"no histograms": {lacking, 2, "cannot count calls of dma_fence_wait_timeout: set histogram: no such file or directory"},
	} {
		set, note := setProbes(tc.dir, targets())
		if len(set) != tc.set || note != tc.note {
			t.Errorf("%s: setProbes() = %d probes, %q; want %d, %q", name, len(set), note, tc.set, tc.note)
		}
	}
}

// The histograms are those of 6.12 after fence_vgem and fence_kms. The probe of
// dma_fence_signal is a breakpoint there, all others are jumps.
func TestHistogramParse(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"hist-begin": `
dma_fence_signal+0x17 1/1
dma_fence_signal+0x17 3/3
dma_fence_signal+0x17 54/0
vkms_vblank_simulate+0x1c 1/1
vkms_vblank_simulate+0x1c 1/1
vkms_vblank_simulate+0x1c 161/161
vkms_vblank_simulate+0x1c 27/27
`,
		"hist-signal": `
__vgem_fence_idr_fini+0x10 1/0
dma_fence_signal+0x35 1/1
dma_fence_signal+0x35 3/3
dma_fence_signal+0x35 54/54
dma_fence_signal_locked+0x1a 16/16
dma_fence_signal_timestamp+0x30 3/3
dma_fence_signal_timestamp+0x30 7/7
drm_send_event_helper+0x4d 3/3
drm_send_event_helper+0x4d 7/7
drm_writeback_signal_completion+0xbe 5/0
irq_dma_fence_array_work+0x19 3/3
sw_sync_debugfs_release+0x4b 1/1
sync_timeline_signal+0x13b 15/15
vgem_fence_attach_ioctl+0x1e3 2/0
vgem_fence_signal_ioctl+0x70 46/0
vgem_fence_timeout+0xd 1/1
`,
	} {
		text, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		entries, dropped := new(histogram).parse(text)
		if dropped != 0 {
			t.Errorf("%s: %d dropped", file, dropped)
		}
		for _, e := range entries {
			got = append(got, fmt.Sprintf("%s %d/%d\n", e.caller, e.count, e.atomic))
		}
		slices.Sort(got)
		if all := strings.Join(got, ""); all != want[1:] {
			t.Errorf("%s says\n%s\nwant\n%s", file, all, want[1:])
		}
	}
}

func TestParseEntryRefuses(t *testing.T) {
	t.Parallel()
	good := strings.TrimSuffix(line("f+0x1", 2), "\n")
	if e, ok := parseEntry(good); !ok || e != (entry{caller: "f+0x1", count: 2}) {
		t.Fatalf("parseEntry(%q) = %+v, %v", good, e, ok)
	}
	for name, bad := range map[string]string{
		"empty":      "",
		"header":     "# trigger info: hist:keys=caller.sym-offset",
		"totals":     "    Hits: 248",
		"no symbol":  strings.Replace(good, "f+0x1/0x5d", "0xffffffffc0001234", 1),
		"no count":   strings.Replace(good, "hitcount:  2", "hitcount:  x", 1),
		"negative":   strings.Replace(good, "hitcount:  2", "hitcount:  -2", 1),
		"no depth":   strings.Replace(good, "common_preempt_count", "other", 1),
		"no flags":   strings.Replace(good, "common_flags", "other", 1),
		"no irqs":    strings.Replace(good, "irqs", "other", 1),
		"huge":       strings.Replace(good, "hitcount:  2", "hitcount:  99999999999999999999", 1),
		"odd caller": strings.Replace(good, "f+0x1", "<b>+0x1", 1),
	} {
		if e, ok := parseEntry(bad); ok {
			t.Errorf("%s: parseEntry(%q) = %+v; want nothing", name, bad, e)
		}
	}
}

// Each call of hits tells what came since the one before.
func TestCounter(t *testing.T) {
	t.Parallel()
	dir := fakeTracing(t)
	c := newCounter(dir)
	t.Cleanup(c.close)
	hist := eventDir(dir, wire.ProbeBegin) + "/hist"
	profile := func(hits int) { write(t, dir+"/kprobe_profile", fmt.Sprintf("  begin   %d  0\n", hits)) }
	for i, step := range []struct{ text, want string }{
		{"", "[]"},
		{line("f+0x1", 2) + line("g+0x1", 1), "[{begin f+0x1 2 0} {begin g+0x1 1 0}]"},
		{line("f+0x1", 2) + line("g+0x1", 5), "[{begin g+0x1 4 0}]"},
		{line("f+0x1", 2) + line("g+0x1", 5), "[]"},
		{line("f+0x1", 1), "[]"}, // a kernel that counts backwards
	} {
		write(t, hist, step.text)
		profile(i)
		hits, note := c.hits()
		if got := fmt.Sprint(hits); got != step.want || note != "" {
			t.Errorf("step %d: hits() = %s, %q; want %s", i, got, note, step.want)
		}
	}
	write(t, hist, line("f+0x1", 4))
	profile(99)
	if hits, _ := c.hits(); fmt.Sprint(hits) != "[{begin f+0x1 3 0}]" {
		t.Errorf("hits() when the kernel counts on = %v; want 3 more", hits)
	}
	write(t, hist, line("f+0x1", 9))
	if hits, _ := c.hits(); len(hits) != 0 {
		t.Errorf("hits() = %v; want the histogram left alone while the profile says the same", hits)
	}
	c.close()
	profile(100)
	if hits, _ := c.hits(); len(hits) != 0 {
		t.Errorf("hits() of files that cannot be read = %v", hits)
	}
}

func TestCounterLimits(t *testing.T) {
	t.Parallel()
	dir := fakeTracing(t)
	c := newCounter(dir)
	t.Cleanup(c.close)
	var all strings.Builder
	for i := range wire.MaxHits + 7 {
		all.WriteString(line(fmt.Sprintf("f%d+0x1", i), 1))
	}
	write(t, eventDir(dir, wire.ProbeSignal)+"/hist", all.String())
	write(t, eventDir(dir, wire.ProbeBegin)+"/hist", line("site+0x1", 1))
	hits, note := c.hits()
	if len(hits) != wire.MaxHits || hits[0].Probe != wire.ProbeBegin || note != "8 more callers are left out" {
		t.Errorf("hits() = %d, first %+v, %q; want %d, the annotated site first, and a note", len(hits), hits[0], note, wire.MaxHits)
	}
}

// A histogram that is full is told once.
func TestCounterDrops(t *testing.T) {
	t.Parallel()
	dir := fakeTracing(t)
	c := newCounter(dir)
	t.Cleanup(c.close)
	write(t, eventDir(dir, wire.ProbeBegin)+"/hist", line("f+0x1", 1)+"Totals:\n    Hits: 4\n    Entries: 1\n    Dropped: 3\n")
	if _, note := c.hits(); !strings.Contains(note, "too many") {
		t.Errorf("note %q; want a word on calls that are not counted", note)
	}
	if _, note := c.hits(); note != "" {
		t.Errorf("second note %q; want none", note)
	}
}

func TestParseProfile(t *testing.T) {
	t.Parallel()
	const text = "  signal    57   0\n  signal    16   1\n  begin   543   0\n  bad\n  worse x 0\n"
	if got := parseProfile([]byte(text)); got["signal"] != 73 || got["begin"] != 543 || len(got) != 2 {
		t.Errorf("parseProfile() = %v; want 73 signals and 543 begins", got)
	}
}

func TestCounting(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "cmdline")
	if !counting(path) {
		t.Error("counting() without a command line = false")
	}
	for text, want := range map[string]bool{"ro quiet\n": true, "ro fencebot.coverage=0 quiet\n": false} {
		write(t, path, text)
		if got := counting(path); got != want {
			t.Errorf("counting() with %q = %v; want %v", text, got, want)
		}
	}
}

func FuzzHistogram(f *testing.F) {
	for _, name := range []string{"hist-begin", "hist-signal"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		var h histogram
		entries, _ := h.parse([]byte(text))
		if again, _ := h.parse([]byte(text)); !slices.Equal(again, entries) {
			t.Errorf("read again: %v; want %v", again, entries)
		}
		for _, e := range entries {
			if e.count < 1 || e.atomic < 0 || e.atomic > e.count || !wire.IsCaller(e.caller) {
				t.Errorf("entry %+v", e)
			}
		}
	})
}
