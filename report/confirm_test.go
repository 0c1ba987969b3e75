// SPDX-License-Identifier: MIT

package report

import (
	"strings"
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report/igt"
	"github.com/fencebot/fencebot/report/lockdep"
)

// A hang without a word of the kernel counts when it comes again.
func TestConfirmedHangs(t *testing.T) {
	t.Parallel()
	clean := Run{Boots: []Boot{boot()}, Cases: []igt.Case{{Name: "a@1", Result: wire.Pass, Alive: true}}}
	hung := Run{
		Boots: []Boot{ending(boot(), ExitHang, "a@1 exceeded 60s"), {Number: 1, Ready: true, Exit: ExitClean}},
		Cases: []igt.Case{{Name: "a@1", Result: wire.Timeout, Alive: true}},
	}
	stalled := Run{Boots: []Boot{boot(splat(lockdep.HungTask, "f", "a@1"))}, Cases: clean.Cases}
	for name, tc := range map[string]struct {
		first Run
		again []Replay
		asks  int
		want  Word
	}{
		"nobody looked again":      {hung, nil, 1, Findings},
		"hangs again":              {hung, []Replay{{Boot: 0, Run: hung}}, 0, Findings},
		"the kernel says why then": {hung, []Replay{{Boot: 0, Run: stalled}}, 0, Findings},
		"ends":                     {hung, []Replay{{Boot: 0, Run: clean}}, 0, Pass},
		"another boot ends":        {hung, []Replay{{Boot: 1, Run: clean}}, 1, Findings},
		"did not get up again":     {hung, []Replay{{Boot: 0, Run: Run{Boots: []Boot{notUp(boot())}}}}, 1, Findings},
		"the kernel said why":      {stalled, nil, 0, Findings},
		"nothing hung":             {clean, nil, 0, Pass},
	} {
		patched := tc.first
		if tc.again == nil || tc.asks > 0 {
			if got := len(NeedsConfirming(clean, patched)); got != tc.asks {
				t.Errorf("%s: NeedsConfirming asks for %d boots; want %d", name, got, tc.asks)
			}
		}
		patched.Again = tc.again
		v := Compare(Evidence{Patches: 1, Base: clean, Patched: patched})
		if v.Word != tc.want {
			t.Errorf("%s: verdict %s (%s); want %s", name, v.Word, v.Reason, tc.want)
		}
		if said := strings.Contains(strings.Join(v.Notes, "\n"), "does not count"); said != (name == "ends") {
			t.Errorf("%s: notes %q", name, v.Notes)
		}
	}
}
