// SPDX-License-Identifier: MIT

package qemu

import (
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
)

// jobList makes jobs from "binary@subtest" words.
func jobList(words ...string) []wire.Job {
	var jobs []wire.Job
	for _, w := range words {
		binary, subtest, _ := strings.Cut(w, "@")
		jobs = append(jobs, wire.Job{Binary: binary, Subtest: subtest})
	}
	return jobs
}

func names(jobs []wire.Job) string {
	var all []string
	for _, j := range jobs {
		all = append(all, j.Name())
	}
	return strings.Join(all, " ")
}

func TestSchedule(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		started []int // jobs that each boot started
		hung    bool  // and each ended by a hang
		want    string
	}{
		"nothing ran":        {nil, false, "a@1 b@1 a@2 b@2 a@3 a@4 a@5 a@6"},
		"no job started":     {[]int{0}, false, "a@1 b@1 a@2 b@2 a@3 a@4 a@5 a@6"},
		"first ended it":     {[]int{1}, false, "b@1 b@2 a@2 a@3 a@4 a@5 a@6"},
		"second ended it":    {[]int{2}, false, "a@2 a@3 a@4 a@5 a@6 b@2"},
		"both groups":        {[]int{1, 2}, false, "a@2 a@3 a@4 a@5 a@6"},
		"group is given up":  {[]int{1, 3, 1, 1, 1}, false, ""},
		"a row is broken":    {[]int{1, 2, 1, 2}, false, "a@5 a@6"},
		"hangs count double": {[]int{1, 2, 1}, true, ""},
		"all ran":            {[]int{8}, false, ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSchedule(jobList("a@1", "b@1", "a@2", "b@2", "a@3", "a@4", "a@5", "a@6"))
			for _, n := range tc.started {
				s.ran(n, tc.hung)
			}
			if got := names(s.plan()); got != tc.want {
				t.Errorf("left %q; want %q", got, tc.want)
			}
		})
	}
}

// Whatever ends boots, every job is planned at most once more and none twice.
func FuzzSchedule(f *testing.F) {
	f.Add([]byte{1, 2, 1, 1})
	f.Fuzz(func(t *testing.T, boots []byte) {
		s := newSchedule(jobList("a@1", "b@1", "a@2", "c@1", "b@2", "a@3"))
		for _, n := range boots {
			before := slices.Clone(s.left)
			s.ran(min(int(n), len(s.left)), n%2 == 0)
			seen := map[int]bool{}
			for _, i := range s.left {
				if seen[i] || !slices.Contains(before, i) {
					t.Fatalf("job %d is twice in %v, or came back after %v", i, s.left, before)
				}
				seen[i] = true
			}
		}
	})
}
