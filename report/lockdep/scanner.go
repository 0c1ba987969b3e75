// SPDX-License-Identifier: MIT

package lockdep

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
)

// maxOpen is how many reports of different tasks may be printed at the same time.
const maxOpen = 4

// Options sets limits on hostile logs. The zero value is meant for use.
type Options struct {
	MaxReport int // bytes kept of one report; default 256 KiB
	MaxLine   int // bytes kept of one line; default 8 KiB
}

func (o Options) withDefaults() Options {
	o.MaxReport = cmp.Or(o.MaxReport, 256<<10)
	o.MaxLine = max(cmp.Or(o.MaxLine, 8<<10), 16) // 16 is the least that bufio reads
	return o
}

// Scan reads a console log and yields its reports in the order in which they
// begin. It holds at most four reports and one line in memory. A failed read is
// yielded as the last pair, with an empty Splat.
func Scan(r io.Reader, o Options) iter.Seq2[Splat, error] {
	return func(yield func(Splat, error) bool) {
		s := &scanner{opt: o.withDefaults(), match: newMatcher()}
		s.in = bufio.NewReaderSize(r, max(s.opt.MaxLine, 64<<10))
		for {
			line, err := s.readLine()
			if err != nil && !errors.Is(err, io.EOF) {
				s.closeAll()
				if s.emit(yield) {
					yield(Splat{}, fmt.Errorf("read console log: %w", err))
				}
				return
			}
			if err != nil {
				s.closeAll()
				s.emit(yield)
				return
			}
			s.line(line)
			if !s.emit(yield) {
				return
			}
		}
	}
}

// All returns all reports of a log that is known to be small.
func All(r io.Reader, o Options) ([]Splat, error) {
	var out []Splat
	for s, err := range Scan(r, o) {
		if err != nil {
			return out, err
		}
		out = append(out, s)
	}
	return out, nil
}

// A scanner is the state between two lines.
type scanner struct {
	in    *bufio.Reader
	opt   Options
	match *matcher

	number  int
	subtest subtest
	open    []*block // in order of their first lines
	rules   []rule   // lines that may be the upper frame of the next report
}

// A rule is what stands above the first line of a report: a line of '=', or "cut
// here" and the text of the WARN().
type rule struct {
	caller string
	lines  []string
}

// maxWarnText is the number of lines that the text of a WARN() may have.
const maxWarnText = 8

// readLine returns the next line, cut at MaxLine, and io.EOF after the last one.
func (s *scanner) readLine() ([]byte, error) {
	line, err := s.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		line = bytes.Clone(line[:s.opt.MaxLine]) // the buffer is used for the rest
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = s.in.ReadSlice('\n')
		}
	}
	if err != nil && (len(line) == 0 || !errors.Is(err, io.EOF)) {
		return nil, err
	}
	s.number++
	return line[:min(len(line), s.opt.MaxLine)], nil
}

func (s *scanner) line(raw []byte) {
	l := splitPrefix(raw)
	l.number = s.number
	if s.subtest.note(l.text) {
		s.tighten()
		return
	}
	if bytes.HasPrefix(l.text, []byte("Linux version ")) { // another boot
		s.closeAll()
	}
	family := s.match.family(l.text)
	if len(s.open) == 0 && family == noFamily {
		s.remember(l)
		return
	}
	if family != noFamily {
		s.begin(family, l)
	} else {
		for _, b := range s.open {
			if !b.closed {
				b.add(l, s.opt.MaxReport)
			}
		}
	}
	s.remember(l)
}

// remember keeps a line that may turn out to be the frame of a report.
func (s *scanner) remember(l logLine) {
	begins := len(l.text) > 0 && (l.text[0] == '=' && isRule(l.text, '=') || l.text[0] == '-' && isCutHere(l.text))
	if len(s.rules) == 0 && !begins {
		return
	}
	above := s.takeRule(l.caller)
	switch {
	case begins:
		above = []string{clean(l.text)}
	case len(above) > 0 && above[0][0] == '-' && len(above) <= maxWarnText:
		above = append(above, clean(l.text))
	default:
		return
	}
	if len(s.rules) >= maxOpen {
		s.rules = s.rules[1:]
	}
	s.rules = append(s.rules, rule{caller: l.caller, lines: above})
}

// takeRule removes the rule that the caller wrote last, and returns its lines.
func (s *scanner) takeRule(caller string) []string {
	for i, r := range s.rules {
		if r.caller == caller {
			s.rules = slices.Delete(s.rules, i, i+1)
			return r.lines
		}
	}
	return nil
}

// begin opens a report, or finds the one that the new message belongs to.
func (s *scanner) begin(f Family, l logLine) {
	for i := len(s.open) - 1; i >= 0; i-- {
		b := s.open[i]
		if b.closed || b.caller != l.caller && !b.family.manyCallers() {
			continue
		}
		if b.joins(f) {
			b.join(f, l, s.opt.MaxReport)
			return
		}
		b.broken = !b.trace && !b.ended
		b.closed = true
	}
	if f == continuation {
		f = PageFault // its first line is lost; most oopses are one
		if bytes.Contains(l.text, []byte("invalid opcode")) || bytes.Contains(l.text, []byte("BUG")) {
			f = KernelBug
		}
	}
	b := &block{family: f, line: l.number, caller: l.caller, timed: l.timed, subtest: s.subtest.String()}
	for _, text := range s.takeRule(l.caller) {
		b.keep(logLine{text: []byte(text)}, s.opt.MaxReport)
	}
	b.message = len(b.lines)
	b.keep(l, s.opt.MaxReport)
	b.good = len(b.lines)
	s.open = append(s.open, b)
	if len(s.open) > maxOpen {
		s.open[0].closed = true
	}
}

// tighten is called when a test begins or ends. A report whose stack has begun may
// be complete, or another CPU may still be printing it.
func (s *scanner) tighten() {
	for _, b := range s.open {
		b.strict = b.strict || b.trace
	}
}

func (s *scanner) closeAll() {
	for _, b := range s.open {
		b.closed = true
	}
}

// emit yields the reports at the front that are complete.
func (s *scanner) emit(yield func(Splat, error) bool) bool {
	for len(s.open) > 0 && s.open[0].closed {
		b := s.open[0]
		s.open = s.open[1:]
		if !yield(b.splat(), nil) {
			return false
		}
	}
	if len(s.open) == 0 {
		s.open = nil
	}
	return true
}
