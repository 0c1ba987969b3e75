// SPDX-License-Identifier: MIT

package report

import (
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report/igt"
	"github.com/fencebot/fencebot/report/lockdep"
)

// A replay has to run the tests in the order of the boot, which is not that of
// the plan once the rest of a group was put off.
func TestReplayOrderIsTheBoots(t *testing.T) {
	t.Parallel()
	r := Run{Cases: []igt.Case{
		{Name: "a@1", Result: wire.Pass, Boot: 0, Place: 0},
		{Name: "a@2", Result: wire.Pass, Boot: 1, Place: 2},
		{Name: "b@1", Result: wire.Pass, Boot: 1, Place: 0},
		{Name: "b@2", Result: wire.Skip, Boot: 1, Place: 1},
		{Name: "b@3", Result: wire.NotRun, Boot: 1, Place: 3},
	}}
	var got []string
	for _, c := range startedIn(r, 1) {
		got = append(got, c.Name)
	}
	if want := []string{"b@1", "b@2", "a@2"}; len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("boot 1 started %v; want %v", got, want)
	}
}

// A replay takes the tests up to the one that showed something, and none for
// what the kernel reports before the first: a boot with a dead lockdep runs the
// whole plan.
func TestReplayEndsWhereItShowed(t *testing.T) {
	t.Parallel()
	cases := []igt.Case{
		{Name: "a@1", Driver: "vkms", Result: wire.Pass, Place: 0}, {Name: "b@1", Result: wire.Pass, Place: 1},
		{Name: "a@1", Driver: "vgem", Result: wire.Pass, Place: 2}, {Name: "c@1", Result: wire.Pass, Place: 3},
	}
	clean := Run{Boots: []Boot{{Ready: true, Exit: ExitClean, Lockdep: LockdepState{Known: true, Alive: true}}}, Cases: cases}
	order, sleep := splat("circular-dependency", "init", ""), splat("atomic-sleep", "f", "b@1")
	for name, tt := range map[string]struct {
		alive  bool
		splats []lockdep.Splat
		want   int
	}{
		"lockdep, before the first":    {false, []lockdep.Splat{order}, 0},
		"that, and a sleep in a test":  {false, []lockdep.Splat{order, sleep}, 2},
		"lockdep, between two tests":   {true, []lockdep.Splat{order}, 4},
		"a warning, nobody knows when": {false, []lockdep.Splat{splat("warning", "g", "")}, 4},
		"in a test":                    {true, []lockdep.Splat{sleep}, 2},
		"in a test on two drivers":     {true, []lockdep.Splat{splat("atomic-sleep", "f", "a@1")}, 3},
		"in a test of another plan":    {true, []lockdep.Splat{splat("atomic-sleep", "f", "x@1")}, 4},
	} {
		bad := Run{Boots: []Boot{{Ready: true, Exit: ExitClean, Lockdep: LockdepState{Known: true, Alive: tt.alive}, Splats: tt.splats}}, Cases: cases}
		got := NeedsReplay(clean, bad)
		if len(got) != 1 || len(got[0].Cases) != tt.want {
			t.Errorf("%s: NeedsReplay = %+v; want one boot with %d tests", name, got, tt.want)
		}
	}
}

// A culprit that was found by running prefixes goes into its finding.
func TestCulpritsAreTakenOver(t *testing.T) {
	t.Parallel()
	clean := Run{Boots: []Boot{{Ready: true, Exit: ExitClean}}, Cases: []igt.Case{{Name: "a@1", Result: wire.Pass, Alive: true}}}
	bad := clean
	bad.Boots = []Boot{{Ready: true, Exit: ExitClean, Splats: []lockdep.Splat{{Family: "circular-dependency", Title: "t", Signature: "s1"}}}}
	if !bad.Shows("s1") || clean.Shows("s1") || bad.Shows("s2") {
		t.Error("Shows does not tell the signatures of a run")
	}
	v := Compare(Evidence{Patches: 3, Base: clean, Patched: bad, Culprits: map[string]Culprit{"s1": {Patch: 2, Why: "seen"}}})
	if len(v.Findings) != 1 || v.Findings[0].Culprit != (Culprit{Patch: 2, Why: "seen"}) {
		t.Errorf("findings = %+v; want one of patch 2", v.Findings)
	}
}

// Tests that hang without a word of the kernel are one finding: nothing tells
// their bugs apart, and whatever waits for the first one hangs as well.
func TestHangsWithoutAWordAreOne(t *testing.T) {
	t.Parallel()
	clean := Run{Boots: []Boot{{Ready: true, Exit: ExitClean}}, Cases: []igt.Case{{Name: "a@1", Result: wire.Pass, Alive: true}}}
	bad := Run{
		Boots: []Boot{{Number: 0, Ready: true, Exit: ExitHang, Detail: "a@1 hung"}, {Number: 1, Ready: true, Exit: ExitHang, Detail: "b@1 hung"}},
		Cases: []igt.Case{{Name: "a@1", Result: wire.Timeout, Alive: true}, {Name: "b@1", Result: wire.Timeout, Boot: 1, Alive: true}},
	}
	v := Compare(Evidence{Patches: 1, Base: clean, Patched: bad})
	if len(v.Findings) != 1 || v.Findings[0].Family != FamilyHang || v.Findings[0].Count != 2 {
		t.Errorf("findings = %+v; want one hang, seen twice", v.Findings)
	}
}
