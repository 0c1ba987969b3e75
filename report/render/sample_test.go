// SPDX-License-Identifier: MIT

package render

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/igt"
	"github.com/fencebot/fencebot/report/lockdep"
)

func raw(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "raw", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// up is a boot without trouble.
func up(splats ...lockdep.Splat) report.Boot {
	return report.Boot{Exit: report.ExitClean, Ready: true, Lockdep: report.LockdepState{Known: true, Alive: true}, Splats: splats}
}

func cases(results ...string) []igt.Case {
	names := []string{"fence_vkms@commit", "fence_vkms@flip", "fence_vgem@signal", "fence_sync@timeline", "fence_virtio@dumb"}
	var out []igt.Case
	for i, r := range results {
		c := igt.Case{Name: names[i], Seconds: 0.25 * float64(i+1), Alive: true}
		switch r {
		case "skip":
			c.Result = "skip"
		case "fail":
			c.Result = "fail"
		case "notrun":
			c.Result, c.Alive = "notrun", false
		default:
			c.Result = "pass"
		}
		out = append(out, c)
	}
	return out
}

// outOfReach is a call that the series touches and no guest can run.
func outOfReach() []report.Covered {
	c := sites()[3]
	c.Touched = true
	return []report.Covered{c}
}

// shaky is a run in which two tests fail and run again: one passes then, the
// other one shows a splat once.
func shaky(s lockdep.Splat) report.Run {
	s.Subtest = "fence_virtio@dumb"
	r := report.Run{Boots: []report.Boot{up(), up(s)}, Cases: cases("pass", "fail", "fail", "skip", "fail")}
	r.Boots[1].Number = 1
	for _, result := range []string{"pass", "fail"} {
		for _, i := range []int{1, 4} {
			c := cases("fail", result, "fail", "fail", "fail")[i]
			c.Boot, c.Retry = 1, true
			r.Cases = append(r.Cases, c)
		}
	}
	return r
}

// series is the frame of every sample.
func sample(v report.Verdict) report.Report {
	return report.Report{
		Fencebot: report.NewFormat("v0.1.0"),
		Verdict:  v,
		Series: report.Series{
			Title: "drm/vkms: Keep the line buffers in the CRTC", Version: 2, Total: 3,
			Subject:   "[PATCH v2 0/3] drm/vkms: Keep the line buffers in the CRTC",
			MessageID: "20261120101500.4711-1-jane@example.org",
			Refs:      []string{"20261101090000.1200-1-jane@example.org"},
			Author:    report.Address{Name: "Jane Döe", Addr: "jane@example.org"},
			Cc:        []report.Address{{Name: "", Addr: "dri-devel@lists.example.org"}, {Name: "Roe, Richard", Addr: "richard@example.com"}, {Addr: "jane@example.org"}},
			Patches: []report.Patch{
				{Number: 1, Subject: "drm/vkms: Move the line buffers", Commit: "1111111111111111111111111111111111111111"},
				{Number: 2, Subject: "drm/vkms: Allocate the line buffers when they are needed", Commit: "2222222222222222222222222222222222222222"},
				{Number: 3, Subject: "drm/vkms: Drop an old comment", Skipped: "its change is there already"},
			},
		},
		Base:  report.Base{Tree: "debian", Commit: "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef", Why: "the series names it in base-commit"},
		Date:  time.Date(2026, 11, 22, 18, 30, 0, 0, time.UTC),
		Times: map[string]float64{"apply": 0.21, "build patched": 24.5, "boot base": 0, "boot patched": 31.4, "total": 143.2},
		Reproduce: report.Reproduce{
			Tree: "debian", Base: "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef", Tip: "2222222222222222222222222222222222222222",
			Overlays: []string{"vkms-commit-tail"}, SeriesMbox: "From nobody\n", OverlayMbox: "",
			ConfigHash: "4b6f4b6f", Compiler: "gcc (Debian 12.2.0-14+deb12u1) 12.2.0",
			QEMU:        []string{"qemu-system-x86_64", "-nodefaults", "-m", "512", "-append", "console=ttyS0 fencebot.agent=1"},
			QEMUVersion: "QEMU emulator version 7.2.22", Accel: "tcg", CPUs: 2, MemoryMiB: 512,
			Tests:    []report.Test{{Binary: "fence_vkms", Subtest: "commit", Driver: "vkms"}, {Binary: "kms_vblank", Subtest: "query-idle", IGT: true}},
			Commands: []string{"git checkout deadbeefdead && git am series.mbox", "fencebot check --tree debian --base deadbeefdead series.mbox"},
		},
	}
}

func circular(t testing.TB) lockdep.Splat {
	t.Helper()
	splats, err := lockdep.All(strings.NewReader(raw(t, "circular.txt")), lockdep.Options{})
	if err != nil || len(splats) != 1 {
		t.Fatalf("%d reports, %v; want 1", len(splats), err)
	}
	splats[0].Subtest = "fence_vkms@commit"
	return splats[0]
}

// sites are one of each fate.
func sites() []report.Covered {
	const begin = "dma_fence_begin_signalling"
	return []report.Covered{
		{Site: "drivers/gpu/drm/vkms/vkms_crtc.c:21 vkms_vblank_simulate", Call: begin, Hits: 184, AtomicOnly: true, Tests: []string{"fence_vkms@commit"}},
		{Site: "drivers/gpu/drm/vkms/vkms_drv.c vkms_atomic_commit_tail", Call: begin, Overlay: true, Touched: true, Hits: 12, Tests: []string{"fence_vkms@commit", "fence_vkms@flip", "a", "b"}},
		{Site: "drivers/gpu/drm/vkms/vkms_drv.c vkms_atomic_commit_tail", Call: begin, Overlay: true, Touched: true, Hits: 12, Tests: []string{"fence_vkms@commit", "fence_vkms@flip", "a", "b"}},
		{Site: "drivers/gpu/drm/xe/xe_hw_fence.c:58 hw_fence_irq_run_cb", Call: begin, WhyNot: "not compiled in the kernel of the tests: it takes CONFIG_DRM_XE"},
		{Site: "drivers/gpu/drm/vgem/vgem_fence.c:181 vgem_fence_attach_ioctl", Call: "dma_fence_signal", Touched: true, WhyNot: "compiled, but no test got there"},
	}
}

// samples holds one report for each verdict, and some that are hard to print.
func samples(t testing.TB) map[string]report.Report {
	t.Helper()
	known := lockdep.Splat{Family: lockdep.InconsistentState, Title: "inconsistent lock state in vgem_open", Function: "vgem_open", Subtest: "fence_vgem@signal", Signature: "vgem", Raw: "WARNING: inconsistent lock state"}
	hung := lockdep.Splat{Family: lockdep.HungTask, Title: "task hung in vkms_wait", Function: "vkms_wait", Subtest: "fence_vkms@commit", Signature: "hung", Raw: "INFO: task fence_vkms:86 blocked for more than 10 seconds."}
	good := report.Run{Boots: []report.Boot{up(known)}, Cases: cases("pass", "pass", "fail", "skip", "pass")}
	bad := report.Run{Boots: []report.Boot{up(circular(t), hung), {Number: 1, Exit: "clean", Ready: true, Splats: []lockdep.Splat{known}}}, Cases: cases("pass", "fail", "pass", "skip", "notrun")}
	gcc := report.Diagnostic{Patch: 2, Kind: "error", File: "drivers/gpu/drm/vkms/vkms_drv.c", Line: 103, Column: 20, Message: "implicit declaration of function ‘vkms_output_overruns’", Option: "-Werror=implicit-function-declaration"}
	warn := report.Diagnostic{Patch: 2, Kind: "warning", File: "drivers/gpu/drm/vkms/vkms_drv.c", Line: 102, Message: "format ‘%llu’ expects argument of type ‘long long unsigned int’", Option: "-Wformat="}
	replays := []report.Replay{{Run: good}, {Run: good}, {Run: good}}
	second := lockdep.Splat{Family: lockdep.AtomicSleep, Title: "sleeping function called from invalid context in vkms_flush", Function: "vkms_flush", Subtest: "fence_vkms@flip", Signature: "sleep", Raw: "BUG: sleeping function called from invalid context at mm/x.c:1"}
	silent := report.Boot{Exit: report.ExitNoBoot, Detail: "nothing on the console for 60 s", Splats: []lockdep.Splat{{Family: lockdep.Panic, Title: "Kernel panic - not syncing: VFS", Signature: "panic", Raw: "Kernel panic - not syncing: VFS"}}}
	two := bad
	two.Boots = append(bad.Boots[:2:2], report.Boot{Number: 2, Exit: "clean", Ready: true, Splats: []lockdep.Splat{second}})

	verdicts := map[string]report.Evidence{
		"pass":           {Base: good, Patched: good, Patches: 3},
		"findings":       {Base: good, Patched: bad, Replays: replays, Patches: 3, Overlay: true},
		"flaky":          {Base: good, Patched: shaky(second), Replays: []report.Replay{{Boot: 1, Run: good}}, Patches: 1},
		"mended":         {Base: good, Patched: good, Patches: 3, Steps: []report.Step{{Patch: 1, Run: report.Run{Boots: []report.Boot{up(second)}, Cases: good.Cases}}, {Patch: 2, Run: good}}},
		"two-findings":   {Base: good, Patched: two, Replays: replays, Patches: 3},
		"not-exercised":  {Base: good, Patched: report.Run{Boots: []report.Boot{up()}, Cases: cases("skip", "skip", "notrun")}, Patches: 3},
		"untested":       {Untested: "the series changes nothing in the kernel that can be tested here: drivers/gpu/drm/xe/xe_hw_fence.c", Coverage: outOfReach(), Patches: 3},
		"build-error":    {Base: good, Patched: good, Patches: 3, Builds: []report.Build{{Patch: 1, OK: true}, {Patch: 2, Diagnostics: []report.Diagnostic{gcc, warn}, Raw: raw(t, "build.txt")}, {Patch: 3, OK: true}}},
		"boot-failure":   {Base: good, Patched: report.Run{Boots: []report.Boot{silent}}, Patches: 3},
		"infra-error":    {Infra: "the base does not boot: nothing on the console for 60 s"},
		"apply-conflict": {Conflict: &report.Conflict{Patch: 2, File: "drivers/gpu/drm/vkms/vkms_crtc.c", Hunk: 1, Reason: "context does not match", Expected: []string{"\tdrm_crtc_vblank_on(crtc);", "", "\thrtimer_init(&out->vblank_hrtimer, CLOCK_BOOTTIME);", "\treturn 0;"}, Found: []string{"\tdrm_crtc_vblank_on(crtc);", "", "\thrtimer_init(&out->vblank_hrtimer, CLOCK_MONOTONIC);", "\treturn 0;"}}},
	}
	e := verdicts["not-exercised"]
	e.Static = []report.Static{{
		Rule: "alloc-in-signalling", File: "drivers/gpu/drm/panfrost/panfrost_job.c", Line: 361, Patch: 2, Function: "panfrost_job_run", Call: "kzalloc(GFP_KERNEL)",
		Section: "drm_sched_backend_ops.run_job", Path: []string{"panfrost_job_run"},
		Text: "panfrost_job_run() -> kzalloc(GFP_KERNEL): may wait for free memory, in drm_sched_backend_ops.run_job, which fences wait for",
	}, {File: "drivers/gpu/drm/scheduler/sched_main.c", Text: "f() -> dma_resv_lock(): takes the reservation lock of a buffer, in a fence signalling section"}}
	verdicts["not-exercised"] = e
	for _, name := range []string{"pass", "findings"} {
		e := verdicts[name]
		e.Coverage = sites()
		verdicts[name] = e
	}
	out := map[string]report.Report{}
	for name, e := range verdicts {
		out[name] = sample(report.Compare(e))
	}
	untested := out["untested"]
	untested.Notes = append(untested.Notes, "not compiled with the configuration of the tests, so not tested: drivers/gpu/drm/xe/xe_hw_fence.c (takes CONFIG_DRM_XE)")
	out["untested"] = untested
	r := out["infra-error"]
	r.Error = "boot base: run qemu-system-x86_64: no such file"
	out["infra-error"] = r
	out["hostile"] = hostile()
	return out
}

// evil has all that must not get through: markup, a header, terminal
// sequences, text that runs backwards, invisible and invalid bytes.
const evil = "<script>alert(1)</script>\r\nBcc: victim@example.org\r\n\r\n\x1b[31mred\x1b]0;title\x07 \u202eabc\u200b\xff' onload=\"x"

// hostile has evil in every string that a stranger can set.
func hostile() report.Report {
	s := lockdep.Splat{Family: "warning", Title: evil, Function: evil, At: evil, Classes: []string{evil}, Subtest: evil, Task: evil, Signature: evil, Raw: evil + "\n-- \ndiff --git a/x b/x\n--- a/x\n+++ b/x\n" + strings.Repeat("\x1bA", 5000)}
	patched := report.Run{Boots: []report.Boot{up(s)}, Cases: []igt.Case{{Name: evil, Driver: evil, Result: "pass", Alive: true}}}
	base := report.Run{Boots: []report.Boot{up()}, Cases: []igt.Case{{Name: evil, Driver: evil, Result: "fail"}}}
	v := report.Compare(report.Evidence{Base: base, Patched: patched, Builds: []report.Build{{Patch: 1, OK: true, Diagnostics: []report.Diagnostic{{Kind: "warning", File: evil, Message: evil, Option: evil}}}}})
	v.Conflict = &report.Conflict{Patch: 1, File: evil, Hunk: 1, Reason: evil, Expected: []string{evil}, Found: []string{evil}}
	v.Notes = append(v.Notes, evil)
	v.Mended = []report.Finding{{Splat: s, Culprit: report.Culprit{Patch: 1, Why: evil}, MendedBy: 1}}
	v.Coverage = []report.Covered{{Site: evil, Call: evil, Touched: true, WhyNot: evil}, {Site: evil, Call: evil, Touched: true, Hits: 1, Tests: []string{evil}}}
	v.Static = []report.Static{{Rule: evil, File: evil, Line: 1, Patch: 1, Function: evil, Call: evil, Section: evil, Path: []string{evil}, Text: evil}}
	v.Lockdep.Priming.Missing = []string{evil}
	r := sample(v)
	r.Error = evil
	r.Series = report.Series{
		Title: evil, Version: 1, Total: 1, Subject: evil, MessageID: evil, Refs: []string{evil, "a@b c", "ok@example.org"},
		Author:  report.Address{Name: evil, Addr: "jane@example.org"},
		Cc:      []report.Address{{Name: evil, Addr: evil}, {Name: "x", Addr: "a@b\r\nBcc: c@d"}, {Name: `"; b@c`, Addr: "ok@example.org"}},
		Patches: []report.Patch{{Number: 1, Subject: evil, Commit: evil, Skipped: evil}},
	}
	r.Base = report.Base{Tree: evil, Commit: evil, Why: evil}
	r.Times = map[string]float64{evil: 1}
	r.Reproduce = report.Reproduce{Base: evil, Tip: evil, Overlays: []string{evil}, SeriesMbox: evil, ConfigHash: evil, Compiler: evil, QEMU: []string{"qemu", evil, "-x" + evil}, QEMUVersion: evil, Accel: evil, Tests: []report.Test{{Binary: evil, Subtest: evil, Driver: evil}}, Commands: []string{evil}}
	return r
}
