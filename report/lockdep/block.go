// SPDX-License-Identifier: MIT

package lockdep

import (
	"bytes"
	"strings"
)

// Limits on what stands between the lines of one report. They only decide how far
// a report reaches in a log without caller ids; all its known lines are kept anyway.
const (
	quietBeforeTrace = 40  // lines that look like no report, before the stack trace
	quietAfterTrace  = 8   // and after it began
	maxForeign       = 500 // lines of other tasks and of user space
	tailAfterEnd     = 100 // lines after the end in which "Kernel panic" still belongs to it
	lineCost         = 32  // bytes of memory that a line costs beside its text
)

// A block is a report that is being read.
type block struct {
	family  Family
	also    []Family
	line    int
	caller  caller
	timed   bool
	subtest string

	lines     []string
	message   int  // index of the message in lines
	size      int  // bytes of memory taken
	good      int  // number of lines up to the last one that is surely of the report
	quiet     int  // lines since then
	foreign   int  // lines of others since the start
	trace     bool // the stack trace has begun
	strict    bool // a test began since: indentation alone proves nothing any more
	truncated bool // the limit was hit
	broken    bool // another report began before this one was complete, or is mixed with it
	doubt     bool // a program may have written the first line: only a stack proves the report
	frames    bool // a line has a place in the code, as in "fn+0x12/0x34"
	backtrace bool // "stack backtrace:" was seen
	ended     bool // the last line was seen; only a panic can follow
	tail      int  // lines since the end
	closed    bool
}

// takes says whether the line can be of this report at all.
func (b *block) takes(l logLine) bool {
	if l.user || b.timed && !l.timed && !bytes.Contains(l.text, []byte("+0x")) {
		return false // user space writes to the same console; no program prints frames
	}
	return b.caller.kind == 0 || l.caller.kind == 0 || l.caller == b.caller || b.family.manyCallers()
}

// add takes the next line of the log into the report, or closes the report.
func (b *block) add(l logLine, limit int) {
	if b.ended {
		b.tail++
		b.closed = b.tail > tailAfterEnd
		return
	}
	if !b.takes(l) {
		b.foreign++
		b.closed = b.foreign > maxForeign
		return
	}
	if (b.trace || b.frames && b.family.direct()) && (isCutHere(l.text) || isRule(l.text, '=')) {
		if b.family.boxed() && !isCutHere(l.text) {
			b.keep(l, limit)
			b.good = len(b.lines)
		}
		b.ended = true
		return
	}
	b.keep(l, limit)
	b.judge(l.text)
}

// keep stores the text of a line.
func (b *block) keep(l logLine, limit int) {
	if b.size+len(l.text)+lineCost > limit {
		b.truncated = true
		return
	}
	b.lines = append(b.lines, clean(l.text))
	b.size += len(l.text) + lineCost
}

// keepMessage stores the first line, at the cost of what stands above it: a report
// always has a message.
func (b *block) keepMessage(l logLine, limit int) {
	if b.size+len(l.text)+lineCost > limit {
		b.lines, b.size, b.truncated = nil, 0, true
		l.text = l.text[:min(len(l.text), max(limit-lineCost, 0))]
	}
	b.message = len(b.lines)
	b.lines = append(b.lines, clean(l.text))
	b.size += len(l.text) + lineCost
	b.good = len(b.lines)
}

// judge notes what a line says about the end of the report.
func (b *block) judge(text []byte) {
	if b.family == Kmemleak {
		text = bytes.TrimPrefix(text, []byte(kmemleakTag))
	}
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return
	case bytes.HasPrefix(text, []byte("---[ end ")),
		bytes.HasPrefix(text, []byte("Rebooting in ")):
		b.good, b.ended = len(b.lines), true
		return
	case looksLikeReport(text, b.strict):
		b.good, b.quiet = len(b.lines), 0
		b.frames = b.frames || bytes.Contains(text, []byte("+0x"))
		if startsTrace(text) {
			b.beginTrace(text)
		}
		return
	}
	b.quiet++
	if b.trace && b.quiet > quietAfterTrace || b.quiet > quietBeforeTrace {
		b.closed = true
	}
}

// beginTrace notes the heading of a stack. lockdep writes "stack backtrace:" before it
// calls dump_stack(): "Call Trace:" alone is the stack of somebody else.
func (b *block) beginTrace(text []byte) {
	b.trace = true
	if bytes.HasPrefix(text, []byte("stack")) {
		b.backtrace = true
	} else if b.family.titlesTrace() && !b.backtrace {
		b.broken = true
	}
}

// cut says that the report ends here, before its end, because another one begins.
func (b *block) cut() {
	b.broken = b.broken || !b.ended && (!b.trace || b.family.boxed())
	b.closed = true
}

// clean makes text valid UTF-8 without control bytes other than tab.
func clean(text []byte) string {
	for _, c := range text {
		if c < ' ' && c != '\t' || c >= 0x7f {
			return strings.Map(func(r rune) rune {
				if r < ' ' && r != '\t' || 0x7f <= r && r < 0xa0 {
					return '\uFFFD'
				}
				return r
			}, strings.ToValidUTF8(string(text), "\uFFFD"))
		}
	}
	return string(text)
}

// joins says whether a report of family f that begins now is part of this one.
func (b *block) joins(f Family) bool {
	early := !b.trace && !b.ended && len(b.lines)-b.message < 20
	switch f {
	case Panic:
		return b.family != Panic
	case continuation:
		return !b.ended && (b.family.oops() || early)
	case RCUStall:
		return b.family == RCUStall && !b.ended
	case DoubleFault: // exc_double_fault() says it twice
		return b.family == DoubleFault && early
	case Warning, KernelBug, LockdepInternal, Refcount, ODebug:
		switch b.family {
		case ListCorruption, Refcount, ODebug, LockdepInternal:
			return early
		case Warning: // before Linux 4.15 the text of a WARN() stands below "WARNING: "
			return early && f == LockdepInternal
		}
	}
	return false
}

// join takes the first line of a follow-up into the report.
func (b *block) join(f Family, l logLine, limit int) {
	b.ended, b.tail = false, 0
	b.keep(l, limit)
	b.good, b.quiet = len(b.lines), 0
	if f == continuation || f == b.family {
		return
	}
	for _, have := range b.also {
		if have == f {
			return
		}
	}
	b.also = append(b.also, f)
}

// startsTrace knows the line before the frames of the report's own stack.
func startsTrace(text []byte) bool {
	s := string(bytes.TrimSpace(text))
	return strings.EqualFold(s, "call trace:") || s == "stack backtrace:" || s == "backtrace:" || strings.HasPrefix(s, "backtrace (crc ") ||
		s == "Backtrace:" || strings.HasPrefix(s, "Backtrace: ")
}

// looksLikeReport knows the lines that reports are made of. Unless strict, indented
// lines are always taken for one: the kernel indents hardly anything else.
func looksLikeReport(text []byte, strict bool) bool {
	if !strict && (text[0] == ' ' || text[0] == '\t') {
		return true
	}
	s := string(text[:min(len(text), 128)])
	if _, ok := parseFrame(s); ok {
		return true
	}
	if strings.Contains(s, "locks held by ") || strings.Contains(s, "lock held by ") || isRegister(s) {
		return true
	}
	for _, p := range reportWords {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// isRegister knows "RAX: 00..", "R10: ..", "x29: ..", "pc : .." and the like.
func isRegister(s string) bool {
	name, rest, ok := strings.Cut(s, ":")
	name = strings.TrimRight(name, " ")
	if !ok || len(name) < 2 || len(name) > 3 || len(rest) < 2 || rest[0] != ' ' {
		return false
	}
	value, _, _ := strings.Cut(rest[1:], " ")
	value = strings.TrimPrefix(strings.TrimPrefix(value, "[<"), "0018:")
	return len(value) >= 4 && strings.Trim(value, "0123456789abcdef(>]:") == ""
}
