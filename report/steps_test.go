// SPDX-License-Identifier: MIT

package report

import (
	"fmt"
	"strings"
	"testing"
)

func TestMended(t *testing.T) {
	t.Parallel()
	bug, other := alloc, order
	clean := run(boot())
	for name, tc := range map[string]struct {
		base, tip Run
		steps     []Step
		patches   int
		want      string // patch, patch that mends it
	}{
		"never":                   {clean, clean, []Step{{Patch: 1, Run: clean}}, 2, ""},
		"in the middle":           {clean, clean, []Step{{Patch: 1, Run: clean}, {Patch: 2, Run: run(boot(bug))}}, 3, "2 3;"},
		"for two patches":         {clean, clean, []Step{{Patch: 1, Run: run(boot(bug))}, {Patch: 2, Run: run(boot(bug))}, {Patch: 3, Run: clean}}, 4, "1 3;"},
		"still in the tip":        {clean, run(boot(bug)), []Step{{Patch: 1, Run: run(boot(bug))}}, 2, ""},
		"already in the base":     {run(boot(bug)), clean, []Step{{Patch: 1, Run: run(boot(bug))}}, 2, ""},
		"seen in a replay":        {clean, clean, []Step{{Patch: 1, Run: run(boot(bug)), Replays: []Replay{{Run: run(boot(bug))}}}}, 2, ""},
		"two at once":             {clean, clean, []Step{{Patch: 1, Run: run(boot(bug), boot(other))}}, 2, "1 2;1 2;"},
		"steps are not all":       {clean, clean, []Step{{Patch: 2, Run: run(boot(bug))}}, 5, "0 0;"},
		"the one that mends only": {clean, clean, []Step{{Patch: 2, Run: run(boot(bug))}, {Patch: 3, Run: clean}}, 5, "0 3;"},
	} {
		v := Compare(Evidence{Patches: tc.patches, Base: tc.base, Patched: tc.tip, Steps: tc.steps})
		got := ""
		for _, f := range v.Mended {
			got += fmt.Sprintf("%d %d;", f.Culprit.Patch, f.MendedBy)
		}
		if got != tc.want {
			t.Errorf("%s: mended %q; want %q", name, got, tc.want)
		}
		if len(v.Mended) > 0 && (v.Word != Pass || !strings.Contains(v.Mended[0].Culprit.Why, "no more")) {
			t.Errorf("%s: verdict %s, why %q; want a pass and a reason", name, v.Word, v.Mended[0].Culprit.Why)
		}
	}
}
