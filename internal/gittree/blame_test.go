// SPDX-License-Identifier: MIT

package gittree

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// numbered makes a file of lines "1" to "n".
func numbered(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprint(i+1))
	}
	return out
}

func joined(lines []string) string { return strings.Join(lines, "\n") + "\n" }

// rangeOf makes a range of the commits after the first.
func rangeOf(ids []string) Range {
	rng := Range{Base: ids[0]}
	for i, id := range ids[1:] {
		rng.Commits = append(rng.Commits, Commit{ID: id, Patch: i + 1})
	}
	return rng
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	base := numbered(20)
	first := slices.Insert(slices.Clone(base), 4, "added by 1", "and changed by 2")
	second := slices.Clone(first)
	second[5] = "changed by 2"
	moved := slices.Concat(second[:10], second[12:20], second[10:12], second[20:])
	overlaid := slices.Insert(slices.Clone(moved), 2, "overlay", "overlay")
	overlaid = slices.Delete(overlaid, 14, 15)
	dir, ids := newRepo(t,
		text("f.c", joined(base), "old.c", joined(base)),
		text("f.c", joined(first), "old.c", joined(base)),
		text("f.c", joined(second), "new.c", joined(base)),
		text("f.c", joined(moved), "new.c", joined(base), "empty.c", ""),
		text("f.c", joined(overlaid), "new.c", joined(base), "empty.c", "", "only.c", "overlay\n"),
	)
	r := open(t, dir)
	rng := rangeOf(ids[:4])
	bare := OverlaidRange{Range: rng, Base: rng.Base, Commits: ids[1:4]}
	over := OverlaidRange{Range: rng, Base: rng.Base, Commits: []string{ids[1], ids[2], ids[4]}}
	for name, tc := range map[string]struct {
		o    OverlaidRange
		file string
		want map[int]Origin // the lines that are asked for
	}{
		"base, added, changed":  {bare, "f.c", map[int]Origin{1: {1, 0}, 4: {4, 0}, 5: {5, 1}, 6: {6, 2}, 7: {7, 0}}},
		"moved lines":           {bare, "f.c", map[int]Origin{18: {18, 0}, 19: {19, 3}, 20: {20, 3}, 21: {21, 0}}},
		"an overlay shifts":     {over, "f.c", map[int]Origin{2: {2, 0}, 3: {}, 4: {}, 5: {3, 0}, 7: {5, 1}, 8: {6, 2}, 14: {12, 0}}},
		"an overlay deletes":    {over, "f.c", map[int]Origin{15: {14, 0}, 20: {19, 3}}},
		"file of an overlay":    {over, "only.c", map[int]Origin{1: {}}},
		"renamed file":          {bare, "new.c", map[int]Origin{3: {3, 0}}},
		"no such file":          {bare, "generated.h", nil},
		"file that is gone":     {bare, "old.c", nil},
		"a directory's name":    {bare, ".", nil},
		"empty file":            {bare, "empty.c", nil},
		"a pattern is a name":   {bare, "*.c", nil},
		"an option is a name":   {bare, "--output=x", nil},
		"a path out of the way": {bare, "../f.c", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := r.Origins(t.Context(), tc.o, tc.file, append(slices.Sorted(maps.Keys(tc.want)), 0, -1, 1<<30))
			if err != nil || !maps.Equal(got, tc.want) {
				t.Errorf("Origins(%s) = %v, %v; want %v", tc.file, got, err, tc.want)
			}
		})
	}
}

// Every line is where a plain comparison of the files says it is.
func TestMapLinesAgainstFiles(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func([]string) []string{
		"nothing":        func(l []string) []string { return l },
		"first line":     func(l []string) []string { return l[1:] },
		"last line":      func(l []string) []string { return l[:len(l)-1] },
		"new first line": func(l []string) []string { return slices.Insert(l, 0, "new") },
		"new last line":  func(l []string) []string { return append(l, "new") },
		"all over": func(l []string) []string {
			l[3], l[11] = "new", "new"
			return slices.Delete(slices.Insert(l, 7, "new", "new"), 15, 18)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old := numbered(30)
			now := edit(slices.Clone(old))
			dir, ids := newRepo(t, text("f", joined(old)), text("f", joined(now)))
			m, err := open(t, dir).mapLines(t.Context(), ids[0], ids[1], "f")
			if err != nil {
				t.Fatal(err)
			}
			for i, line := range now {
				n, ok := m.old(i + 1)
				if ok != (line != "new") || ok && old[n-1] != line {
					t.Errorf("line %d (%q) is old line %d, %v", i+1, line, n, ok)
				}
			}
		})
	}
}

func FuzzParseHunks(f *testing.F) {
	f.Add("@@ -1,2 +3,0 @@ int f(void)\n-x\n-y\n@@ -9 +8 @@\n")
	f.Add("@@ -,+ @@")
	f.Fuzz(func(t *testing.T, diff string) {
		m, err := parseHunks(diff)
		if err != nil {
			return
		}
		m.old(5)
	})
}
