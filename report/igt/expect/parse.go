// SPDX-License-Identifier: MIT

package expect

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"

	"github.com/fencebot/fencebot/report/igt"
)

// An entry is one line of a list that counts.
type entry struct {
	text    string
	line    int
	comment *[]string // lines of its paragraph, without the leading #; also those below it
}

// maxComment is how many lines of a comment are kept: the record of a flake has
// five, and what follows the first line of a skip is logs.
const maxComment = 16

// read splits a list into entries. A paragraph ends at a blank line.
func read(list string, in io.Reader) ([]entry, error) {
	text, err := io.ReadAll(io.LimitReader(in, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", list, err)
	}
	if len(text) > MaxBytes {
		return nil, &LineError{list, 1, fmt.Sprintf("the list has more than %d bytes", MaxBytes)}
	}
	var entries []entry
	comment := new([]string)
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			comment = new([]string)
		case line[0] == '#':
			if len(*comment) < maxComment {
				*comment = append(*comment, strings.TrimSpace(line[1:]))
			}
		case len(entries) == MaxEntries:
			return nil, &LineError{list, n, fmt.Sprintf("more than %d entries", MaxEntries)}
		default:
			entries = append(entries, entry{line, n, comment})
		}
	}
	return entries, nil
}

// fail takes one line of the fails; what it returns is why it cannot.
func (l *Lists) fail(e entry) string {
	name, result, ok := strings.Cut(e.text, ",")
	if !ok {
		return "no comma: want NAME,RESULT"
	}
	if why := checkName(name); why != "" {
		return why
	}
	f := Fail{Name: name, Line: e.line}
	switch strings.TrimSpace(result) {
	case "Fail":
		f.Result = igt.Fail
	case "Crash":
		f.Result = igt.Crash
	case "Timeout":
		f.Result = igt.Timeout
	default:
		return fmt.Sprintf("unknown result %.40q: want Fail, Crash or Timeout", result)
	}
	if old, twice := l.fails[fold(name)]; twice {
		if old.Result != f.Result {
			return fmt.Sprintf("line %d has another result for the same test", old.Line)
		}
		return ""
	}
	l.fails[fold(name)] = f
	l.order = append(l.order, f)
	return ""
}

// flake takes one line of the flakes and the record above it.
func (l *Lists) flake(e entry) string {
	if why := checkName(e.text); why != "" {
		return why
	}
	f := Flake{Name: e.text, Line: e.line}
	for _, line := range *e.comment {
		key, value, _ := strings.Cut(line, ":")
		value = printable(strings.TrimSpace(value))
		switch key {
		case "Board Name":
			f.Board = value
		case "Bug Report":
			f.Report = value
		case "Failure Rate":
			f.Rate = value
		case "IGT Version":
			f.IGT = value
		case "Linux Version":
			f.Linux = value
		}
	}
	l.flakes[fold(f.Name)] = f
	return ""
}

// skip takes one pattern. Go's expressions take linear time, and what they do
// not know (look-around, back references) the kernel's lists do not use.
func (l *Lists) skip(e entry) string {
	if len(e.text) > MaxName {
		return fmt.Sprintf("the pattern has more than %d bytes", MaxName)
	}
	// The runner writes the names of results in lower case, lists have them as
	// the tests do.
	re, err := regexp.Compile("(?i)" + e.text)
	if err != nil {
		return fmt.Sprintf("pattern %.80q: %v", e.text, err)
	}
	s := Skip{Pattern: e.text, Line: e.line, re: re}
	if len(*e.comment) > 0 {
		s.Why = printable((*e.comment)[0])
	}
	l.skips = append(l.skips, s)
	return ""
}

// checkName says what is wrong with the name of a test, "" for nothing.
func checkName(name string) string {
	parts := strings.Split(name, "@")
	switch {
	case len(name) > MaxName:
		return fmt.Sprintf("the name has more than %d bytes", MaxName)
	case len(parts) > 3:
		return fmt.Sprintf("%.80q has more than three parts", name)
	}
	for _, p := range parts {
		if p == "" || strings.ContainsFunc(p, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ',' }) {
			return fmt.Sprintf("%.80q is no name of a test", name)
		}
	}
	return ""
}

// fold returns a name as igt_runner writes it into results.json, without the
// leading igt@.
func fold(name string) string { return strings.TrimPrefix(strings.ToLower(name), "igt@") }

// printable returns at most MaxName bytes of a comment, without what a terminal
// or a page could take for a command.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.ToValidUTF8(s[:min(len(s), MaxName)], "")
}
