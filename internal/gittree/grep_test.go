// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestFilesWith(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, text(
		"a/one.c", "int f(void) { return fence_begin(); }\n",
		"a/two words.h", "/* see fence_begin */\n",
		"a/no.txt", "fence_begin\n",
		"a/part.c", "my_fence_begin_2();\n",
		"b/ümläut.c", "fence_end\n",
	))
	r := open(t, dir)
	for name, tc := range map[string]struct {
		words []string
		want  string
	}{
		"one word":   {[]string{"fence_begin"}, "[a/one.c a/two words.h]"},
		"two words":  {[]string{"fence_begin", "fence_end"}, "[a/one.c a/two words.h b/ümläut.c]"},
		"none":       {[]string{"nothing"}, "[]"},
		"no pattern": {[]string{"fence_b.*"}, "[]"},
	} {
		got, err := r.FilesWith(t.Context(), c[0], tc.words...)
		if err != nil || fmt.Sprint(got) != tc.want {
			t.Errorf("%s: FilesWith() = %q, %v; want %s", name, got, err, tc.want)
		}
	}
	if _, err := r.FilesWith(t.Context(), "HEAD", "x"); err == nil {
		t.Error("FilesWith took a name for a commit")
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.FilesWith(cancelled, c[0], "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("FilesWith with a context that ended = %v", err)
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, text("a/one.c", "1\n"))
	r := open(t, dir)
	if got, ok, err := r.File(t.Context(), c[0], "a/one.c"); string(got) != "1\n" || !ok || err != nil {
		t.Errorf("File() = %q, %v, %v", got, ok, err)
	}
	for _, path := range []string{"a", "a/two.c", "a/one.c/x", "../a", ""} {
		if _, ok, err := r.File(t.Context(), c[0], path); ok || err != nil {
			t.Errorf("File(%q) = %v, %v; want nothing", path, ok, err)
		}
	}
}

func TestChangedLines(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t,
		text("f", "1\n2\n3\n4\n5\n6\n"),
		text("f", "1\nnew\nnew\n3\n4\n6\nend\n", "g", "1\n2\n"),
	)
	r := open(t, dir)
	for path, want := range map[string]string{"f": "[{2 2} {5 0} {7 1}]", "g": "[{1 2}]", "h": "[]"} {
		got, err := r.ChangedLines(t.Context(), c[0], c[1], path)
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("ChangedLines(%s) = %v, %v; want %s", path, got, err, want)
		}
	}
}

func TestSourcesWith(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, text(
		"d/a.c", "run_job\n",
		"d/a.h", "run_job\n",
		"d/x/b.c", "run_job\n",
		"dd/c.c", "run_job\n",
		"d*/d.c", "run_job\n",
	))
	r := open(t, dir)
	for name, tc := range map[string]struct {
		dir  string
		deep bool
		want string
	}{
		"a directory":       {"d", false, "[d/a.c]"},
		"all below":         {"d", true, "[d/a.c d/x/b.c]"},
		"a pattern as name": {"d*", true, "[]"},
		"none":              {"e", true, "[]"},
	} {
		got, err := r.SourcesWith(t.Context(), c[0], tc.dir, tc.deep, "run_job")
		if err != nil || fmt.Sprint(got) != tc.want {
			t.Errorf("%s: SourcesWith() = %q, %v; want %s", name, got, err, tc.want)
		}
	}
}
