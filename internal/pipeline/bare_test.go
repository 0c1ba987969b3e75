// SPDX-License-Identifier: MIT

package pipeline

import (
	"testing"

	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/igt"
)

// A test that hangs in the second of two runs must not be taken for one of the
// first: cases name their boot by its number.
func TestAppendRun(t *testing.T) {
	t.Parallel()
	var all report.Run
	for _, name := range []string{"first", "second"} {
		appendRun(&all, report.Run{Boots: []report.Boot{{Number: 0}, {Number: 1}}, Cases: []igt.Case{{Name: name, Boot: 1}}})
	}
	for i, b := range all.Boots {
		if b.Number != i {
			t.Errorf("boot %d has number %d", i, b.Number)
		}
	}
	if len(all.Boots) != 4 || len(all.Cases) != 2 || all.Cases[0].Boot != 1 || all.Cases[1].Boot != 3 {
		t.Errorf("%d boots, cases %+v; want the second case in boot 3", len(all.Boots), all.Cases)
	}
}
