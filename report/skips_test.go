// SPDX-License-Identifier: MIT

package report

import (
	"slices"
	"strings"
	"testing"
)

// skipping makes the tests of a run IGT's, with a reason for those that skip.
func skipping(r Run, why string) Run {
	for i := range r.Cases {
		r.Cases[i].IGT = strings.HasPrefix(r.Cases[i].Name, "kms_")
		r.Cases[i].Output = "Test requirement not met: " + why + "\n"
	}
	return r
}

// A run in which IGT alone skipped is no other verdict, and says so; one in which
// everything skipped is not exercised, and says why.
func TestSkippedIGT(t *testing.T) {
	t.Parallel()
	const (
		old  = "No known gpu found for chipset flags 0x3fffff8f (any)"
		none = "has_prime_export(fd)"
	)
	tests := map[string]struct {
		results      []string
		why          string
		word         Word
		note, reason string // in the notes, in the reason of the verdict
	}{
		"all of IGT":       {[]string{"fence_a@1 pass", "kms_a@1 skip", "kms_a@2 skip"}, none, Pass, "IGT tested nothing: all its tests skipped (2), with: " + none, ""},
		"an IGT like that": {[]string{"fence_a@1 pass", "kms_a@1 pass", "kms_a@2 skip", "kms_a@3 skip"}, old, Pass, "IGT tested little: 2 of 3 tests skipped, with: " + old + "; IGT 2.2 and later", ""},
		"some of IGT":      {[]string{"fence_a@1 pass", "kms_a@1 pass", "kms_a@2 skip", "kms_a@3 skip"}, none, Pass, "", ""},
		"no IGT":           {[]string{"fence_a@1 pass", "fence_a@2 skip"}, none, Pass, "", ""},
		"everything":       {[]string{"fence_a@1 skip", "kms_a@2 skip"}, old, NotExercised, "", "every test skipped (2), with: " + old + "; IGT 2.2"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := skipping(resultsOf(tc.results...), tc.why)
			v := Compare(Evidence{Patches: 1, Base: run, Patched: run})
			if v.Word != tc.word || !strings.Contains(v.Reason, tc.reason) {
				t.Errorf("%s: %s; want %s with %q", v.Word, v.Reason, tc.word, tc.reason)
			}
			igt := func(n string) bool { return strings.Contains(n, "IGT") }
			if i := slices.IndexFunc(v.Notes, igt); (i >= 0) != (tc.note != "") || i >= 0 && !strings.HasPrefix(v.Notes[i], tc.note) {
				t.Errorf("notes %q; want %q", v.Notes, tc.note)
			}
		})
	}
}
