// SPDX-License-Identifier: MIT

package patch

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestCheckPath(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"a", "drivers/gpu/drm/drm_drv.c", ".gitignore", "a/.gitattributes", ".github/x", "git", "a b", "ä",
		"..a", "a..b", "...", ".git-blame-ignore-revs", "git~", "git~x", "ab:c/d", `a\b`,
	} {
		if err := CheckPath(path); err != nil {
			t.Errorf("CheckPath(%q) = %v; want none", path, err)
		}
	}
	for _, path := range []string{
		"", "/", "/etc/passwd", "..", "../a", "a/../b", "a/..", ".", "./a", "a/./b", "a//b", "a/",
		".git", ".git/config", "a/.git", ".GIT/hooks/x", ".Git", "GIT~1", "git~1/x", "git~2", ".git ", ".git.", ".git. .",
		".git::$INDEX_ALLOCATION/x", ".git:x", ".g\u200cit", "\ufeff.git", ".gi\u206ft/config",
		"c:/x", "C:x", "a\x00b", "a\nb", "\x1b[31m", "a\x7f", `a\..\b`, `x\.git\config`,
		strings.Repeat("a", 256), strings.Repeat("a/", 2048) + "a",
	} {
		if CheckPath(path) == nil {
			t.Errorf("CheckPath(%q) = none; want an error", path)
		}
	}
}

func TestCheckLink(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path, target string
		ok           bool
	}{
		{"l", "a", true},
		{"l", "a/b/./c", true},
		{"d/l", "../a", true},
		{"arch/arm/dts/l", "../../arm64/dts", true},
		{"l", "", false},
		{"l", "/etc/passwd", false},
		{"l", "..", false},
		{"l", "../a", false},
		{"d/l", "../../a", false},
		{"d/l", "x/../../..", false}, // x may be a link to somewhere flat
		{"l", "a/..", false},
		{"l", ".git/config", false},
		{"l", "a\x00b", false},
		{"l", strings.Repeat("a/", 3000), false},
	} {
		if err := CheckLink(c.path, c.target); (err == nil) != c.ok {
			t.Errorf("CheckLink(%q, %q) = %v; want ok %v", c.path, c.target, err, c.ok)
		}
	}
}

// TestRefused feeds whole hostile patches.
func TestRefused(t *testing.T) {
	t.Parallel()
	add := func(name, mode, text string) string {
		return fmt.Sprintf("diff --git a/%[1]s b/%[1]s\nnew file mode %[2]s\n--- /dev/null\n+++ b/%[1]s\n@@ -0,0 +1 @@\n+%[3]s\n", name, mode, text)
	}
	const noNewline = "\n\\ No newline at end of file"
	tree := treeOf("a", "1\n", "dir/f", "1\n").with("link", ModeSymlink, "dir").with("sub", ModeGitlink, "")
	for name, diff := range map[string]string{
		"empty":                     "",
		"no diff":                   "just a cover letter\n",
		"leaves the tree":           add("../x", "100644", "x"),
		"leaves the tree inside":    add("a/../../x", "100644", "x"),
		"git directory":             add(".git/hooks/post-checkout", "100755", "x"),
		"git directory, upper case": add("sub/.GIT/config", "100644", "x"),
		"git directory, NTFS":       add("GIT~1/config", "100644", "x"),
		"git directory, HFS":        add("\".g\\342\\200\\214it/config\"", "100644", "x"),
		"rename to absolute":        "diff --git a/a b/etc/passwd\nsimilarity index 100%\nrename from a\nrename to /etc/passwd\n",
		"rename from outside":       "diff --git a/a b/b\nsimilarity index 100%\nrename from ../../etc/passwd\nrename to b\n",
		"copy from outside":         "diff --git a/a b/b\nsimilarity index 100%\ncopy from /etc/passwd\ncopy to b\n",
		"plain absolute":            "--- /etc/passwd\n+++ /etc/passwd\n@@ -1 +1 @@\n-a\n+b\n",
		"NUL in a name":             "diff --git \"a/x\\000y\" \"b/x\\000y\"\nnew file mode 100644\n--- /dev/null\n+++ \"b/x\\000y\"\n@@ -0,0 +1 @@\n+x\n",
		"escape in a name":          "diff --git \"a/x\\033[2J\" \"b/x\\033[2J\"\nnew file mode 100644\n--- /dev/null\n+++ \"b/x\\033[2J\"\n@@ -0,0 +1 @@\n+x\n",
		"submodule":                 add("s", "160000", "Subproject commit 1234567890123456789012345678901234567890"),
		"submodule in the tree":     "diff --git a/sub b/sub\n--- a/sub\n+++ b/sub\n@@ -1 +1 @@\n-a\n+b\n",
		"directory mode":            add("s", "040000", "x"),
		"device mode":               add("s", "020666", "x"),
		"link out of the tree":      add("l", "120000", "../x"+noNewline),
		"absolute link":             add("l", "120000", "/etc/passwd"+noNewline),
		".gitmodules as link":       add(".gitmodules", "120000", "a"+noNewline),
		"new file through a link":   add("link/x", "100644", "x"),
		"change through a link":     "diff --git a/link/f b/link/f\n--- a/link/f\n+++ b/link/f\n@@ -1 +1 @@\n-1\n+2\n",
		"link made by the patch":    add("l", "120000", "dir"+noNewline) + add("l/x", "100644", "x"),
		"through a submodule":       add("sub/x", "100644", "x"),
		"negative line":             "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ --1,1 +1 @@\n-1\n+2\n",
		"truncated hunk":            "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,9 +1,9 @@\n-1\n+2\n",
		"huge hunk":                 "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,999999999999 +1 @@\n-1\n+2\n",
		"wrapped line":              "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-1\nwrapped\n+2\n",
		"hunk without file":         "@@ -1 +1 @@\n-1\n+2\n",
		"header only":               "diff --git a/a b/a\n",
		"huge binary": "diff --git a/a b/a\nindex " + strings.Repeat("1", 40) + ".." + strings.Repeat("2", 40) +
			" 100644\nGIT binary patch\nliteral 99999999999\nKcmZQzWMT#Y01f~L\n\n",
		"oversize": add("x", "100644", strings.Repeat("x", MaxDiffBytes)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := applyDiff(t, tree, diff)
			r, ok := errors.AsType[*RefusedError](err)
			if !ok || got != "" {
				t.Fatalf("got %q, %v; want a refusal", got, err)
			}
			if r.Patch != 3 || r.Reason == "" || strings.ContainsAny(r.Error(), "\n\x1b\x00") {
				t.Errorf("refusal %+v; want patch 3 and a clean reason", r)
			}
		})
	}
}
