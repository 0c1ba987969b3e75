// SPDX-License-Identifier: MIT

package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/report"
)

// replaceDiff puts another diff into a patch: of one line of a file, or of a
// new file of one line.
func replaceDiff(s *patch.Series, i int, file, from, to string) {
	head := fmt.Sprintf("--- a/%s\n+++ b/%s\n@@ -1 +1 @@\n-%s\n", file, file, from)
	if from == "" {
		head = fmt.Sprintf("new file mode 100644\n--- /dev/null\n+++ b/%s\n@@ -0,0 +1 @@\n", file)
	}
	s.Patches[i].Diff = fmt.Sprintf("diff --git a/%s b/%s\n%s+%s\n", file, file, head, to)
}

// What no test runs is compiled: it breaks the build of the patch that breaks
// it, and not of one whose base was broken already.
func TestCheckCompilesTheRest(t *testing.T) {
	t.Parallel()
	const good, bad = "int amdgpu;", "int f(void) { return none; }"
	for name, tc := range map[string]struct {
		base  string   // amdgpu.c; "" for no such file
		after []string // each patch
		want  report.Word
		patch int
	}{
		"compiles":             {good, []string{"int amdgpu = 1;"}, report.NotExercised, 0},
		"breaks":               {good, []string{bad}, report.BuildError, 1},
		"the second breaks":    {good, []string{"int amdgpu = 1;", bad}, report.BuildError, 2},
		"was broken":           {bad, []string{"int g(void) { return none; }"}, report.NotExercised, 0},
		"new file, compiles":   {"", []string{good}, report.NotExercised, 0},
		"new file, does not":   {"", []string{bad}, report.BuildError, 1},
		"breaks and is mended": {good, []string{bad, "int amdgpu = 2;"}, report.BuildError, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := setupFiles(t, map[string]string{"amdgpu.c": tc.base})
			s := series(t, append([]string{"quiet"}, tc.after...)...)
			before := tc.base
			for i, text := range tc.after {
				replaceDiff(s, i, "amdgpu.c", before, text)
				before = text
			}
			rep, told, err := l.check(t, s)
			if err != nil || rep.Word != tc.want || !told[StageCompile].Ended {
				t.Fatalf("check = %s (%s), %v, stage %+v; want %s", rep.Word, rep.Reason, err, told[StageCompile], tc.want)
			}
			if tc.patch > 0 && (rep.Findings[0].Culprit.Patch != tc.patch || rep.Findings[0].File != "amdgpu.c") {
				t.Errorf("finding %+v; want one in amdgpu.c of patch %d", rep.Findings[0], tc.patch)
			}
			if said := strings.Contains(fmt.Sprint(rep.Notes), "could not be compiled either"); said != (name == "was broken") {
				t.Errorf("notes %q", rep.Notes)
			}
			left, err := filepath.Glob(filepath.Join(l.state, "slots", "linux", "layer*"))
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
			if _, err := os.Stat(filepath.Join(l.state, "slots", "linux", "compile.json")); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestObjectsOf(t *testing.T) {
	t.Parallel()
	if got := fmt.Sprint(objectsOf([]string{"a/b.c", "a/c.S", "d.c"})); got != "[a/b.o d.o]" {
		t.Errorf("objectsOf = %s", got)
	}
	if got := len(objectsOf(make([]string, 3))); got != 0 {
		t.Errorf("%d objects of no C files", got)
	}
	many := make([]string, 2*maxRest)
	for i := range many {
		many[i] = fmt.Sprintf("%d.c", i)
	}
	if got := len(objectsOf(many)); got != maxRest {
		t.Errorf("%d objects; want %d at most", got, maxRest)
	}
}
