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

// A journal is what is known of how the binary of one job ended.
type journal struct {
	code           int
	ended, timeout bool
	alone          *Span // time of a binary without subtests
}

// journal reads which subtests began and how the binary ended.
func (r *run) journal(s *started, text string) {
	var j journal
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "exit:"); ok {
			j.code, j.ended = exitCode(rest), true
			r.runtime(s.job, inBrackets(rest))
			if len(s.pieces) == 0 && len(s.subtests) == 0 {
				j.alone = addTime(j.alone, inBrackets(rest))
			}
		} else if rest, ok := strings.CutPrefix(line, "timeout:"); ok {
			j.timeout = true
			if len(s.pieces) > 0 {
				last := &s.pieces[len(s.pieces)-1].test
				last.Result, last.Time = Timeout, addTime(last.Time, inBrackets(rest))
				r.runtime(s.job, inBrackets(rest))
			}
		} else if line != "" && s.count() {
			s.sub(line)
		}
	}
	j.settle(s)
}

// settle gives the results that follow from the end of the binary.
func (j journal) settle(s *started) {
	word := exitWord(j.code, j.ended)
	if len(s.pieces) > 0 {
		if word == Abort || word == NotRun {
			s.pieces[len(s.pieces)-1].test.Result = word
		}
		return
	}
	name := ""
	if len(s.subtests) > 0 { // it did not get as far as its first subtest
		name = s.subtests[0]
	}
	if j.timeout {
		word = Timeout
	}
	t := &s.sub(name).test
	t.Result, t.Time = word, j.alone
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
