// SPDX-License-Identifier: MIT

package igt

import (
	"reflect"
	"slices"
	"testing"
)

func TestParseSettings(t *testing.T) {
	t.Parallel()
	tests := map[string]settings{
		"":                                    {warnLevel: 4},
		"name : a : b\nmultiple_mode : 1\n":   {name: "a : b", multiple: true, warnLevel: 4},
		"piglit_style_dmesg : 1":              {piglit: true, warnLevel: 5},
		"piglit_style_dmesg : 0\n":            {warnLevel: 4},
		"dmesg_warn_level : 6\nprune_mode: 3": {warnLevel: 6},
		"dmesg_warn_level : -1\n":             {warnLevel: 4},
		"piglit_style_dmesg : 1\ndmesg_warn_level : 0\nprune_mode : 2\n": {piglit: true, prune: 2},
		"prune_mode : two\n\x00\n : \n":                                  {warnLevel: 4},
	}
	for text, want := range tests {
		if got := parseSettings(text); got != want {
			t.Errorf("parseSettings(%q) = %+v; want %+v", text, got, want)
		}
	}
}

func TestParseJobs(t *testing.T) {
	t.Parallel()
	got, err := parseJobs("a\n\n b x,y@z \nc/d ,\n")
	want := []job{{binary: "a"}, {"b", []string{"x", "y@z"}}, {binary: "c/d"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("parseJobs = %+v, %v; want %+v", got, err, want)
	}
	if got := want[1].name("X y"); got != "igt@b@x y" {
		t.Errorf("name = %q", got)
	}
}

// Jobs that never began are not run, except where nobody can say what they are.
func TestNotRun(t *testing.T) {
	t.Parallel()
	list := "a x,y\nb\n"
	for meta, want := range map[string][]string{
		"multiple_mode : 0\n": {"a@x notrun", "a@y notrun", "b notrun"},
		"multiple_mode : 1\n": {"a@x notrun", "a@y notrun"},
	} {
		r, err := ReadFolder(folderOf(t, map[string]string{"metadata.txt": meta, "joblist.txt": list}))
		if err != nil {
			t.Fatal(err)
		}
		if got := results(r); !slices.Equal(got, want) {
			t.Errorf("%q: %q; want %q", meta, got, want)
		}
		if _, ok := r.Totals["igt@b"]; ok != (len(want) == 3) {
			t.Errorf("%q: totals %v", meta, r.Totals)
		}
	}
}

// A folder without any of its files is one in which nothing is known.
func TestEmptyJobFolder(t *testing.T) {
	t.Parallel()
	r, err := ReadFolder(folderOf(t, least("a x"), map[string]string{"0/other": ""}))
	if err != nil {
		t.Fatal(err)
	}
	if got := results(r); !slices.Equal(got, []string{"a@x incomplete"}) || r.Tests[0].Out == "" {
		t.Errorf("results = %q, out %q", got, r.Tests[0].Out)
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"": 0, "12.5s)": 12.5, "-1": -1, "x": 0, "1.2.3": 0, "1e5": 1, "Inf": 0, "NaN": 0, "9999999999999": 0, "1750000000.25\n": 1750000000.25,
	} {
		if got := number(text); got != want {
			t.Errorf("number(%q) = %v; want %v", text, got, want)
		}
	}
	for text, want := range map[string]int{"0 (1s)": 0, "-1": -1, "77 ": 77, "": exitFailure, "0x0": exitFailure, "99999999999999999999": exitFailure} {
		if got := exitCode(text); got != want {
			t.Errorf("exitCode(%q) = %d; want %d", text, got, want)
		}
	}
	for code, want := range map[int]Word{0: Pass, 77: Skip, 79: Skip, 98: Fail, 112: Abort, -1: NotRun, 139: Fail, -15: Fail} {
		if got := exitWord(code, true); got != want {
			t.Errorf("exitWord(%d) = %s; want %s", code, got, want)
		}
	}
	if got := exitWord(0, false); got != Incomplete {
		t.Errorf("without an end: %s", got)
	}
}
