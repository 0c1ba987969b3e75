// SPDX-License-Identifier: MIT

package gittree

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
)

// over is an overlay that writes line n of the file a, which holds old.
func over(title string, n int, old, line string) patch.Series {
	return patch.Series{Title: title, Patches: []patch.Patch{{Number: 1, Subject: title, Date: time.Unix(1700000000, 0).UTC(),
		Author: mail.Address{Name: "fencebot", Addr: "f@example.org"},
		Diff:   fmt.Sprintf("diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -%[1]d,3 +%[1]d,3 @@\n %[1]d\n-%[2]s\n+%[3]s\n %[4]d\n", n-1, old, line, n+1)}}}
}

// Of the variants of an overlay one goes on, the same on the base and on every
// commit of the series, whatever the others do.
func TestOverlayVariants(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, text("a", lines(20)), text("a", lines(20, 9, "nine")))
	r := open(t, dir)
	rng, err := r.Range(t.Context(), c[0], c[1])
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		overlays []patch.Series
		used     []int
		file     string // that the overlays make of the base, in words
		dropped  []Dropped
	}{
		"the first of all": {
			overlays: []patch.Series{over("x", 3, "3", "x"), over("x", 3, "X", "x2"), over("y", 6, "6", "y")},
			used:     []int{0, 2}, file: "x y",
		},
		"the second of all": {
			overlays: []patch.Series{over("x", 3, "X", "x"), over("x", 3, "3", "x2"), over("y", 6, "Y", "y"), over("y", 6, "6", "y2"), over("z", 12, "12", "z")},
			used:     []int{1, 3, 4}, file: "x2 y2 z",
		},
		"mixed": {
			overlays: []patch.Series{over("x", 3, "3", "x"), over("x", 3, "X", "x2"), over("y", 6, "Y", "y"), over("y", 6, "6", "y2")},
			used:     []int{0, 3}, file: "x y2",
		},
		"both would": {
			overlays: []patch.Series{over("x", 3, "3", "x"), over("x", 6, "6", "x2"), over("y", 12, "12", "y")},
			used:     []int{0, 2}, file: "x y",
		},
		"none": {
			overlays: []patch.Series{over("x", 3, "X", "x"), over("x", 3, "XX", "x2"), over("y", 6, "6", "y")},
			used:     []int{2}, file: "y", dropped: []Dropped{{Overlay: 1, Title: "x", Why: "does not apply on top of the base"}},
		},
		// The choice is the base's: the other variant would fit the patch.
		"not on the patch": {
			overlays: []patch.Series{over("x", 9, "9", "x"), over("x", 9, "nine", "x2"), over("y", 3, "3", "y")},
			used:     []int{2}, file: "y", dropped: []Dropped{{Overlay: 0, Title: "x", Why: "does not apply on top of patch 1"}},
		},
		"in the place of another": {
			overlays: []patch.Series{over("y", 3, "3", "y"), over("x", 3, "3", "x"), over("x", 3, "y", "x2")},
			used:     []int{0, 2}, file: "x2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := r.Overlay(t.Context(), rng, tc.overlays...)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.Used, tc.used) || len(got.Commits) != 1 || len(got.Dropped) != len(tc.dropped) {
				t.Fatalf("Overlay = %+v; want %v used, %+v dropped", got, tc.used, tc.dropped)
			}
			for i, want := range tc.dropped {
				if d := got.Dropped[i]; d.Overlay != want.Overlay || d.Title != want.Title || !strings.HasPrefix(d.Why, want.Why) {
					t.Errorf("dropped %+v; want %+v", d, want)
				}
			}
			for i, id := range []string{got.Base, got.Tip()} {
				if words := words(runGit(t, dir, "show", id+":a")); words != tc.file {
					t.Errorf("commit %d has %q; want %q", i, words, tc.file)
				}
			}
		})
	}
}

// words returns the lines that overlays wrote, with a blank in between.
func words(text string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(text), func(line string) bool {
		_, err := strconv.Atoi(line)
		return err == nil || line == "nine"
	}), " ")
}

// A merge gets a variant on the tree only when none goes on as it is, and what
// the base has already needs no other variant.
func TestOverlayMerges(t *testing.T) {
	t.Parallel()
	old := lines(20)
	shape := strings.Replace(old, "4\n", "four\n", 1) // within the context of the change
	dir, c := newRepo(t, text("a", old), text("a", strings.Replace(old, "6\n", "six\n", 1)), text("a", shape))
	r := open(t, dir)
	merges := series(t, dir, c[0], c[1])
	merges.Title = "x"
	fits := over("x", 12, "12", "twelve")
	for name, tc := range map[string]struct {
		base     string
		overlays []patch.Series
		used     []int
		file     string
		why      string
	}{
		"as it is":             {c[0], []patch.Series{merges, fits}, []int{0}, "six", ""},
		"the other fits":       {c[2], []patch.Series{merges, fits}, []int{1}, "four twelve", ""},
		"no other":             {c[2], []patch.Series{merges}, []int{0}, "four six", ""},
		"no other that fits":   {c[2], []patch.Series{over("x", 12, "x", "y"), merges}, []int{1}, "four six", ""},
		"the base has it":      {c[1], []patch.Series{merges}, nil, "six", "the base has it already"},
		"the base has one":     {c[1], []patch.Series{merges, over("x", 15, "x", "y")}, nil, "six", "the base has it already"},
		"nothing to put there": {c[0], nil, nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := r.Overlay(t.Context(), Range{Base: tc.base}, tc.overlays...)
			if err != nil {
				t.Fatal(err)
			}
			if words := words(runGit(t, dir, "show", got.Base+":a")); words != tc.file || !slices.Equal(got.Used, tc.used) {
				t.Errorf("file %q, used %v; want %q, %v", words, got.Used, tc.file, tc.used)
			}
			if (tc.why != "") != (len(got.Dropped) == 1) || tc.why != "" && got.Dropped[0].Why != tc.why {
				t.Errorf("dropped %+v; want %q", got.Dropped, tc.why)
			}
		})
	}
}
