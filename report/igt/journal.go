// SPDX-License-Identifier: MIT

package igt

import (
	"strconv"
	"strings"
)

// Exit codes of test binaries, from lib/igt_core.h, and what the runner writes
// when it was asked to stop.
const (
	exitSuccess  = 0
	exitSkip     = 77
	exitInvalid  = 79 // there was nothing to run
	exitFailure  = 98
	exitAbort    = 112
	exitGraceful = -1
)

// journal reads which subtests began and how the binary ended.
func (r *run) journal(s *started, text string) {
	code, ended, timeout := 0, false, false
	var alone *Span // of a binary without subtests
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "exit:"); ok {
			code, ended = exitCode(rest), true
			r.runtime(s.job, inBrackets(rest))
			if len(s.pieces) == 0 && len(s.subtests) == 0 {
				alone = addTime(alone, inBrackets(rest))
			}
		} else if rest, ok := strings.CutPrefix(line, "timeout:"); ok {
			timeout = true
			if len(s.pieces) > 0 {
				last := &s.pieces[len(s.pieces)-1].test
				last.Result, last.Time = Timeout, addTime(last.Time, inBrackets(rest))
				r.runtime(s.job, inBrackets(rest))
			}
		} else if line != "" && s.count() {
			s.sub(line)
		}
	}
	word := exitWord(code, ended)
	if len(s.pieces) == 0 {
		name := ""
		if len(s.subtests) > 0 { // it did not get as far as its first subtest
			name = s.subtests[0]
		}
		if timeout {
			word = Timeout
		}
		t := &s.sub(name).test
		t.Result, t.Time = word, alone
	} else if word == Abort || word == NotRun {
		s.pieces[len(s.pieces)-1].test.Result = word
	}
}

func exitWord(code int, ended bool) Word {
	if !ended {
		return Incomplete
	}
	switch code {
	case exitSuccess:
		return Pass
	case exitSkip, exitInvalid:
		return Skip
	case exitAbort:
		return Abort
	case exitGraceful:
		return NotRun
	}
	return Fail
}

// exitCode returns the code of "CODE (SECONDSs)"; what is no number is a failure.
func exitCode(s string) int {
	s, _, _ = strings.Cut(s, " ")
	code, err := strconv.Atoi(s)
	if err != nil {
		return exitFailure
	}
	return code
}

func addTime(t *Span, seconds float64) *Span {
	if t != nil {
		seconds += t.End
	}
	s := span(0, seconds)
	return &s
}

// inBrackets returns the seconds of "CODE (SECONDSs)", 0 without any.
func inBrackets(s string) float64 {
	_, s, _ = strings.Cut(s, "(")
	return number(s)
}

// number returns the number that s begins with, and 0 without any or when no
// clock shows it.
func number(s string) float64 {
	end := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != '-' })
	if end >= 0 {
		s = s[:end]
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n > 1e12 || n < -1e12 {
		return 0
	}
	return n
}
