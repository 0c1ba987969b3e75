// SPDX-License-Identifier: MIT

package igt

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// results lists a run as "name word" without the leading igt@.
func results(r Results) []string {
	var out []string
	for _, t := range r.Tests {
		out = append(out, strings.TrimPrefix(t.Name, "igt@")+" "+string(t.Result))
	}
	return out
}

func lines(s ...string) []byte { return []byte(strings.Join(s, "\n") + "\n") }

// says is what a subtest writes that ends with a word.
func says(name, word string) string {
	return "Starting subtest: " + name + "\nSubtest " + name + ": " + word + " (0.5s)"
}

// TestJob goes through the ways in which one job can end.
func TestJob(t *testing.T) {
	t.Parallel()
	kernel := "[IGT] b: starting subtest "
	tests := map[string]struct {
		job  string
		meta string
		in   files
		want []string
	}{
		"pass and skip":         {"b x,y", "", files{journal: lines("x", "y", "exit:0 (1s)"), out: lines(says("x", "SUCCESS"), says("y", "SKIP"))}, []string{"b@x pass", "b@y skip"}},
		"crash and timeout":     {"b", "", files{journal: lines("x", "y", "exit:1 (1s)"), out: lines(says("x", "CRASH"), says("y", "TIMEOUT"))}, []string{"b@x crash", "b@y timeout"}},
		"unknown words":         {"b", "", files{journal: lines("x", "y", "z"), out: lines(says("x", "SUCC"), says("y", "success"), says("z", ""))}, []string{"b@x incomplete", "b@y incomplete", "b@z incomplete"}},
		"upper case":            {"B X", "", files{journal: lines("X", "exit:0"), out: lines(says("X", "SUCCESS"))}, []string{"b@x pass"}},
		"two names fold to one": {"b", "", files{journal: lines("X", "x", "exit:0"), out: lines(says("X", "SUCCESS"), says("x", "FAIL"))}, []string{"b@x fail"}},
		"no end line":           {"b x", "", files{journal: lines("x"), out: lines("Starting subtest: x")}, []string{"b@x incomplete"}},
		"result in err alone":   {"b x", "", files{journal: lines("x"), out: lines("Starting subtest: x"), err: lines(says("x", "SUCCESS"))}, []string{"b@x incomplete"}},
		"result after NUL":      {"b x", "", files{journal: lines("x"), out: lines("\x00", says("x", "SUCCESS"))}, []string{"b@x incomplete"}},
		"killed at once":        {"b x,y", "", files{out: lines("IGT-Version: 1")}, []string{"b@x incomplete"}},
		"killed, no list":       {"b", "", files{out: lines("IGT-Version: 1")}, []string{"b incomplete"}},
		"timeout before any":    {"b x", "", files{journal: lines("timeout:-15 (9s)"), out: lines("v")}, []string{"b@x timeout"}},
		"exit codes":            {"b", "", files{journal: lines("exit:79 (1s)"), out: lines("v")}, []string{"b skip"}},
		"abort":                 {"b", "", files{journal: lines("exit:112 (1s)"), out: lines("v")}, []string{"b abort"}},
		"no number":             {"b", "", files{journal: lines("exit:fine"), out: lines("v")}, []string{"b fail"}},
		"no output":             {"b", "", files{journal: lines("exit:0 (1s)")}, []string{"b incomplete"}},
		"a word on stderr":      {"b", "", files{journal: lines("exit:0 (1s)"), err: lines("hm")}, []string{"b warn"}},
		"resumed":               {"b", "", files{journal: lines("x", "exit:1 (1s)", "y", "exit:0 (2s)"), out: lines("Starting subtest: x", says("y", "SUCCESS"))}, []string{"b@x incomplete", "b@y pass"}},
		"kernel says so":        {"b x", "", files{journal: lines("x", "exit:0"), out: lines(says("x", "SUCCESS")), dmesg: lines("6,1,1,-;"+kernel+"x", "4,2,2,-;hm")}, []string{"b@x dmesg-warn"}},
		"kernel before start":   {"b x", "", files{journal: lines("x", "exit:0"), out: lines(says("x", "SUCCESS")), dmesg: lines("4,2,2,-;hm", "6,1,1,-;"+kernel+"x")}, []string{"b@x dmesg-warn"}},
		"piglit, no drm":        {"b x", "piglit_style_dmesg : 1\n", files{journal: lines("x", "exit:0"), out: lines(says("x", "SUCCESS")), dmesg: lines("6,1,1,-;"+kernel+"x", "4,2,2,-;hm")}, []string{"b@x pass"}},
		"piglit, drm":           {"b x", "piglit_style_dmesg : 1\n", files{journal: lines("x", "exit:0"), out: lines(says("x", "SUCCESS")), dmesg: lines("6,1,1,-;"+kernel+"x", "5,2,2,-;[drm:f] hm")}, []string{"b@x dmesg-warn"}},
		"level":                 {"b x", "dmesg_warn_level : 3\n", files{journal: lines("x", "exit:0"), out: lines(says("x", "SUCCESS")), dmesg: lines("6,1,1,-;"+kernel+"x", "4,2,2,-;hm")}, []string{"b@x pass"}},
		"only the kernel knows": {"b x", "", files{journal: lines("x", "exit:0"), out: lines(says("x", "SUCCESS")), dmesg: lines("6,1,1,-;"+kernel+"x", "6,1,1,-;"+kernel+"y")}, []string{"b@x pass", "b@y incomplete"}},
		"another binary":        {"b x", "", files{journal: lines("x", "exit:0"), out: lines(says("x", "SUCCESS")), dmesg: lines("6,1,1,-;"+kernel+"x", "6,1,1,-;[IGT] c: starting subtest y")}, []string{"b@x pass"}},
		"started after all":     {"b x", "", files{journal: lines("x", "exit:0"), out: lines("Subtest x: SKIP", "Starting subtest: x", "oh")}, []string{"b@x incomplete"}},
		"ended twice":           {"b x", "", files{journal: lines("x", "exit:0"), out: lines("Subtest x: SUCCESS", says("x", "FAIL"))}, []string{"b@x fail"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			jobs, err := parseJobs(tt.job)
			if err != nil {
				t.Fatal(err)
			}
			r := run{settings: parseSettings(tt.meta), res: newResults()}
			if err := r.parse(jobs[0], tt.in); err != nil {
				t.Fatal(err)
			}
			if got := results(r.finish()); !slices.Equal(got, tt.want) {
				t.Errorf("parse = %q; want %q", got, tt.want)
			}
		})
	}
}

// TestPrune reads one output with each prune mode.
func TestPrune(t *testing.T) {
	t.Parallel()
	dynamic := func(name, word string) string {
		return "Starting dynamic subtest: " + name + "\nDynamic subtest " + name + ": " + word + " (0.1s)"
	}
	in := files{
		journal: lines("s", "plain", "torn", "exit:0 (1s)"),
		out: lines("Starting subtest: s", dynamic("a", "SUCCESS"), dynamic("b", "FAIL"), "Subtest s: FAIL (1s)",
			says("plain", "SUCCESS"),
			"Starting subtest: torn", dynamic("a", "SUCCESS"), "Subtest torn: CRASH (1s)"),
	}
	tests := map[string]struct {
		job  string
		mode int
		want []string
	}{
		"keep dynamic":      {"b", 0, []string{"b@s@a pass", "b@s@b fail", "b@plain pass", "b@torn crash", "b@torn@a pass"}},
		"keep subtests":     {"b", 1, []string{"b@s fail", "b@plain pass", "b@torn crash"}},
		"keep all":          {"b", 2, []string{"b@s fail", "b@s@a pass", "b@s@b fail", "b@plain pass", "b@torn crash", "b@torn@a pass"}},
		"keep requested":    {"b s@b,plain", 3, []string{"b@s@b fail", "b@plain pass"}},
		"everything wanted": {"b", 3, []string{"b@s fail", "b@plain pass", "b@torn crash"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			jobs, err := parseJobs(tt.job)
			if err != nil {
				t.Fatal(err)
			}
			r := run{settings: parseSettings("prune_mode : " + strconv.Itoa(tt.mode)), res: newResults()}
			if err := r.parse(jobs[0], in); err != nil {
				t.Fatal(err)
			}
			if got := results(r.finish()); !slices.Equal(got, tt.want) {
				t.Errorf("parse = %q; want %q", got, tt.want)
			}
		})
	}
}

// A dynamic subtest belongs to the subtest that it ran in, also when the next
// one is skipped before it starts.
func TestDynamicOfASkippedSubtest(t *testing.T) {
	t.Parallel()
	r := run{settings: parseSettings(""), res: newResults()}
	in := files{journal: lines("s", "t", "exit:0"), out: lines("Starting subtest: s", "Starting dynamic subtest: a",
		"Dynamic subtest a: SUCCESS (0s)", "Subtest s: SUCCESS (0s)", "Subtest t: SKIP")}
	if err := r.parse(job{binary: "b"}, in); err != nil {
		t.Fatal(err)
	}
	if got, want := results(r.finish()), []string{"b@s@a pass", "b@t skip"}; !slices.Equal(got, want) {
		t.Errorf("parse = %q; want %q", got, want)
	}
}

// A dynamic subtest in which the binary was stopped has the subtest's result.
func TestDynamicAtTheEnd(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]Word{"112": Abort, "-1": NotRun, "98": Incomplete} {
		r := run{settings: parseSettings(""), res: newResults()}
		in := files{journal: lines("s", "exit:"+code), out: lines("Starting subtest: s", "Starting dynamic subtest: a")}
		if err := r.parse(job{binary: "b"}, in); err != nil {
			t.Fatal(err)
		}
		if got := results(r.finish()); !slices.Equal(got, []string{"b@s@a " + string(want)}) {
			t.Errorf("exit %s: %q; want %s", code, got, want)
		}
	}
}

// A test that is there twice keeps the worse result, and both count once.
func TestTheWorseResultStays(t *testing.T) {
	t.Parallel()
	for _, order := range [][]string{{"FAIL", "SUCCESS"}, {"SUCCESS", "FAIL"}} {
		r := run{settings: parseSettings(""), res: newResults()}
		for _, w := range order {
			if err := r.parse(job{binary: "b"}, files{journal: lines("x", "exit:0 (1s)"), out: lines(says("x", w))}); err != nil {
				t.Fatal(err)
			}
		}
		res := r.finish()
		if got := results(res); !slices.Equal(got, []string{"b@x fail"}) || res.Totals[""][Fail] != 1 || res.Runtimes["igt@b"].Time.End != 2 {
			t.Errorf("%q: %q, %v, %v", order, got, res.Totals[""], res.Runtimes)
		}
	}
}

// What a stranger can nest or repeat ends in an error, and soon.
func TestJobLimits(t *testing.T) {
	t.Parallel()
	var nested strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&nested, "Starting subtest: s%d\n", i)
	}
	for i := range 1000 {
		fmt.Fprintf(&nested, "Starting dynamic subtest: d%d\n", i)
	}
	var names strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&nested, "Subtest s%d: SUCCESS (0s)\n", i)
		fmt.Fprintf(&names, "s%d\n", i)
	}
	large := []byte(strings.Repeat("x", MaxText/1000+1))
	tests := map[string]files{
		"nested":     {journal: []byte(names.String()), out: []byte(nested.String())},
		"many names": {journal: []byte(numbered(MaxTests + 1))},
		"much text":  {journal: []byte(names.String()), out: large},
	}
	for name, in := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run{settings: parseSettings(""), res: newResults()}
			if err := r.parse(job{binary: "b"}, in); !errors.Is(err, ErrTooLarge) {
				t.Errorf("parse = %v; want %v", err, ErrTooLarge)
			}
		})
	}
}

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strconv.Itoa(i) + "\n")
	}
	return b.String()
}

// FuzzJob: any files give tests with results that the runner knows, and JSON
// that is read back as it was.
func FuzzJob(f *testing.F) {
	f.Add([]byte("x\nexit:0 (1s)\n"), []byte(says("x", "SUCCESS")+"\n"), []byte("Starting dynamic subtest: a\n"), []byte("4,1,1,-;[IGT] b: starting subtest x\n"), []byte{}, 0)
	f.Add([]byte("timeout:1 (1s)\n"), []byte("\xff\x00"), []byte("Subtest x: FAIL (-9s)\n"), []byte("6,1,18446744073709551615,c;\\x41\\xzz\\x"), commsFile(), 3)
	f.Fuzz(func(t *testing.T, journal, out, err, dmesg, comms []byte, prune int) {
		r := run{settings: parseSettings("prune_mode : " + strconv.Itoa(prune)), res: newResults()}
		in := files{journal: journal, out: out, err: err, dmesg: dmesg}
		if err := r.parse(job{"b", []string{"x", "x@a"}}, in.fromComms(comms)); err != nil {
			if !errors.Is(err, ErrTooLarge) {
				t.Error(err)
			}
			return
		}
		res := r.finish()
		for _, test := range res.Tests {
			if !slices.Contains(Words(), test.Result) || !strings.HasPrefix(test.Name, "igt@b") {
				t.Errorf("%q is %q", test.Name, test.Result)
			}
		}
		text := written(t, res)
		again, err2 := ReadResults(strings.NewReader(string(text)))
		if err2 != nil {
			t.Fatal(err2)
		}
		if string(written(t, again)) != string(text) {
			t.Error("results.json differs after it was read")
		}
	})
}
