// SPDX-License-Identifier: MIT

package igt

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMarker(t *testing.T) {
	t.Parallel()
	tests := map[string]mark{
		"Starting subtest: a-b_C":             {kind: start, name: "a-b_C"},
		"Starting subtest: a ":                {kind: start, name: "a "}, // no name of IGT, so it is nobody's
		"Starting dynamic subtest: a b":       {kind: dynStart, name: "a"},
		"Starting dynamic subtest: ":          {kind: noMarker},
		"Subtest a: SUCCESS (0.003s)":         {kind: end, name: "a", word: Pass, seconds: 0.003},
		"Subtest a: SKIP":                     {kind: end, name: "a", word: Skip},
		"Subtest a: FAIL (1e9s)":              {kind: end, name: "a", word: Fail, seconds: 1},
		"Subtest a: CRASH (x)":                {kind: end, name: "a", word: Crash},
		"Subtest a: TIMEOUT (12.5s)":          {kind: end, name: "a", word: Timeout, seconds: 12.5},
		"Subtest a: SUCCESSFUL (1s)":          {kind: end, name: "a", word: Incomplete, seconds: 1},
		"Subtest a: ":                         {kind: end, name: "a", word: Incomplete},
		"Dynamic subtest a: FAIL (0.5s)":      {kind: dynEnd, name: "a", word: Fail, seconds: 0.5},
		"Subtest a failed.":                   {kind: noMarker},
		"Subtest a b: FAIL":                   {kind: noMarker},
		"Subtest : FAIL":                      {kind: noMarker},
		"Subtest a:FAIL":                      {kind: noMarker},
		" Subtest a: FAIL":                    {kind: noMarker},
		"(a:1) DEBUG: Starting subtest: a":    {kind: noMarker},
		"Subtest \xff: SUCCESS":               {kind: noMarker},
		"":                                    {kind: noMarker},
		"Subtest a: SUCCESS\r":                {kind: end, name: "a", word: Pass},
		"Subtest a: FAIL (99999999999999.0s)": {kind: end, name: "a", word: Fail}, // no clock shows it
		"Subtest a: FAIL (-1-1s)":             {kind: end, name: "a", word: Fail},
	}
	for line, want := range tests {
		if got := marker(line); got != want {
			t.Errorf("marker(%q) = %+v; want %+v", line, got, want)
		}
	}
}

func TestChatter(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": false, says("a", "SUCCESS"): false, says("a", "SUCCESS") + "\n": false,
		"\n": true, "Starting subtest: a\nhm\n": true, says("a", "SUCCESS") + "\nhm": true,
	} {
		if got := chatter(text); got != want {
			t.Errorf("chatter(%q) = %v; want %v", text, got, want)
		}
	}
}

func TestUTF8Text(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for i := range 256 {
		all.WriteByte(byte(i))
	}
	got := utf8Text(all.String())
	if !utf8.ValidString(got) || utf8.RuneCountInString(got) != 256 || !strings.HasSuffix(got, "þÿ") {
		t.Errorf("utf8Text of all bytes = %q", got)
	}
	for _, plain := range []string{"", "a\tb\n\x7f"} {
		if got := utf8Text(plain); got != plain {
			t.Errorf("utf8Text(%q) = %q", plain, got)
		}
	}
}

// TestCut holds the parts of a text against what the runner cuts.
func TestCut(t *testing.T) {
	t.Parallel()
	const text = `version
Starting subtest: a
in a
Starting dynamic subtest: d
in d
Dynamic subtest d: SUCCESS (0s)
after d
Subtest a: SUCCESS (0s)
between
Starting subtest: b
in b
Starting subtest: c
Subtest c: SUCCESS (0s)
Subtest s: SKIP
end
`
	s := &started{job: job{binary: "x"}, byName: map[string]*piece{}}
	for _, name := range []string{"a", "b", "c", "s", "none"} {
		s.sub(name)
	}
	s.output(stdout, text, "")
	want := map[string][2]string{ // first and last line
		"a":    {"version", "between"},
		"b":    {"between", "in b"},
		"c":    {"in b", "Subtest c: SUCCESS (0s)"},
		"s":    {"Subtest s: SKIP", "end"},
		"none": {"version", "end"},
	}
	for _, p := range s.pieces {
		lines := strings.Split(strings.TrimSuffix(p.test.Out, "\n"), "\n")
		if got := [2]string{lines[0], lines[len(lines)-1]}; got != want[p.subtest] {
			t.Errorf("%s has %q to %q; want %q", p.subtest, got[0], got[1], want[p.subtest])
		}
	}
	d := s.pieces[0].dynamic
	if len(d) != 1 || d[0].subtest != "a@d" || !strings.HasPrefix(d[0].test.Out, "version\n") || !strings.HasSuffix(d[0].test.Out, "\nbetween\n") {
		t.Errorf("dynamic subtests of a: %+v", d)
	}
	for i, want := range []Word{Pass, Incomplete, Pass, Skip, Incomplete} {
		if got := s.pieces[i].test.Result; got != want {
			t.Errorf("%s is %s; want %s", s.pieces[i].subtest, got, want)
		}
	}
}
