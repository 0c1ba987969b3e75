// SPDX-License-Identifier: MIT

package report

import (
	"fmt"
	"slices"
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report/igt"
)

// results makes a run of one boot, "name result" each.
func resultsOf(results ...string) Run {
	r := Run{Boots: []Boot{boot()}}
	for i, s := range results {
		var c igt.Case
		if _, err := fmt.Sscan(s, &c.Name, &c.Result); err != nil {
			panic(err)
		}
		c.Job, c.Place, c.Alive = i, i, true
		r.Cases = append(r.Cases, c)
	}
	return r
}

func TestNeedsRetry(t *testing.T) {
	t.Parallel()
	known := splat("warning", "f", "a@1")
	tests := map[string]struct {
		base, patched     []string
		baseSays, nowSays []string // tests in which the kernel reports
		flakes            []string
		want              []string
	}{
		"fails now":             {base: []string{"a@1 pass"}, patched: []string{"a@1 fail"}, want: []string{"a@1"}},
		"skipped before":        {base: []string{"a@1 skip"}, patched: []string{"a@1 crash"}, want: []string{"a@1"}},
		"failed before":         {base: []string{"a@1 fail"}, patched: []string{"a@1 timeout"}},
		"a flake":               {base: []string{"a@1 fail"}, patched: []string{"a@1 fail"}, flakes: []string{"a@1"}, want: []string{"a@1"}},
		"a flake that passes":   {base: []string{"a@1 fail"}, patched: []string{"a@1 pass"}, flakes: []string{"a@1"}},
		"not run on the base":   {base: []string{"a@1 notrun"}, patched: []string{"a@1 fail"}},
		"better than before":    {base: []string{"a@1 fail"}, patched: []string{"a@1 pass"}},
		"skips now":             {base: []string{"a@1 pass"}, patched: []string{"a@1 skip"}},
		"the kernel says why":   {base: []string{"a@1 pass"}, patched: []string{"a@1 fail"}, nowSays: []string{"a@1"}},
		"as it did on the base": {base: []string{"a@1 pass"}, patched: []string{"a@1 fail"}, baseSays: []string{"a@1"}, nowSays: []string{"a@1"}, want: []string{"a@1"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base, patched := resultsOf(tc.base...), resultsOf(tc.patched...)
			if len(tc.baseSays) > 0 {
				base.Boots[0].Splats = append(base.Boots[0].Splats, known)
			}
			if len(tc.nowSays) > 0 {
				patched.Boots[0].Splats = append(patched.Boots[0].Splats, known)
			}
			var got []string
			for _, c := range NeedsRetry(base, patched, func(c igt.Case) bool { return slices.Contains(tc.flakes, c.Name) }) {
				got = append(got, c.Name)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("NeedsRetry = %q; want %q", got, tc.want)
			}
		})
	}
}

// A series that breaks everything must not run everything three times more.
func TestNeedsRetryHasALimit(t *testing.T) {
	t.Parallel()
	var base, patched []string
	for i := range 3 * MaxRetried {
		base, patched = append(base, fmt.Sprintf("a@%d pass", i)), append(patched, fmt.Sprintf("a@%d fail", i))
	}
	never := func(igt.Case) bool { return false }
	if got := NeedsRetry(resultsOf(base...), resultsOf(patched...), never); len(got) != MaxRetried || got[0].Name != "a@0" {
		t.Errorf("%d tests; want the first %d", len(got), MaxRetried)
	}
	if got := NeedsRetry(Run{}, resultsOf(patched...), never); len(got) != 0 {
		t.Errorf("%d tests without a base; want none", len(got))
	}
}

// again adds results of tests that ran once more, in a boot of their own.
func again(r Run, results ...string) Run {
	more := resultsOf(results...)
	more.Boots[0].Number = len(r.Boots)
	for _, c := range more.Cases {
		c.Boot, c.Retry = len(r.Boots), true
		r.Cases = append(r.Cases, c)
	}
	r.Boots = append(r.Boots, more.Boots...)
	return r
}

// What passes once is flaky and no change; what fails each time is one. Neither
// sets the verdict, and no test counts twice.
func TestRetriedRows(t *testing.T) {
	t.Parallel()
	patched := again(resultsOf("a@1 fail", "a@2 fail", "a@3 pass"), "a@1 fail", "a@2 fail", "a@1 pass", "a@2 skip")
	v := Compare(Evidence{Patches: 1, Base: resultsOf("a@1 pass", "a@2 pass", "a@3 pass"), Patched: patched})
	if v.Word != Pass || v.Lockdep.Ran != 3 || len(v.Cases) != 3 {
		t.Fatalf("verdict %s, %d tests, %d rows; want a pass of 3", v.Word, v.Lockdep.Ran, len(v.Cases))
	}
	one, two := v.Cases[0], v.Cases[1]
	if !one.Flaky || one.Changed() || one.Patched != "fail" || !slices.Equal(one.Retries, []string{"fail", "pass"}) {
		t.Errorf("row %+v; want a flaky one that changes nothing", one)
	}
	if two.Flaky || !two.Changed() || !slices.Equal(two.Retries, []string{"fail", "skip"}) {
		t.Errorf("row %+v; want a change", two)
	}
}

// What the kernel reports when a test runs again counts, and says how often.
func TestRetrySplatCounts(t *testing.T) {
	t.Parallel()
	patched := again(resultsOf("a@1 fail", "a@2 pass"), "a@1 fail", "a@1 pass", "a@1 fail")
	patched.Boots[1].Splats = append(patched.Boots[1].Splats, splat("warning", "f", "a@1"))
	base := resultsOf("a@1 pass", "a@2 pass")
	reruns := NeedsReplay(base, patched)
	if len(reruns) != 1 || reruns[0].Boot != 1 || len(reruns[0].Cases) != 3 {
		t.Fatalf("NeedsReplay = %+v; want the three tests of the second boot", reruns)
	}
	v := Compare(Evidence{Patches: 1, Base: base, Patched: patched})
	if v.Word != Findings || len(v.Findings) != 1 || v.Findings[0].Seen != 1 || v.Findings[0].Runs != 4 {
		t.Errorf("findings %+v; want one seen in 1 of 4 runs", v.Findings)
	}
	if v := Compare(Evidence{Patches: 1, Base: base, Patched: again(resultsOf("a@1 pass", "a@2 fail"), "a@2 pass")}); v.Word != Pass || !v.Cases[1].Flaky {
		t.Errorf("verdict %s %+v; want a pass with a flaky test", v.Word, v.Cases)
	}
}

func TestFailing(t *testing.T) {
	t.Parallel()
	for result, want := range map[wire.Result]bool{
		wire.Pass: false, wire.Skip: false, wire.NotRun: false, "": false,
		wire.Fail: true, wire.Crash: true, wire.Timeout: true, wire.Incomplete: true,
	} {
		if got := failing(result); got != want {
			t.Errorf("failing(%q) = %v; want %v", result, got, want)
		}
	}
}
