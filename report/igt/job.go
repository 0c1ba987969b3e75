// SPDX-License-Identifier: MIT

package igt

import (
	"fmt"
	"slices"
)

// A piece is one test of a job while its files are read.
type piece struct {
	subtest string // as the test writes it; "" is the binary itself
	test    Test
	dynamic []*piece
	byName  map[string]*piece // the dynamic ones
}

// sub returns the dynamic subtest with this name and makes it when it is new.
func (p *piece) sub(name string) *piece {
	if d, ok := p.byName[name]; ok {
		return d
	}
	if p.byName == nil {
		p.byName = map[string]*piece{}
	}
	d := &piece{subtest: p.subtest + "@" + name}
	p.byName[name] = d
	p.dynamic = append(p.dynamic, d)
	return d
}

func (p *piece) bad() bool { return p.test.Result.Bad() }

// A started is a job whose folder is there.
type started struct {
	job
	pieces []*piece
	byName map[string]*piece
	steps  int // subtests and dynamic subtests met so far
}

// count counts a test that was met and reports whether there is room for it: a
// stranger could nest a few thousand subtests with a few thousand in each.
func (s *started) count() bool {
	s.steps++
	return s.steps <= MaxTests
}

// sub returns the subtest with this name and makes it when it is new.
func (s *started) sub(name string) *piece {
	if p, ok := s.byName[name]; ok {
		return p
	}
	p := &piece{subtest: name}
	s.byName[name] = p
	s.pieces = append(s.pieces, p)
	return p
}

// parse adds what the files of one job say.
func (r *run) parse(j job, f files) error {
	s := &started{job: j, byName: map[string]*piece{}}
	r.journal(s, string(f.journal))
	s.output(stdout, utf8Text(upToNUL(string(f.out))), f.version)
	s.output(stderr, utf8Text(upToNUL(string(f.err))), "")
	s.dmesg(r.settings, string(f.dmesg))
	if w, ok := f.forced[""]; ok && len(s.pieces) == 1 {
		s.pieces[0].test.Result = w // it had not begun a subtest
	}
	if s.steps > MaxTests {
		return fmt.Errorf("a job has more than %d tests: %w", MaxTests, ErrTooLarge)
	}
	if err := r.spend(s.pieces); err != nil {
		return err
	}
	return r.add(j, s.tests(r.settings.prune, f.forced))
}

// tests judges the pieces of a job and prunes them.
func (s *started) tests(mode int, forced map[string]Word) []Test {
	asked := map[string]bool{}
	for _, name := range s.subtests {
		asked[name] = true
	}
	var tests []Test
	for _, p := range s.pieces {
		all := append([]*piece{p}, p.dynamic...)
		for _, q := range all {
			q.test.Name = s.name(q.subtest)
			if w, ok := forced[q.subtest]; ok {
				q.test.Result = w
			}
			q.test.judge()
		}
		for _, q := range all {
			if keep(mode, asked, p, q) {
				tests = append(tests, q.test)
			}
		}
	}
	return tests
}

// keep applies the prune mode to a subtest p (then q is p) or to a dynamic one
// q of it. In two points it keeps what the runner drops, for a failure must not
// vanish: a subtest that is bad although all its dynamic ones are fine, and the
// subtests of a job that asks for all of them.
func keep(mode int, asked map[string]bool, p, q *piece) bool {
	if p.subtest == "" {
		return true
	}
	switch mode {
	case pruneKeepDynamic:
		return p != q || len(p.dynamic) == 0 || p.test.Result.Bad() && !slices.ContainsFunc(p.dynamic, (*piece).bad)
	case pruneKeepSubtests:
		return p == q
	case pruneKeepRequested:
		return asked[q.subtest] || len(asked) == 0 && p == q
	}
	return true
}

// judge applies what standard error and the kernel log add to a result.
func (t *Test) judge() {
	if t.Result == "" {
		t.Result = Incomplete
	}
	if t.Result == Pass && chatter(t.Err) {
		t.Result = Warn
	}
	if t.Warnings != "" {
		switch t.Result {
		case Pass, Warn:
			t.Result = DmesgWarn
		case Fail:
			t.Result = DmesgFail
		}
	}
	if t.Out == "" && t.Err == "" && t.Dmesg == "" {
		t.Out = "This test didn't produce any output. The machine probably rebooted ungracefully.\n"
		t.Result = Incomplete
	}
}
