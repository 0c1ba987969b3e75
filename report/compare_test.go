// SPDX-License-Identifier: MIT

package report

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/igt"
	"github.com/fencebot/fencebot/report/lockdep"
)

// A comparison is evidence and what Compare must make of it.
type comparison struct {
	in       Evidence
	word     Word
	findings string // families, joined
	known    int
}

func check(t *testing.T, tests map[string]comparison) {
	t.Helper()
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := Compare(tt.in)
			var got []string
			for _, f := range v.Findings {
				got = append(got, string(f.Family))
			}
			if v.Word != tt.word || strings.Join(got, " ") != tt.findings || len(v.Known) != tt.known {
				t.Errorf("Compare = %s (%s), findings %q, %d known; want %s, %q, %d", v.Word, v.Reason, got, len(v.Known), tt.word, tt.findings, tt.known)
			}
			if v.Reason == "" {
				t.Error("no reason given")
			}
		})
	}
}

// TestCompareKnown: what is new, and what the base has as well.
func TestCompareKnown(t *testing.T) {
	t.Parallel()
	good := run(boot())
	damaged := alloc
	damaged.Signature, damaged.Corrupted = "garbage", true
	otherTest := alloc
	otherTest.Subtest = "fence_vgem@signal"
	renamed := circular("dma_fence_map", "&new->lock")
	hides := circular("dma_fence_map", "&new->lock")
	hides.Trace = []lockdep.Frame{{Function: "__mutex_lock", Reliable: true}, {Function: "vkms_crtc_atomic_begin", Reliable: true}}
	damagedOther := circular("&x->lock", "&y->lock")
	damagedOther.Signature, damagedOther.Corrupted, damagedOther.Function = "garbage", true, "other"

	check(t, map[string]comparison{
		"clean":                     {Evidence{Base: good, Patched: good}, Pass, "", 0},
		"nothing done":              {Evidence{}, NotExercised, "", 0},
		"new splat":                 {Evidence{Base: good, Patched: run(boot(alloc))}, Findings, "circular-dependency", 0},
		"same splat on the base":    {Evidence{Base: run(boot(alloc)), Patched: run(boot(alloc))}, Pass, "", 1},
		"base has it elsewhere":     {Evidence{Base: run(boot(otherTest)), Patched: run(boot(alloc))}, Pass, "", 1},
		"base fixed":                {Evidence{Base: run(boot(alloc)), Patched: good}, Pass, "", 0},
		"one of two is known":       {Evidence{Base: run(boot(alloc)), Patched: run(boot(alloc), boot(order))}, Findings, "circular-dependency", 1},
		"replay shows it":           {Evidence{Base: good, Patched: run(boot(alloc)), Replays: []Replay{{Run: good}, {Run: run(boot(alloc))}}}, Pass, "", 1},
		"replays are clean":         {Evidence{Base: good, Patched: run(boot(alloc)), Replays: []Replay{{Run: good}, {Run: good}, {Run: good}}}, Findings, "circular-dependency", 0},
		"twice in two boots":        {Evidence{Base: good, Patched: run(boot(alloc), boot(alloc))}, Findings, "circular-dependency", 0},
		"two bugs":                  {Evidence{Base: good, Patched: run(boot(alloc), boot(order))}, Findings, "circular-dependency circular-dependency", 0},
		"lock renamed":              {Evidence{Base: run(boot(alloc)), Patched: run(boot(renamed))}, Pass, "", 1},
		"lock renamed, both there":  {Evidence{Base: run(boot(alloc)), Patched: run(boot(alloc), boot(renamed))}, Findings, "circular-dependency", 1},
		"new lock hides an old bug": {Evidence{Base: run(boot(alloc)), Patched: run(boot(hides))}, Findings, "circular-dependency", 0},
		"damaged, of other locks":   {Evidence{Base: run(boot(alloc)), Patched: run(boot(damagedOther))}, Findings, "circular-dependency", 0},
		"another bug in its place":  {Evidence{Base: run(boot(order)), Patched: run(boot(splat("inconsistent-lock-state", "f", "fence_vkms@commit")))}, Findings, "inconsistent-lock-state", 0},
		"damaged on the base":       {Evidence{Base: run(boot(damaged)), Patched: run(boot(alloc))}, Pass, "", 1},
		"damaged on the patched":    {Evidence{Base: run(boot(alloc)), Patched: run(boot(damaged))}, Pass, "", 1},
		"damaged and whole":         {Evidence{Base: good, Patched: run(boot(alloc), boot(damaged))}, Findings, "circular-dependency", 0},
	})
}

// TestCompareFollowUps: one bug is one finding, in whatever shapes it shows.
func TestCompareFollowUps(t *testing.T) {
	t.Parallel()
	good := run(boot())
	hung := splat("hung-task", "vkms_wait", "fence_vkms@commit")
	atomic := splat("atomic-sleep", "vkms_crtc_atomic_begin", "fence_vkms@commit")
	again := splat("atomic-sleep", "drm_ioctl", "fence_vkms@commit")
	atBoot := splat("warning", "vkms_init", "")
	irq := func(test string) lockdep.Splat {
		return splat("inconsistent-lock-state", "vkms_remember", "fence_vkms@"+test)
	}

	check(t, map[string]comparison{
		"hang after a splat":       {Evidence{Base: good, Patched: run(ending(boot(alloc, hung), ExitHang, "test hangs"))}, Findings, "circular-dependency", 0},
		"hung task names the hang": {Evidence{Base: good, Patched: run(ending(boot(hung), ExitHang, "test hangs"))}, Findings, "hung-task", 0},
		"hang without a word":      {Evidence{Base: good, Patched: run(ending(boot(), ExitHang, "test hangs"))}, Findings, "test-hang", 0},
		"silent guest":             {Evidence{Base: good, Patched: run(ending(boot(), ExitSilent, "silent for 60 s"))}, Findings, "guest-silent", 0},
		"run too long":             {Evidence{Base: good, Patched: run(ending(boot(), ExitTimeout, "10 minutes"))}, Findings, "test-hang", 0},
		"both hang":                {Evidence{Base: run(ending(boot(), ExitHang, "x")), Patched: run(ending(boot(), ExitHang, "y"))}, Pass, "", 1},
		"panic without a word":     {Evidence{Base: good, Patched: run(ending(boot(), ExitPanic, "Kernel panic"))}, Findings, "panic", 0},
		"panic after an oops":      {Evidence{Base: good, Patched: run(ending(boot(splat("null-deref", "f", ""), splat("panic", "", "")), ExitPanic, "p"))}, Findings, "null-deref", 0},
		"sleeps repeat":            {Evidence{Base: good, Patched: run(boot(alloc, atomic, again))}, Findings, "circular-dependency", 0},
		"sleep, then lockdep":      {Evidence{Base: good, Patched: run(boot(again, order))}, Findings, "atomic-sleep circular-dependency", 0},
		"one place seen twice":     {Evidence{Base: good, Patched: run(boot(atomic, alloc))}, Findings, "atomic-sleep", 0},
		"hang after a known splat": {Evidence{Base: run(boot(alloc)), Patched: run(boot(alloc, hung))}, Findings, "hung-task", 1},
		"view of a later test":     {Evidence{Base: good, Patched: run(boot(irq("commit")), boot(irq("flip"), splat("atomic-sleep", "vkms_remember", "fence_vkms@flip")))}, Findings, "inconsistent-lock-state", 0},
		"warning at boot, sleep":   {Evidence{Base: good, Patched: run(boot(atBoot, again))}, Findings, "warning atomic-sleep", 0},
	})
}

// TestCompareWord: the precedence of the verdicts, and what is never a pass.
func TestCompareWord(t *testing.T) {
	t.Parallel()
	good := run(boot())
	limit := splat("lockdep-limit", "", "fence_vkms@commit")
	errs := []Diagnostic{{Kind: "error", File: "a.c", Line: 3, Message: "no"}, {Kind: "warning", File: "a.c", Line: 2, Message: "hm"}}

	check(t, map[string]comparison{
		"lockdep exhausted":         {Evidence{Base: good, Patched: run(boot(limit))}, NotExercised, "", 0},
		"exhausted after a bug":     {Evidence{Base: good, Patched: run(boot(alloc), boot(limit))}, Findings, "circular-dependency", 0},
		"bfs error":                 {Evidence{Base: good, Patched: run(boot(lockdep.Splat{Family: "warning", Title: "w", Raw: "lockdep bfs error:-1"}))}, NotExercised, "", 0},
		"lockdep dead at start":     {Evidence{Base: good, Patched: results(run(boot()), "pass", false)}, NotExercised, "", 0},
		"all skip":                  {Evidence{Base: good, Patched: results(run(boot()), "skip", true)}, NotExercised, "", 0},
		"base ran nothing":          {Evidence{Base: results(run(boot()), "skip", true), Patched: good}, NotExercised, "", 0},
		"no base":                   {Evidence{Patched: good}, InfraError, "", 0},
		"base does not boot":        {Evidence{Base: run(notUp(ending(boot(), ExitNoBoot, "silent"))), Patched: run(boot(alloc))}, InfraError, "circular-dependency", 0},
		"patched does not boot":     {Evidence{Base: good, Patched: run(notUp(ending(boot(), ExitNoBoot, "silent")))}, BootFailure, "guest-silent", 0},
		"panic at boot":             {Evidence{Base: good, Patched: run(notUp(ending(boot(splat("panic", "", "")), ExitPanic, "p")))}, BootFailure, "panic", 0},
		"splat at boot":             {Evidence{Base: good, Patched: results(run(boot(splat("circular-dependency", "init", ""))), "pass", false)}, Findings, "circular-dependency", 0},
		"qemu fails":                {Evidence{Base: good, Patched: run(notUp(ending(boot(), ExitQEMUFailed, "no memory")))}, InfraError, "", 0},
		"qemu fails on the base":    {Evidence{Base: run(boot(), notUp(ending(boot(), ExitQEMUFailed, "no memory"))), Patched: good}, InfraError, "", 0},
		"conflict":                  {Evidence{Conflict: &Conflict{Patch: 2, File: "a.c", Hunk: 1}}, ApplyConflict, "", 0},
		"infra before conflict":     {Evidence{Infra: "disk full", Conflict: &Conflict{}}, InfraError, "", 0},
		"build error":               {Evidence{Builds: []Build{{Patch: 1, Diagnostics: errs}}}, BuildError, "build-error", 0},
		"build error, mended later": {Evidence{Base: good, Patched: good, Builds: []Build{{Patch: 1, OK: true}, {Patch: 2, Diagnostics: errs}, {Patch: 3, OK: true}}}, BuildError, "build-error", 0},
		"build error and splat":     {Evidence{Base: good, Patched: run(boot(alloc)), Builds: []Build{{Patch: 1, Diagnostics: errs}, {Patch: 2, OK: true}}}, BuildError, "build-error circular-dependency", 0},
		"build error stays":         {Evidence{Builds: []Build{{Patch: 1, Diagnostics: errs}, {Patch: 2, Diagnostics: errs}, {Patch: 3}}}, BuildError, "build-error", 0},
		"make fails silently":       {Evidence{Builds: []Build{{Patch: 1, OK: true}, {Patch: 2}}}, BuildError, "build-error", 0},
		"warnings only":             {Evidence{Base: good, Patched: good, Builds: []Build{{Patch: 1, OK: true, Diagnostics: errs[1:]}}}, Pass, "", 0},
	})
}

func TestCompareFills(t *testing.T) {
	t.Parallel()
	hung := splat("hung-task", "vkms_wait", "fence_vkms@commit")
	clean := run(boot())
	v := Compare(Evidence{
		Base: clean, Patched: run(boot(alloc, hung), boot(alloc)), Patches: 1, Overlay: true,
		Replays: []Replay{{Boot: 0, Run: clean}, {Boot: 0, Run: run(boot())}, {Boot: 1, Run: clean}, {Boot: 0}},
	})
	f := v.Findings[0]
	if f.Culprit != (Culprit{Patch: 1, Why: "the only patch"}) || f.Contract.Name != "alloc-in-signalling" || f.Count != 2 || f.Replayed != 2 || !f.NeedsOverlay {
		t.Errorf("finding = %+v", f)
	}
	if want := []Follow{{"hung-task", "hung-task in vkms_wait"}}; !slices.Equal(f.Followed, want) {
		t.Errorf("followed by %v; want %v", f.Followed, want)
	}
	bare := run(boot(alloc))
	v = Compare(Evidence{Base: clean, Patched: run(boot(alloc)), Patches: 3, Overlay: true, Bare: &bare})
	if f := v.Findings[0]; f.NeedsOverlay || f.Culprit != (Culprit{Why: "not determined"}) {
		t.Errorf("seen without overlay: %+v", f)
	}
	if !slices.Contains(v.Notes, "finding 1 was not replayed on the base") {
		t.Errorf("notes = %q", v.Notes)
	}
}

func TestCompareMasked(t *testing.T) {
	t.Parallel()
	irq := splat("inconsistent-lock-state", "vkms_enable", "fence_vkms@commit")
	v := Compare(Evidence{Base: run(boot(order)), Patched: run(boot(irq))})
	if got := v.Findings[0].MaskedBy; got != order.Title {
		t.Errorf("masked by %q; want %q", got, order.Title)
	}
	v = Compare(Evidence{Base: run(boot(order)), Patched: run(boot(irq), boot(order))})
	if got := v.Findings[0].MaskedBy; got != "" {
		t.Errorf("masked by %q although the patched kernel shows that, too", got)
	}
}

func TestBuildFinding(t *testing.T) {
	t.Parallel()
	err := Diagnostic{Kind: "error", File: "a.c", Line: 103, Column: 20, Message: "implicit declaration", Option: "-Werror=implicit-function-declaration"}
	warn := Diagnostic{Kind: "warning", File: "a.c", Line: 9, Message: "unused"}
	moved := warn
	moved.Line = 12
	v := Compare(Evidence{Builds: []Build{{Patch: 1, OK: true, Diagnostics: []Diagnostic{warn}}, {Patch: 2, Diagnostics: []Diagnostic{moved, err}}, {Patch: 3, OK: true}}})
	f := v.Findings[0]
	if f.Culprit.Patch != 2 || f.MendedBy != 3 || f.File != "a.c" || f.Line != 103 || f.Title != "implicit declaration" {
		t.Errorf("finding = %+v", f)
	}
	if want := "a.c:103:20: error: implicit declaration [-Werror=implicit-function-declaration]"; f.Raw != want {
		t.Errorf("raw = %q; want %q", f.Raw, want)
	}
	if d := v.Build.Diagnostics; len(d) != 2 || d[0].Patch != 1 || d[1].Patch != 2 {
		t.Errorf("diagnostics = %+v", d)
	}
	many := make([]Diagnostic, MaxDiagnostics+7)
	for i := range many {
		many[i] = Diagnostic{Kind: "warning", Message: fmt.Sprint(i)}
	}
	if m := messages([]Build{{OK: true, Diagnostics: many}}); len(m.Diagnostics) != MaxDiagnostics || m.LeftOut != 7 {
		t.Errorf("%d diagnostics, %d left out", len(m.Diagnostics), m.LeftOut)
	}
}

func TestNeedsReplay(t *testing.T) {
	t.Parallel()
	base := run(boot(order))
	patched := run(boot(order), boot(alloc), ending(boot(), ExitHang, "hangs"))
	patched.Cases = append(patched.Cases, igt.Case{Name: "later", Boot: 1, Result: "notrun"})
	got := NeedsReplay(base, patched)
	if len(got) != 2 || got[0].Boot != 1 || got[1].Boot != 2 {
		t.Fatalf("NeedsReplay = %+v; want boots 1 and 2", got)
	}
	if got[0].Signatures[0] != alloc.Signature || len(got[0].Cases) != 1 || got[0].Cases[0].Name != "fence_vgem@signal" {
		t.Errorf("first = %+v", got[0])
	}
	if got[1].Signatures[0] != "test-hang: fence_sync@wait" {
		t.Errorf("second = %+v", got[1])
	}
	if got := NeedsReplay(base, base); got != nil {
		t.Errorf("NeedsReplay of the base itself = %+v", got)
	}
	if got := NeedsReplay(Run{}, patched); got != nil {
		t.Errorf("NeedsReplay without a base = %+v", got)
	}
}

func TestExitCode(t *testing.T) {
	t.Parallel()
	want := map[Word]int{Pass: 0, Findings: 1, BuildError: 1, ApplyConflict: 1, BootFailure: 1, InfraError: 3, NotExercised: 4, "": 3, "great": 3}
	for w, code := range want {
		if got := w.ExitCode(); got != code {
			t.Errorf("%q.ExitCode() = %d; want %d", w, got, code)
		}
	}
}

func TestRows(t *testing.T) {
	t.Parallel()
	base := Run{Cases: []igt.Case{{Name: "a", Result: "fail"}, {Name: "gone", Result: "pass"}}}
	patched := Run{Cases: []igt.Case{{Name: "a", Result: "notrun"}, {Name: "a", Result: "pass", Seconds: 2, Alive: true}, {Name: "a", Driver: "vkms", Result: "skip"}, {Name: "a", Result: "notrun"}}}
	got := rows(base, patched)
	want := []Row{
		{Name: "a", Base: "fail", Patched: "pass", Seconds: 2, Alive: true},
		{Name: "a", Driver: "vkms", Patched: "skip"}, {Name: "gone", Base: "pass"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("rows = %+v; want %+v", got, want)
	}
	if !got[0].Changed() || got[1].Changed() || got[2].Changed() {
		t.Error("only the first row changed")
	}
	for word, news := range map[string]bool{"": true, "new-failure": true, "improvement": true, "known": false, "flaky": false} {
		if row := (Row{Base: "pass", Patched: "fail", Expected: word}); row.Changed() != news {
			t.Errorf("expected %q: news %v; want %v", word, !news, news)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	var boots []Boot
	for i := range MaxFindings + 5 {
		s := circular(fmt.Sprint("lock", i), "other")
		s.Raw = strings.Repeat("é", MaxRaw)
		s.Classes = append(s.Classes, make([]string, 500)...)
		boots = append(boots, boot(s))
	}
	v := Compare(Evidence{Base: run(boot()), Patched: run(boots...)})
	if len(v.Findings) != MaxFindings {
		t.Errorf("%d findings; want %d", len(v.Findings), MaxFindings)
	}
	f := v.Findings[0]
	if len(f.Raw) > MaxRaw || !strings.Contains(f.Raw, "bytes left out") || strings.ContainsRune(f.Raw, '\uFFFD') || len(f.Classes) > maxClasses {
		t.Errorf("finding has %d bytes and %d classes", len(f.Raw), len(f.Classes))
	}
	if !slices.Contains(v.Notes, "more than 50 findings: the rest is left out") {
		t.Errorf("notes = %q", v.Notes)
	}
	var r Reproduce
	r.Embed(strings.Repeat("x", MaxMbox), "y", "")
	if r.SeriesMbox != "" || r.LeftOut == "" {
		t.Errorf("too long an mbox was embedded: %q", r.LeftOut)
	}
	if r.Embed("x", "y", "z"); r.SeriesMbox != "x" || r.OverlayMbox != "y" || r.HarnessMbox != "z" || r.LeftOut != "" {
		t.Errorf("Embed gave %+v", r)
	}
}

func ExampleCompare() {
	test := igt.Case{Name: "fence_vkms@commit", Result: "pass", Alive: true}
	up := Boot{Exit: ExitClean, Ready: true, Lockdep: LockdepState{Known: true, Alive: true}}
	base := Run{Boots: []Boot{up}, Cases: []igt.Case{test}}

	up.Splats = []lockdep.Splat{{Family: "circular-dependency", Signature: "dma_fence_map fs_reclaim"}}
	patched := Run{Boots: []Boot{up}, Cases: []igt.Case{test}}

	for _, r := range NeedsReplay(base, patched) {
		fmt.Println("replay on the base:", r.Cases[0].Name)
	}
	v := Compare(Evidence{Base: base, Patched: patched, Patches: 1})
	fmt.Println(v.Word, v.Word.ExitCode(), v.Findings[0].Culprit.Why)
	// Output:
	// replay on the base: fence_vkms@commit
	// findings 1 the only patch
}
