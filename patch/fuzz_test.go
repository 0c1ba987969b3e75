// SPDX-License-Identifier: MIT

package patch

import (
	"errors"
	"testing"
)

// FuzzApplyDiff feeds any bytes as the diff of a patch. Whatever they are, all
// that comes out is a change of plain paths, a conflict, or a refusal.
func FuzzApplyDiff(f *testing.F) {
	f.Add(hunks("@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n"))
	f.Add(binaryDiff)
	f.Add("diff --git a/a b/d/b\nsimilarity index 90%\nrename from a\nrename to d/b\n@@ -1 +1 @@\n-1\n+2\n\\ No newline at end of file\n")
	f.Add("diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+dir/f\n\\ No newline at end of file\n")
	f.Add("--- a/a\n+++ b/a\n@@ -0,0 +1 @@\n+1\n@@ -9999999999 +1,0 @@\n-x\n")
	f.Add("diff --git \"a/\\303\" \"b/\\000\"\nold mode 100644\nnew mode 777\nGIT binary patch\ndelta 9\nNcmZ\n\n")
	f.Fuzz(func(t *testing.T, diff string) {
		if len(diff) > 1<<16 {
			t.Skip("longer than the fuzzer needs")
		}
		tree := treeOf("a", "1\n2\n3\n", "d/f", "x", "e", "").with("b", ModeFile, "\x00old").with("l", ModeSymlink, "d")
		d, err := ParseDiff(Patch{Number: 1, Diff: diff})
		if err != nil {
			mustBeNews(t, err)
			return
		}
		changes, err := d.Apply(t.Context(), tree)
		if err != nil {
			mustBeNews(t, err)
		}
		for _, c := range changes {
			if err := CheckPath(c.Path); err != nil {
				t.Errorf("change of %q: %v", c.Path, err)
			}
			switch c.Entry.Mode {
			case ModeFile, ModeExec, ModeSymlink:
			case 0:
				if !c.Delete {
					t.Errorf("change of %q without a mode", c.Path)
				}
			default:
				t.Errorf("change of %q to mode %o", c.Path, c.Entry.Mode)
			}
		}
	})
}

func mustBeNews(t *testing.T, err error) {
	t.Helper()
	_, refused := errors.AsType[*RefusedError](err)
	_, conflict := errors.AsType[*ConflictError](err)
	if !refused && !conflict {
		t.Errorf("error %v is neither a refusal nor a conflict", err)
	}
}
