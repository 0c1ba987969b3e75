// SPDX-License-Identifier: MIT

package patch

import (
	"slices"
	"testing"
)

func TestFiles(t *testing.T) {
	t.Parallel()
	s := Series{Patches: []Patch{
		{Number: 1, Diff: "diff --git a/z.c b/z.c\n--- a/z.c\n+++ b/z.c\n@@ -1 +1 @@\n-a\n+b\n"},
		{Number: 2, Diff: "diff --git a/old.c b/new.c\nsimilarity index 100%\nrename from old.c\nrename to new.c\n"},
		{Number: 3, Diff: "diff --git a/n.c b/n.c\nnew file mode 100644\n--- /dev/null\n+++ b/n.c\n@@ -0,0 +1 @@\n+a\n"},
		{Number: 4, Diff: "diff --git a/../x b/../x\n--- a/../x\n+++ b/../x\n@@ -1 +1 @@\n-a\n+b\n"},
		{Number: 5, Diff: "no diff"},
	}}
	if got, want := Files(s), []string{"n.c", "new.c", "old.c", "z.c"}; !slices.Equal(got, want) {
		t.Errorf("Files = %q; want %q", got, want)
	}
}
