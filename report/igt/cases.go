// SPDX-License-Identifier: MIT

package igt

import (
	"slices"
	"strings"
	"time"

	"github.com/fencebot/fencebot/qemu/wire"
)

// Cases returns the run as cases, in its order. They have names without the
// leading igt@, words of our own tests (what standard error or the kernel log
// added to a result is dropped: logs are judged on their own), at most
// MaxOutput bytes of standard output and error, and at most MaxLog of the kernel
// log in the form of a console. Which boot and driver it was, and whether
// lockdep was alive, is not known.
func (r Results) Cases() []Case {
	cases := make([]Case, 0, len(r.Tests))
	for i, t := range r.Tests {
		output := t.Out
		if chatter(t.Err) {
			output += t.Err
		}
		cases = append(cases, Case{
			Name:    strings.TrimPrefix(t.Name, "igt@"),
			Result:  t.Result.plain(),
			Seconds: t.Seconds(),
			Output:  clip(output, MaxOutput),
			Log:     clip(t.Console(), MaxLog),
			Job:     i,
			Place:   i,
		})
	}
	return cases
}

// Console returns the test's kernel log in the form of a console: without the
// "<LEVEL> " before each line.
func (t Test) Console() string {
	var b strings.Builder
	for line := range strings.Lines(t.Dmesg) {
		if len(line) > 4 && line[0] == '<' && line[2:4] == "> " {
			line = line[4:]
		}
		b.WriteString(line)
	}
	return b.String()
}

// clip returns the first bytes of s and no half character.
func clip(s string, limit int) string {
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "")
	}
	return s
}

// About describes a run of ours for results.json.
type About struct {
	Name       string // of the run
	Uname      string // of the kernel, "" when not known
	Start, End time.Time
}

// FromCases makes results of a run of ours. A test that ran on several drivers
// has the driver's name as its last part, where IGT has that of a dynamic
// subtest. Of a test that ran more than once on one driver the worst result is
// kept.
func FromCases(about About, cases []Case) Results {
	drivers := map[string][]string{}
	for _, c := range cases {
		if !slices.Contains(drivers[c.Name], c.Driver) {
			drivers[c.Name] = append(drivers[c.Name], c.Driver)
		}
	}
	run := run{res: newResults()}
	run.res.Name, run.res.Uname = about.Name, about.Uname
	run.res.Elapsed = span(unix(about.Start), unix(about.End))
	for _, c := range cases {
		name := c.Name
		if c.Driver != "" && len(drivers[c.Name]) > 1 {
			name += "@" + c.Driver
		}
		t := Test{Name: "igt@" + strings.ToLower(name), Out: c.Output, Dmesg: c.Log, Result: word(c.Result)}
		j := job{binary: strings.TrimPrefix(binaryOf(t.Name), "igt@")}
		if c.Started() {
			s := span(0, duration(c.Seconds))
			t.Time = &s
			run.runtime(j, s.End)
		}
		run.put(t)
	}
	return run.finish()
}

// word is the other way of Word.plain.
func word(r wire.Result) Word {
	switch w := Word(r); {
	case w == "":
		return NotRun
	case slices.Contains(Words(), w):
		return w
	}
	return Incomplete
}

// unix returns seconds since 1970, 0 for no time.
func unix(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMicro()) / 1e6
}
