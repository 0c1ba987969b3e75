// SPDX-License-Identifier: MIT

package pipeline

import (
	"testing"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/internal/symbolize"
	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/lockdep"
)

// lineOf is a source in which function fN lies in line 10*N of drm.c, which
// patch N brings, and has an inline function of the base in it.
func lineOf(patches ...int) source {
	s := source{places: symbolize.Table{}, origins: map[string]map[int]gittree.Origin{"drm.c": {}, "lock.h": {5: {Line: 4}}}}
	for _, n := range patches {
		s.places[symbolize.Frame{Function: name(n), Offset: "0x8/0x20"}] = []symbolize.Place{
			{Function: "lock", File: "lock.h", Line: 5}, {Function: name(n), File: "drm.c", Line: 10 * n},
		}
		s.origins["drm.c"][10*n] = gittree.Origin{Line: 10*n - 1, Patch: n}
	}
	return s
}

func name(n int) string { return "f" + string(rune('0'+n)) }

// through is a finding whose stack goes through functions; a negative one has a
// question mark.
func through(culprit report.Culprit, functions ...int) report.Finding {
	f := report.Finding{Culprit: culprit, Splat: lockdep.Splat{Signature: "sig"}}
	for _, n := range functions {
		f.Trace = append(f.Trace, lockdep.Frame{Function: name(max(n, -n)), Offset: "0x8/0x20", Reliable: n > 0})
	}
	return f
}

func TestMark(t *testing.T) {
	t.Parallel()
	unknown := report.Culprit{Why: "not determined"}
	booted := report.Culprit{Patch: 2, Why: "booted"}
	tests := map[string]struct {
		f     report.Finding
		patch int
		line  int // 0: none is named
	}{
		"one patch's lines":           {through(unknown, 3, 3), 3, 29},
		"lines of two patches":        {through(unknown, 3, 2), 0, 0},
		"a question mark":             {through(unknown, 3, -2), 3, 29},
		"question marks alone":        {through(unknown, -3), 0, 0},
		"no line of a patch":          {through(unknown, 7), 0, 0},
		"booting has the last word":   {through(booted, 3, 2), 2, 19},
		"booting, and other lines":    {through(booted, 3), 2, 0},
		"the only patch, as reported": {through(report.Culprit{Patch: 1, Why: "the only patch"}, 1), 1, 9},
	}
	for name, tc := range tests {
		all := []report.Finding{tc.f}
		lineOf(1, 2, 3).mark(all)
		c := all[0].Culprit
		if c.Patch != tc.patch || c.Line != tc.line || (c.File != "") != (tc.line > 0) {
			t.Errorf("%s: culprit %+v; want patch %d, line %d", name, c, tc.patch, tc.line)
		}
		if all[0].Signature != "sig" {
			t.Errorf("%s: another signature", name)
		}
	}
}

// Frames have the lines of the author's tree: what an overlay shifts is shifted
// back, and its own lines have no number.
func TestMarkFrames(t *testing.T) {
	t.Parallel()
	s := lineOf(1, 2)
	s.origins["drm.c"][10] = gittree.Origin{}
	all := []report.Finding{through(report.Culprit{}, 1, 2)}
	s.mark(all)
	want := []lockdep.Frame{
		{Function: "lock", File: "lock.h", Line: 4, Reliable: true, Inlined: true},
		{Function: "f1", File: "drm.c", Offset: "0x8/0x20", Reliable: true},
		{Function: "lock", File: "lock.h", Line: 4, Reliable: true, Inlined: true},
		{Function: "f2", File: "drm.c", Line: 19, Offset: "0x8/0x20", Reliable: true, Patch: 2},
	}
	for i, got := range all[0].Trace {
		if i >= len(want) || got != want[i] {
			t.Errorf("frame %d is %+v", i, got)
		}
	}
}

// A broken build names its line itself.
func TestMarkLeavesBuildErrors(t *testing.T) {
	t.Parallel()
	f := through(report.Culprit{Patch: 1, Why: "x"}, 1)
	f.Family = report.FamilyBuild
	all := []report.Finding{f}
	lineOf(1).mark(all)
	if c := all[0].Culprit; c.File != "" || all[0].Trace[0].File != "" {
		t.Errorf("culprit %+v, frame %+v", c, all[0].Trace[0])
	}
}

func TestNameOverlays(t *testing.T) {
	t.Parallel()
	fence := lockdep.Lock{Class: "dma_fence_map", Function: "vkms_atomic_commit_tail"}
	for name, c := range map[string]struct {
		finding report.Finding
		want    string
	}{
		"ours":       {report.Finding{NeedsOverlay: true, Splat: lockdep.Splat{Locks: []lockdep.Lock{{Class: "fs_reclaim"}, fence}}}, "vkms-commit-tail"},
		"only held":  {report.Finding{NeedsOverlay: true, Splat: lockdep.Splat{Held: []lockdep.Lock{fence}}}, "vkms-commit-tail"},
		"not needed": {report.Finding{Splat: lockdep.Splat{Locks: []lockdep.Lock{fence}}}, ""},
		"the tree's": {report.Finding{NeedsOverlay: true, Splat: lockdep.Splat{Locks: []lockdep.Lock{{Class: "dma_fence_map", Function: "xe_fence"}}}}, ""},
	} {
		all := []report.Finding{c.finding}
		if nameOverlays(all); all[0].Overlay != c.want {
			t.Errorf("%s: overlay %q; want %q", name, all[0].Overlay, c.want)
		}
	}
}

// What the kernel reported in a line is not guessed at once more.
func TestBeside(t *testing.T) {
	t.Parallel()
	f := report.Finding{Splat: lockdep.Splat{Trace: []lockdep.Frame{{File: "drm.c", Line: 10}, {File: "drm.c"}}}}
	warnings := []report.Static{{File: "drm.c", Line: 10}, {File: "drm.c", Line: 11}, {File: "other.c", Line: 10}, {File: "drm.c"}}
	got := beside(warnings, []report.Finding{f})
	if len(got) != 3 || got[0].Line != 11 || got[1].File != "other.c" || got[2].Line != 0 {
		t.Errorf("beside = %+v; want all but the line that the finding goes through", got)
	}
	if got := beside(nil, []report.Finding{f}); len(got) != 0 {
		t.Errorf("beside of nothing = %+v", got)
	}
}
