// SPDX-License-Identifier: MIT

package report

import (
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report/igt"
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
