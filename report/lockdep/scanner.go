// SPDX-License-Identifier: MIT

package lockdep

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
)

// enoughStamps is the number of lines with time stamps after which a line without one
// is taken for the output of a program: printk.time is on or off for the whole boot.
const enoughStamps = 16

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

// A Log is a console log that is being read. It is not safe for concurrent use.
type Log struct {
	in      *lineReader
	opt     Options
	match   *matcher
	state   watch
	dumps   dumps
	scratch []byte // a line without its escape codes

	subtest subtest
	stamped int      // lines with a time stamp so far in this boot
	kmsg    bool     // the line before was a record of /dev/kmsg
	open    []*block // in order of their first lines
	rules   []rule   // lines that may be the upper frame of the next report
}

// NewLog prepares to read a console log. It reads nothing yet.
func NewLog(r io.Reader, o Options) *Log {
	o = o.withDefaults()
	return &Log{in: newLineReader(r, o.MaxLine), opt: o, match: newMatcher()}
}

// Splats reads the log to its end and yields its reports in the order in which they
// begin. It holds at most four reports and one line in memory, and up to 1 MiB of a
// dump of pstore. A failed read is yielded as the last pair, with an empty Splat. The
// log can be read once: a second loop goes on where the first one stopped.
func (s *Log) Splats() iter.Seq2[Splat, error] {
	return func(yield func(Splat, error) bool) {
		for {
			raw, err := s.in.next()
			if err != nil {
				s.dumps.flush(s.line)
				s.closeAll()
				if s.emit(yield) && !errors.Is(err, io.EOF) {
					yield(Splat{}, fmt.Errorf("read console log: %w", err))
				}
				return
			}
			if s.in.coloured {
				s.scratch = appendPlain(s.scratch[:0], raw)
				raw = s.scratch
			}
			if s.idle() && s.match.dull(raw) {
				s.stamped++
				continue
			}
			if !s.dumps.take(raw, s.in.number, s.line) {
				s.line(raw, s.in.number)
			}
			if len(s.open) > 0 && !s.emit(yield) {
				return
			}
		}
	}
}

// State is what the lines read so far say about lockdep. Ask after the loop over
// Splats. In a log of several boots it is the state of the last one.
func (s *Log) State() State { return s.state.state() }

// Scan reads a console log and yields its reports, as [Log.Splats] does.
func Scan(r io.Reader, o Options) iter.Seq2[Splat, error] {
	return NewLog(r, o).Splats()
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

// A rule is what stands above the first line of a report: a line of '=', or "cut
// here" and the text of the WARN().
type rule struct {
	caller caller
	lines  []string
}

// maxWarnText is the number of lines that the text of a WARN() may have.
const maxWarnText = 8

// line reads one line of the file, which may hold several of the log.
func (s *Log) line(raw []byte, number int) {
	if s.kmsg && len(raw) > 0 && raw[0] == ' ' {
		return // " SUBSYSTEM=pci": the dictionary of the record above
	}
	l := splitPrefix(raw)
	l.number, s.kmsg = number, l.kmsg
	for more := true; more; {
		var next logLine
		next, more = l.split()
		s.one(l)
		l = next
	}
}

// idle says that nothing is being read that the next line could belong to.
func (s *Log) idle() bool {
	return len(s.open) == 0 && len(s.rules) == 0 && s.dumps.name == "" && !s.kmsg
}

// one reads one line of the log.
func (s *Log) one(l logLine) {
	if l.timed {
		s.stamped++
	}
	if s.subtest.note(l.text) {
		s.tighten()
		return
	}
	words := s.match.words(l.text)
	if words&stateWord != 0 && !l.user && !s.doubts(l) {
		if bytes.HasPrefix(l.text, []byte("Linux version ")) { // another boot
			s.closeAll()
			s.stamped = 0
		}
		s.state.note(l)
	}
	family := noFamily
	if words&reportWord != 0 && !l.user {
		family = s.match.family(l.text)
	}
	if family != noFamily {
		if !s.doubts(l) {
			s.state.report(family, l.text, l.number)
		}
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
func (s *Log) remember(l logLine) {
	begins := len(l.text) > 0 && (l.text[0] == '=' && isRule(l.text, '=') || l.text[0] == '-' && isCutHere(l.text))
	if !begins && (len(s.rules) == 0 || s.doubts(l)) {
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
func (s *Log) takeRule(c caller) []string {
	for i, r := range s.rules {
		if r.caller == c {
			s.rules = slices.Delete(s.rules, i, i+1)
			return r.lines
		}
	}
	return nil
}

// begin opens a report, or finds the one that the new message belongs to.
func (s *Log) begin(f Family, l logLine) {
	for i := len(s.open) - 1; i >= 0; i-- {
		b := s.open[i]
		if b.closed || b.caller != l.caller && !b.family.manyCallers() {
			continue
		}
		if b.joins(f) {
			b.join(f, l, s.opt.MaxReport)
			return
		}
		b.cut()
	}
	if f == continuation {
		f = PageFault // its first line is lost; most oopses are one
		if bytes.Contains(l.text, []byte("invalid opcode")) || bytes.Contains(l.text, []byte("BUG")) {
			f = KernelBug
		}
	}
	b := &block{family: f, line: l.number, caller: l.caller, timed: l.timed, subtest: s.subtest.String()}
	b.doubt = s.doubts(l)
	for _, text := range s.takeRule(l.caller) {
		b.keep(logLine{text: []byte(text)}, s.opt.MaxReport)
	}
	b.keepMessage(l, s.opt.MaxReport)
	s.open = append(s.open, b)
	for i := range len(s.open) - maxOpen {
		s.open[i].closed = true
	}
}

// doubts says that a program may have written the line: it has no time stamp, and
// this kernel stamps its lines.
func (s *Log) doubts(l logLine) bool { return !l.timed && s.stamped >= enoughStamps }

// tighten is called when a test begins or ends. A report whose stack has begun may
// be complete, or another CPU may still be printing it.
func (s *Log) tighten() {
	for _, b := range s.open {
		b.strict = b.strict || b.trace
	}
}

func (s *Log) closeAll() {
	for _, b := range s.open {
		b.closed = true
	}
}

// emit yields the reports at the front that are complete.
func (s *Log) emit(yield func(Splat, error) bool) bool {
	for len(s.open) > 0 && s.open[0].closed {
		b := s.open[0]
		s.open = s.open[1:]
		if b.doubt && !b.frames {
			continue
		} else if b.doubt {
			s.state.report(b.family, []byte(b.lines[b.message]), b.line)
		}
		if !yield(b.splat(), nil) {
			return false
		}
	}
	if len(s.open) == 0 {
		s.open = nil
	}
	return true
}
