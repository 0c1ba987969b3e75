// SPDX-License-Identifier: MIT

package render

import (
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/contract"
	"github.com/fencebot/fencebot/report/lockdep"
)

func TestBaseWord(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		f    report.Finding
		want string
	}{
		"build":     {report.Finding{Splat: lockdep.Splat{Family: report.FamilyBuild}}, "builds"},
		"masked":    {report.Finding{MaskedBy: "x"}, `cannot tell: there the same test ends with "x"`},
		"no replay": {report.Finding{}, "does not show it (not replayed)"},
		"once":      {report.Finding{Replayed: 1}, "does not show it, nor when the same tests ran again"},
		"thrice":    {report.Finding{Replayed: 3}, "does not show it, nor in 3 replays of the same tests"},
	}
	for name, tt := range tests {
		if got := baseWord(tt.f); got != tt.want {
			t.Errorf("%s: baseWord = %q; want %q", name, got, tt.want)
		}
	}
}

func TestCulprit(t *testing.T) {
	t.Parallel()
	many := report.Series{Total: 3, Patches: []report.Patch{{Number: 2, Subject: "drm: x"}}}
	finding := func(patch, mended int) report.Finding {
		return report.Finding{Culprit: report.Culprit{Patch: patch}, MendedBy: mended}
	}
	tests := map[string]struct {
		s    report.Series
		f    report.Finding
		want string
	}{
		"known":         {many, finding(2, 0), `2/3 ("drm: x")`},
		"mended":        {many, finding(2, 3), `2/3 ("drm: x"); patch 3 mends it`},
		"no subject":    {many, finding(1, 0), "1/3"},
		"not known":     {many, finding(0, 0), "one of the 3 (which one is not determined)"},
		"of one":        {report.Series{Total: 1}, finding(0, 0), "not determined"},
		"of no mail":    {report.Series{}, finding(1, 0), "1"},
		"negative":      {many, finding(-1, 0), "one of the 3 (which one is not determined)"},
		"out of series": {many, finding(9, 0), "9/3"},
	}
	for name, tt := range tests {
		if got := culprit(report.Report{Series: tt.s}, tt.f); got != tt.want {
			t.Errorf("%s: culprit = %q; want %q", name, got, tt.want)
		}
	}
}

func TestTested(t *testing.T) {
	t.Parallel()
	row := func(patched string) report.Row { return report.Row{Patched: patched} }
	tests := map[string]struct {
		l    report.Lockdep
		rows []report.Row
		want string
	}{
		"one":       {report.Lockdep{Ran: 1, Tested: 1}, []report.Row{row("pass")}, "1 test ran on the patched kernel, 1 of them with lockdep alive."},
		"mixed":     {report.Lockdep{Ran: 2, Tested: 2}, []report.Row{row("pass"), row("fail"), row("skip"), row("notrun"), row("")}, "2 tests ran on the patched kernel, 2 of them with lockdep alive; 1 skipped; 2 did not run."},
		"none":      {report.Lockdep{Reason: "why"}, []report.Row{row("skip")}, "no test ran on the patched kernel; 1 skipped."},
		"half dead": {report.Lockdep{Ran: 2, Tested: 1, Reason: "1 of 2 tests began with lockdep off"}, nil, "2 tests ran on the patched kernel, 1 of them with lockdep alive. lockdep: 1 of 2 tests began with lockdep off."},
	}
	for name, tt := range tests {
		var r report.Report
		r.Lockdep, r.Cases = tt.l, tt.rows
		if got := tested(r); got != tt.want {
			t.Errorf("%s: tested = %q; want %q", name, got, tt.want)
		}
	}
}

// TestExplanation: a rule that says nothing of its own gives way to the words
// on the family, and a generic one is not followed by the same thing again.
func TestExplanation(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		family lockdep.Family
		rule   string
		want   int
	}{
		"fence rule":      {"circular-dependency", contract.AllocInSignalling, 2},
		"fence, no splat": {"bad-unlock-balance", contract.UnbalancedAnnotation, 1},
		"lock order":      {"circular-dependency", contract.LockOrder, 1},
		"interrupts":      {"inconsistent-lock-state", contract.IRQ, 1},
		"no rule":         {"circular-dependency", contract.None, 1},
	}
	for name, tt := range tests {
		f := report.Finding{Splat: lockdep.Splat{Family: tt.family}, Contract: contract.Rule{Name: tt.rule, Explanation: "because"}}
		got := explanation(f)
		if len(got) != tt.want || slices.Contains(got, "") {
			t.Errorf("%s: explanation = %q; want %d paragraphs", name, got, tt.want)
		}
		if own := got[0] == "Because."; own != (tt.rule != contract.None) {
			t.Errorf("%s: begins with %q", name, got[0])
		}
	}
}

func TestGlossary(t *testing.T) {
	t.Parallel()
	for class, known := range map[string]bool{
		"dma_fence_map": true, "fs_reclaim": true, "&mm->mmap_lock/1": true, "reservation_ww_class_mutex": true,
		"&vkms_out->lock": false, "": false, "dma_fence_map2": false,
	} {
		if got := glossary(class) != ""; got != known {
			t.Errorf("glossary(%q) known = %v; want %v", class, got, known)
		}
	}
}

func TestSite(t *testing.T) {
	t.Parallel()
	one := report.Finding{Splat: lockdep.Splat{Subtest: "a@b"}, Culprit: report.Culprit{Patch: 2}}
	bare := report.Finding{}
	tests := map[string]struct {
		v     report.Verdict
		total int
		want  string
	}{
		"patch and test": {report.Verdict{Findings: []report.Finding{one}}, 3, " (patch 2 of 3, test a@b)"},
		"single patch":   {report.Verdict{Findings: []report.Finding{one}}, 1, " (patch 2, test a@b)"},
		"two":            {report.Verdict{Findings: []report.Finding{one, one}}, 3, " (2 problems, the first with patch 2 of 3, test a@b)"},
		"nothing known":  {report.Verdict{Findings: []report.Finding{bare}}, 3, ""},
		"two, bare":      {report.Verdict{Findings: []report.Finding{bare, bare}}, 3, " (2 problems)"},
		"conflict":       {report.Verdict{Word: report.ApplyConflict, Conflict: &report.Conflict{Patch: 1}}, 2, " (patch 1 of 2)"},
		"pass":           {report.Verdict{Word: report.Pass}, 2, ""},
	}
	for name, tt := range tests {
		if got := site(report.Report{Verdict: tt.v, Series: report.Series{Total: tt.total}}); got != tt.want {
			t.Errorf("%s: site = %q; want %q", name, got, tt.want)
		}
	}
}

func TestConflictSite(t *testing.T) {
	t.Parallel()
	if got := conflictSite(&report.Conflict{File: "a.c", Reason: "file does not exist"}); got != "File a.c: file does not exist." {
		t.Errorf("whole file: %q", got)
	}
	if got := conflictSite(&report.Conflict{File: "a.c", Hunk: 2, Reason: "context does not match"}); got != "Hunk 2 of a.c: context does not match." {
		t.Errorf("hunk: %q", got)
	}
	if got := conflictSite(nil); got != "" {
		t.Errorf("none: %q", got)
	}
}

func TestMarked(t *testing.T) {
	t.Parallel()
	got := marked([]string{"same", "old\t", "\x1b"}, []string{"same", "new"})
	if want := []string{"  same", "> old", `> \x1b`}; !slices.Equal(got, want) {
		t.Errorf("marked = %q; want %q", got, want)
	}
	long := marked(make([]string, mailLines+9), nil)
	if len(long) != mailLines+1 || long[mailLines] != "[9 lines left out]" {
		t.Errorf("%d lines, the last %q", len(long), long[len(long)-1])
	}
}

func TestBlock(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   string
		want []string
	}{
		"ends":      {"\n\n a \n\nb\n\n", []string{" a", "", "b"}},
		"CRLF":      {"a\r\nb\r\n", []string{"a", "b"}},
		"blank":     {" \n\t\n", nil},
		"long line": {strings.Repeat("x", maxLine+3), []string{strings.Repeat("x", maxLine) + `\`, "xxx"}},
		"wide rune": {strings.Repeat("x", maxLine-1) + "é", []string{strings.Repeat("x", maxLine-1) + `\`, "é"}},
	}
	for name, tt := range tests {
		if got := block(tt.in, 1<<20); !slices.Equal(got, tt.want) {
			t.Errorf("%s: block = %q; want %q", name, got, tt.want)
		}
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	times := map[string]float64{"build": 130, "apply": 0.24, "boot": 31, "check": 31, "total": 200}
	if got, want := timesLine(times), "3 min 20 s in all, build 2 min 10 s, boot 31 s, check 31 s, apply 0.2 s"; got != want {
		t.Errorf("timesLine = %q; want %q", got, want)
	}
	if got := timesLine(nil); got != "" {
		t.Errorf("no times: %q", got)
	}
}

func TestPaint(t *testing.T) {
	t.Parallel()
	on := paint{true}
	for word, want := range map[report.Word]string{
		report.Pass: "\x1b[1;32mPASS\x1b[0m", report.Findings: "\x1b[1;31mFINDINGS\x1b[0m", report.NotExercised: "\x1b[1;33mNOT-EXERCISED\x1b[0m",
	} {
		if got := on.verdict(word); got != want {
			t.Errorf("verdict(%s) = %q; want %q", word, got, want)
		}
		if got := (paint{}).verdict(word); strings.Contains(got, "\x1b") {
			t.Errorf("colour in a pipe: %q", got)
		}
	}
}

func TestShellLine(t *testing.T) {
	t.Parallel()
	got := shellLine([]string{"qemu", "-m", "512", "-append", "a b", "--x=y z"})
	if want := "qemu \\\n  -m 512 \\\n  -append 'a b' \\\n  '--x=y z'"; got != want {
		t.Errorf("shellLine = %q; want %q", got, want)
	}
}
