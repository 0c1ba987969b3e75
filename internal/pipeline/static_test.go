// SPDX-License-Identifier: MIT

package pipeline

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report"
)

// A series for a driver that no guest runs is not exercised, and its code is
// read all the same. One that changes no driver has no such stage.
func TestCheckStatic(t *testing.T) {
	t.Parallel()
	l := setup(t, "quiet")
	s := series(t, "quiet", "quieter")
	p := &s.Patches[0]
	if _, told, err := l.check(t, s); err != nil || told[StageStatic].Ended {
		t.Fatalf("a check of driver.c: %v, stages %v; want no static check", err, told)
	}
	lines := []string{
		"static struct dma_fence *toy_run(struct drm_sched_job *job)", "{", "\treturn kzalloc(8, GFP_KERNEL);", "}",
		"static const struct drm_sched_backend_ops toy_ops = {", "\t.run_job = toy_run,", "};",
	}
	p.Diff = "diff --git a/drivers/gpu/drm/toy/toy.c b/drivers/gpu/drm/toy/toy.c\nnew file mode 100644\n--- /dev/null\n" +
		"+++ b/drivers/gpu/drm/toy/toy.c\n@@ -0,0 +1,7 @@\n+" + strings.Join(lines, "\n+") + "\n"
	rep, told, err := l.check(t, s)
	if err != nil || rep.Word != report.NotExercised {
		t.Fatalf("verdict %s (%s), %v; want %s", rep.Word, rep.Reason, err, report.NotExercised)
	}
	if _, err := exec.LookPath("/usr/bin/spatch"); err != nil {
		if !slices.ContainsFunc(rep.Notes, func(n string) bool { return strings.Contains(n, "spatch") }) {
			t.Errorf("no word on a missing spatch in %q", rep.Notes)
		}
		t.Skip("spatch (Coccinelle) is not installed")
	}
	if len(rep.Static) != 1 || rep.Static[0].Line != 3 || rep.Static[0].Patch != 1 || !told[StageStatic].Ended {
		t.Errorf("static = %+v; want the allocation in line 3, by patch 1", rep.Static)
	}
}
