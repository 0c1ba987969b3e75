// SPDX-License-Identifier: MIT

package patch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A memTree is a tree in memory: path to contents. Blobs are found by their id.
type memTree map[string]Entry

func treeOf(pairs ...string) memTree {
	t := memTree{}
	for i := 0; i < len(pairs); i += 2 {
		t[pairs[i]] = Entry{Mode: ModeFile, Data: []byte(pairs[i+1])}
	}
	return t
}

func (t memTree) with(path string, mode Mode, data string) memTree {
	t[path] = Entry{Mode: mode, Data: []byte(data)}
	return t
}

func (t memTree) Entry(_ context.Context, path string) (Entry, bool, error) {
	if e, ok := t[path]; ok {
		return e, true, nil
	}
	for name := range t {
		if strings.HasPrefix(name, path+"/") {
			return Entry{Mode: ModeDir}, true, nil
		}
	}
	return Entry{}, false, nil
}

func (t memTree) Blob(_ context.Context, id string) ([]byte, error) {
	for _, e := range t {
		if BlobID(e.Data, len(id)) == id {
			return e.Data, nil
		}
	}
	return nil, ErrNoBlob
}

// show writes changes one per line.
func show(changes []Change) string {
	var b strings.Builder
	for _, c := range changes {
		if c.Delete {
			fmt.Fprintf(&b, "delete %s\n", c.Path)
		} else {
			fmt.Fprintf(&b, "%o %s %q\n", c.Entry.Mode, c.Path, c.Entry.Data)
		}
	}
	return b.String()
}

func applyDiff(t *testing.T, tree Tree, diff string) (string, error) {
	t.Helper()
	d, err := ParseDiff(Patch{Number: 3, Diff: diff})
	if err != nil {
		return "", err
	}
	changes, err := d.Apply(t.Context(), tree)
	return show(changes), err
}

func TestApply(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tree       memTree
		diff, want string
	}{
		"change": {treeOf("a", "1\n2\n3\n"),
			"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n",
			"100644 a \"1\\ntwo\\n3\\n\"\n"},
		"signature after the diff": {treeOf("a", "1\n2\n3\n"),
			"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n-- \n2.39.5\n\n",
			"100644 a \"1\\ntwo\\n3\\n\"\n"},
		"plain diff": {treeOf("a", "1\n2\n3\n"),
			"--- old/a\t2024-01-01\n+++ new/a\t2024-01-02\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n",
			"100644 a \"1\\ntwo\\n3\\n\"\n"},
		"plain diff of a new file": {treeOf("a", "1\n"),
			"--- /dev/null\n+++ b/dir/n\n@@ -0,0 +1 @@\n+x\n",
			"100644 dir/n \"x\\n\"\n"},
		"new file": {treeOf("a", "1\n"),
			"diff --git a/d/n b/d/n\nnew file mode 100755\nindex 0000000..587be6b\n--- /dev/null\n+++ b/d/n\n@@ -0,0 +1 @@\n+x\n",
			"100755 d/n \"x\\n\"\n"},
		"new empty file": {treeOf("a", "1\n"),
			"diff --git a/n b/n\nnew file mode 100644\nindex 0000000..e69de29\n",
			"100644 n \"\"\n"},
		"delete": {treeOf("a", "1\n", "b", "2\n"),
			"diff --git a/a b/a\ndeleted file mode 100644\nindex d00491f..0000000\n--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n",
			"delete a\n"},
		"mode keeps contents": {treeOf("a", "1\n"),
			"diff --git a/a b/a\nold mode 100644\nnew mode 100755\n",
			"100755 a \"1\\n\"\n"},
		"mode of the tree stays": {treeOf().with("a", ModeExec, "1\n"),
			"diff --git a/a b/a\nindex d00491f..0cfbf08 100644\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+2\n",
			"100755 a \"2\\n\"\n"},
		"rename": {treeOf("a", "1\n2\n"),
			"diff --git a/a b/d/b\nsimilarity index 100%\nrename from a\nrename to d/b\n",
			"delete a\n100644 d/b \"1\\n2\\n\"\n"},
		"swap": {treeOf("a", "A\n", "b", "B\n"),
			"diff --git a/a b/b\nsimilarity index 100%\nrename from a\nrename to b\n" +
				"diff --git a/b b/a\nsimilarity index 100%\nrename from b\nrename to a\n",
			"100644 a \"B\\n\"\n100644 b \"A\\n\"\n"},
		"copy takes the file from before the patch": {treeOf("a", "1\n"),
			"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+2\n" +
				"diff --git a/a b/c\nsimilarity index 100%\ncopy from a\ncopy to c\n",
			"100644 a \"2\\n\"\n100644 c \"1\\n\"\n"},
		"file becomes a directory": {treeOf("a", "1\n"),
			"diff --git a/a b/a\ndeleted file mode 100644\n--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n" +
				"diff --git a/a/b b/a/b\nnew file mode 100644\n--- /dev/null\n+++ b/a/b\n@@ -0,0 +1 @@\n+2\n",
			"delete a\n100644 a/b \"2\\n\"\n"},
		"link becomes a file": {treeOf().with("l", ModeSymlink, "t"),
			"diff --git a/l b/l\ndeleted file mode 120000\n--- a/l\n+++ /dev/null\n@@ -1 +0,0 @@\n-t\n\\ No newline at end of file\n" +
				"diff --git a/l b/l\nnew file mode 100644\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+x\n",
			"100644 l \"x\\n\"\n"},
		"symbolic link": {treeOf("a", "1\n"),
			"diff --git a/d/l b/d/l\nnew file mode 120000\n--- /dev/null\n+++ b/d/l\n@@ -0,0 +1 @@\n+../a\n\\ No newline at end of file\n",
			"120000 d/l \"../a\"\n"},
		"no newline appears": {treeOf("a", "1\n2\n"),
			"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n 1\n-2\n+2\n\\ No newline at end of file\n",
			"100644 a \"1\\n2\"\n"},
		"no newline goes": {treeOf("a", "1\n2"),
			"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+2\n",
			"100644 a \"1\\n2\\n\"\n"},
		"context without newline on a file that has one": {treeOf("a", "1\n2\n"),
			"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-1\n+one\n 2\n\\ No newline at end of file\n",
			"100644 a \"one\\n2\\n\"\n"},
		"CRLF": {treeOf("a", "1\r\n2\r\n"),
			"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n 1\r\n-2\r\n+two\r\n",
			"100644 a \"1\\r\\ntwo\\r\\n\"\n"},
		"the same file twice": {treeOf("a", "1\n2\n3\n"),
			"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n" +
				"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n 1\n-two\n+zwei\n 3\n",
			"100644 a \"1\\nzwei\\n3\\n\"\n"},
		"quoted name": {treeOf("ä b", "1\n"),
			"diff --git \"a/\\303\\244 b\" \"b/\\303\\244 b\"\n--- \"a/\\303\\244 b\"\n+++ \"b/\\303\\244 b\"\n@@ -1 +1 @@\n-1\n+2\n",
			"100644 ä b \"2\\n\"\n"},
		"binary literal": {treeOf().with("b", ModeFile, "\x00old"), binaryDiff,
			"100644 b \"\\x00new contents\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := applyDiff(t, c.tree, c.diff)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestApplyConflict(t *testing.T) {
	t.Parallel()
	one := "diff --git a/a b/a\nindex 1..2 100644\n--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n"
	for name, c := range map[string]struct {
		tree memTree
		diff string
		want ConflictError
	}{
		"other line": {treeOf("a", "1\nII\n3\n"), one,
			ConflictError{File: "a", Hunk: 1, Reason: "context does not match", Expected: []string{"2"}, Found: []string{"II"}}},
		"line too many": {treeOf("a", "// one\n// more\n1\n2\n2a\n3\n"), strings.NewReplacer("1,3", "2,3").Replace(one),
			ConflictError{File: "a", Hunk: 1, Reason: "context does not match", Expected: []string{}, Found: []string{"2a"}}},
		"not at the beginning": {treeOf("a", "0\n1\n2\n3\n"), one,
			ConflictError{File: "a", Hunk: 1, Reason: "hunk does not match at the beginning of the file", Expected: []string{"1", "2", "3"}, Found: []string{}}},
		"empty file": {treeOf("a", ""), one,
			ConflictError{File: "a", Hunk: 1, Reason: "file is empty", Expected: []string{"1", "2", "3"}, Found: []string{}}},
		"missing file": {treeOf("b", ""), one,
			ConflictError{File: "a", Reason: "file does not exist"}},
		"directory": {treeOf("a/b", ""), one,
			ConflictError{File: "a", Reason: "is a directory"}},
		"a link, not a file": {treeOf().with("a", ModeSymlink, "x"), strings.Replace(one, "1..2", "1111..2222", 1),
			ConflictError{File: "a", Reason: "has mode 120000, the patch expects 100644"}},
		"new file exists": {treeOf("n", "x\n"),
			"diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n",
			ConflictError{File: "n", Reason: "n exists already"}},
		"new file below a file": {treeOf("n", "x\n"),
			"diff --git a/n/m b/n/m\nnew file mode 100644\n--- /dev/null\n+++ b/n/m\n@@ -0,0 +1 @@\n+x\n",
			ConflictError{File: "n/m", Reason: "n is a file"}},
		"deleted file has more": {treeOf("a", "1\n"),
			"diff --git a/a b/a\ndeleted file mode 100644\nindex e69de29..0000000\n",
			ConflictError{File: "a", Reason: "has more lines than the patch deletes"}},
		"deleted before": {treeOf("a", "1\n"),
			"diff --git a/a b/b\nrename from a\nrename to b\ndiff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+2\n",
			ConflictError{File: "a", Reason: "renamed or deleted earlier in the same patch"}},
		"binary on other contents": {treeOf("b", "\x00other"), binaryDiff,
			ConflictError{File: "b", Reason: "binary file is not the one that was changed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := applyDiff(t, c.tree, c.diff)
			got, ok := errors.AsType[*ConflictError](err)
			if !ok {
				t.Fatalf("got %v; want a conflict", err)
			}
			c.want.Patch = 3
			if diff := cmp.Diff(&c.want, got, cmp.Comparer(func(a, b *ConflictError) bool {
				return fmt.Sprintf("%+v", *a) == fmt.Sprintf("%+v", *b)
			})); diff != "" {
				t.Errorf("conflict (-want +got):\n%s", diff)
			}
		})
	}
}

// binaryDiff was made by git diff --binary from "\x00old" to "\x00new contents".
const binaryDiff = "diff --git a/b b/b\n" +
	"index e7be1ea5722fddec13dbce5018dc1056c0dd3fdb..09f800f53ae07f77928aa28d3157a0acb73a7522 100644\n" +
	"GIT binary patch\n" +
	"literal 13\n" +
	"UcmZR`OD$JO&d)1J%_}Je03L({*#H0l\n" +
	"\n" +
	"literal 4\n" +
	"LcmZR`&q)CQ0*wJc\n" +
	"\n"

func TestConflictIn(t *testing.T) {
	t.Parallel()
	var e *ConflictError
	e = e.and(&ConflictError{}, 2, "a").and(&ConflictError{File: "b"}, 2, "x")
	if got := e.In([]string{"b"}); got.File != "b" || got.Patch != 2 {
		t.Errorf("In(b) = %v; want the conflict in b", got)
	}
	if got := e.In([]string{"other"}); got != e {
		t.Errorf("In(other) = %v; want the first conflict", got)
	}
	if got := e.Error(); got != "patch 2: a: " {
		t.Errorf("Error() = %q", got)
	}
}
