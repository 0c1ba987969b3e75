// SPDX-License-Identifier: MIT

package render

import (
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/lockdep"
)

func TestExcerpt(t *testing.T) {
	t.Parallel()
	guess := lockdep.Frame{Function: "fn", Offset: "0x1/0x2"}
	sure := lockdep.Frame{Function: "fn", Offset: "0x1/0x2", Reliable: true}
	chain := []lockdep.Link{{Trace: []lockdep.Frame{sure}}, {Trace: []lockdep.Frame{sure}}}
	const oops = "BUG: x\nRIP: 0010:fn+0x1/0x2\nCode: 90 90\nRSP: 0018:ff EFLAGS: 1\nCall Trace:\n ? guess+0x1/0x2\n fn+0x1/0x2\n"
	for name, c := range map[string]struct {
		splat lockdep.Splat
		want  []string
		left  int
	}{
		"an oops": {
			lockdep.Splat{Family: lockdep.PageFault, Trace: []lockdep.Frame{sure}, Raw: oops},
			[]string{"BUG: x", "RIP: 0010:fn+0x1/0x2", "Call Trace:", " fn+0x1/0x2"}, 3,
		},
		"only guesses stay": {
			lockdep.Splat{Family: lockdep.Warning, Trace: []lockdep.Frame{guess}, Raw: "WARNING: x\nCall Trace:\n ? fn+0x1/0x2\n"},
			[]string{"WARNING: x", "Call Trace:", " ? fn+0x1/0x2"}, 0,
		},
		"the same stack twice": {
			lockdep.Splat{Family: lockdep.CircularDependency, Trace: []lockdep.Frame{sure}, Chain: chain, Raw: "-> #0 (a){+.+.}:\n fn+0x1/0x2\n\n\nstack backtrace:\nCall Trace:\n fn+0x1/0x2\n"},
			[]string{"-> #0 (a){+.+.}:", " fn+0x1/0x2"}, 3,
		},
		"a torn report keeps its stack": {
			lockdep.Splat{Family: lockdep.CircularDependency, Trace: []lockdep.Frame{sure}, Raw: "-> #0 (a){+.+.}:\n\nstack backtrace:\n fn+0x1/0x2\n"},
			[]string{"-> #0 (a){+.+.}:", "", "stack backtrace:", " fn+0x1/0x2"}, 0,
		},
		"nothing": {lockdep.Splat{}, nil, 0},
	} {
		got, left := excerpt(report.Finding{Splat: c.splat})
		if !slices.Equal(got, c.want) || left != c.left {
			t.Errorf("%s: %d left out of\n%s\nwant %d and\n%s", name, left, strings.Join(got, "\n"), c.left, strings.Join(c.want, "\n"))
		}
	}
}

// Lines of the source stand behind the frames, with what is inlined above, and
// those that a patch brings are marked.
func TestExcerptNamesSources(t *testing.T) {
	t.Parallel()
	f := report.Finding{Splat: lockdep.Splat{
		Raw: "Call Trace:\n vkms_begin.isra.0+0x38/0x4d\n commit_tail+0x86/0xd3\n fn+0x1/0x2 a.c:3",
		Trace: []lockdep.Frame{
			{Function: "vkms_alloc", File: "drivers/vkms.c", Line: 12, Inlined: true, Reliable: true, Patch: 2},
			{Function: "vkms_begin", File: "drivers/vkms.c", Line: 40, Offset: "0x38/0x4d", Reliable: true},
			{Function: "commit_tail", Offset: "0x86/0xd3", Reliable: true},
			{Function: "fn", File: "a.c", Line: 3, Offset: "0x1/0x2", Reliable: true},
		},
	}}
	want := []string{
		"Call Trace:",
		" vkms_alloc [inlined] (drivers/vkms.c:12)  <-- patch 2",
		" vkms_begin.isra.0+0x38/0x4d (drivers/vkms.c:40)",
		" commit_tail+0x86/0xd3",
		" fn+0x1/0x2 a.c:3", // the log had it already
	}
	if got, _ := excerpt(f); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	page := pageReport(f)
	if !page[1].Key || page[2].Key {
		t.Errorf("%v; want the patch's line marked, and no other", page)
	}
}
