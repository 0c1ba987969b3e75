// SPDX-License-Identifier: MIT

package pipeline

import (
	"errors"
	"strings"
	"testing"
)

// kernelsUpTo makes prefixes for patches 1 to n; those in broken do not build.
func kernelsUpTo(n int, broken ...int) []prefix {
	var all []prefix
	for i := 1; i <= n; i++ {
		all = append(all, prefix{patch: i, image: "vmlinux"})
	}
	for _, i := range broken {
		all[i-1].image = ""
	}
	return all
}

func TestCulprit(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		n      int
		broken []int
		first  int // patch that brings it
		want   int // 0: not known
		why    string
	}{
		"first of two":     {n: 2, first: 1, want: 1, why: "the base does not show it"},
		"last of two":      {n: 2, first: 2, want: 2, why: "up to patch 1 does not show it"},
		"middle of many":   {n: 9, first: 4, want: 4, why: "up to patch 3 does not show it, the one up to patch 4 does"},
		"beside a break":   {n: 4, broken: []int{2}, first: 4, want: 4, why: "up to patch 3"},
		"hidden by breaks": {n: 4, broken: []int{2, 3}, first: 3, want: 0, why: "do not build"},
		"only the tip":     {n: 3, broken: []int{1, 2}, first: 1, want: 0, why: "the base does not show it and the one up to patch 3 does"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			got, err := culprit(kernelsUpTo(tc.n, tc.broken...), func(p prefix) (bool, error) {
				asked++
				if p.image == "" {
					t.Errorf("asked the kernel of patch %d, which does not build", p.patch)
				}
				return p.patch >= tc.first, nil
			})
			if err != nil || got.Patch != tc.want || !strings.Contains(got.Why, tc.why) {
				t.Errorf("culprit = %+v, %v; want patch %d and %q", got, err, tc.want, tc.why)
			}
			if asked > 8 {
				t.Errorf("asked %d times", asked)
			}
		})
	}
}

// A race that shows every second time must not clear the patch that has it.
func TestCulpritOfAFlakyBug(t *testing.T) {
	t.Parallel()
	times := map[int]int{}
	got, err := culprit(kernelsUpTo(3), func(p prefix) (bool, error) {
		times[p.patch]++
		return p.patch >= 2 && times[p.patch]%2 == 0, nil
	})
	if err != nil || got.Patch != 2 {
		t.Errorf("culprit = %+v, %v; want patch 2", got, err)
	}
}

func TestCulpritPassesOurFailureOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("no QEMU")
	if _, err := culprit(kernelsUpTo(3), func(prefix) (bool, error) { return false, broken }); !errors.Is(err, broken) {
		t.Errorf("culprit = %v; want the cause", err)
	}
}
