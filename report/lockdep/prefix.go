// SPDX-License-Identifier: MIT

package lockdep

import "bytes"

// A logLine is one line of the log without its prefix.
type logLine struct {
	text   []byte // valid until the next line is read
	caller caller
	timed  bool // the prefix is one that only lines of the kernel have
	user   bool // the prefix says that a program wrote it
	kmsg   bool // it is a record of /dev/kmsg
	number int  // 1-based line of the file
}

// A caller is the task "T123" or the processor "C0" that printed a line, with
// CONFIG_PRINTK_CALLER. The zero value is an unknown one.
type caller struct {
	kind byte // 'T' or 'C'
	id   uint32
}

// maxPrefixes is how many prefixes may stand before one message: those of a logger,
// of syslog, of the kernel, and some twice.
const maxPrefixes = 6

// splitPrefix takes off a line what printk (print_prefix() in kernel/printk/printk.c)
// and the tools that hand a log on put before a message, in any sensible order:
//
//	<4>[   12.345678][ T123] text                 console, dmesg -r, pstore
//	syzkaller login: [   12.345678] text          behind what a shell left on the line
//	kern  :warn  : [   12.345678] text            dmesg -x
//	[Sun Nov 22 19:22:50 2026] text               dmesg -T
//	Nov 22 19:22:50 host kernel: [   12.3] text   syslog, journalctl
//	2026-11-22T19:22:50+00:00 host kernel: text   the same with ISO dates
//	[   12.345678] host kernel: text              journalctl -o short-monotonic
//	4,339,5140900,-,caller=T123;text              /dev/kmsg
//
// One blank after the prefix goes, further blanks are indentation of the message.
func splitPrefix(line []byte) logLine {
	l := logLine{text: line}
	stamped := false
	for range maxPrefixes {
		if len(l.text) == 0 || l.user || l.kmsg {
			return l
		}
		n := 0
		switch c := l.text[0]; {
		case c == '[':
			if n = stampLen(l.text); n > 0 || callerLen(l.text) > 0 {
				l.afterStamp(l.text[n:])
				stamped, n = true, 1
			} else if !stamped {
				n = l.bracketTime()
			}
		case stamped:
		case c == '<':
			n = l.level()
		case isDigit(c):
			n = l.digitsFirst()
		case 'A' <= c && c <= 'Z':
			n = l.dated(dateLen(l.text))
		case c == 'k' && bytes.HasPrefix(l.text, []byte("kernel: ")):
			l.tagged(l.text[len("kernel: "):])
			n = 1
		case 'a' <= c && c <= 'z':
			n = l.facility()
		}
		if n == 0 {
			break
		}
	}
	if !stamped && !l.user {
		l.behindShell()
	}
	return l
}

// behindShell looks for a time stamp further on: output of the shell stands before a
// message when it did not end its line.
func (l *logLine) behindShell() {
	head := l.text[:min(len(l.text), 256)]
	for at := 0; ; at++ {
		i := bytes.IndexByte(head[at:], '[')
		if i < 0 {
			return
		}
		at += i
		if n := stampLen(l.text[at:]); n > 0 {
			l.afterStamp(l.text[at+n:])
			return
		}
	}
}

// afterStamp reads "[ T123] text" or " text", and the host of the journal.
func (l *logLine) afterStamp(b []byte) {
	l.timed = true
	if n := callerLen(b); n > 0 {
		l.caller = callerOf(b[1 : n-1])
		b = b[n:]
	}
	l.text = bytes.TrimPrefix(b, []byte(" "))
	host := bytes.IndexByte(l.text, ' ')
	if host <= 0 || host > 64 {
		return
	}
	tag := l.text[host+1:]
	if tag = tag[:max(bytes.IndexByte(tag, ' '), 0)]; len(tag) < 3 || tag[len(tag)-1] != ':' {
		return
	}
	if string(tag) == "kernel:" {
		l.text = l.text[host+1+len("kernel: "):]
	} else if tag[len(tag)-2] == ']' && processTag(tag) {
		l.user, l.timed = true, false
	}
}

// processTag knows "systemd[1]:".
func processTag(tag []byte) bool {
	name, pid, ok := bytes.Cut(tag[:len(tag)-2], []byte("["))
	return ok && len(name) > 0 && digits(pid)
}

// split cuts the line where another message begins: at a line feed in a record of
// /dev/kmsg, or at the time stamp of another processor's message in mid-line.
func (l *logLine) split() (next logLine, ok bool) {
	at, skip := -1, 0
	switch {
	case l.kmsg:
		at, skip = bytes.IndexByte(l.text, '\n'), 1
	case l.timed:
		at = innerStamp(l.text)
	}
	if at < 0 {
		return logLine{}, false
	}
	rest := l.text[at+skip:]
	l.text = l.text[:at]
	if l.kmsg {
		next = *l
		next.text = rest
	} else {
		next = splitPrefix(rest)
		next.number = l.number
	}
	return next, true
}

// innerStamp finds a time stamp with six decimals in text, or returns -1. A message
// that mentions a time hardly has the very form of print_time().
func innerStamp(text []byte) int {
	for at := 0; ; at++ {
		i := bytes.IndexByte(text[at:], '[')
		if i < 0 {
			return -1
		}
		at += i
		if n := stampLen(text[at:]); n >= len("[1.123456]") && text[at+n-len(".123456]")] == '.' {
			return at
		}
	}
}

// stampLen is the length of "[   12.345678]" at the start of b, also with the time
// since the last message as in "[   12.345678 <    0.000010>]" (dmesg -d), or 0.
func stampLen(b []byte) int {
	if len(b) < 5 || b[0] != '[' {
		return 0
	}
	i := decimalLen(b, 1)
	if i > 1 && i+1 < len(b) && b[i] == ' ' && b[i+1] == '<' {
		if i = decimalLen(b, i+2); i > 0 && i < len(b) && b[i] == '>' {
			i++
		}
	}
	if i == 0 || i >= len(b) || b[i] != ']' {
		return 0
	}
	return i + 1
}

// decimalLen returns the end of "   12.345678" at b[i:], or 0.
func decimalLen(b []byte, i int) int {
	for i < len(b) && b[i] == ' ' {
		i++
	}
	start := i
	for i < len(b) && isDigit(b[i]) {
		i++
	}
	if i == start || i >= len(b) || b[i] != '.' {
		return 0
	}
	i++
	start = i
	for i < len(b) && isDigit(b[i]) {
		i++
	}
	if i == start {
		return 0
	}
	return i
}

// callerLen is the length of "[ T123]" or "[    C0]" at the start of b, or 0.
func callerLen(b []byte) int {
	if len(b) < 4 || b[0] != '[' {
		return 0
	}
	i := 1
	for i < len(b) && b[i] == ' ' {
		i++
	}
	if i >= len(b) || b[i] != 'T' && b[i] != 'C' {
		return 0
	}
	i++
	start := i
	for i < len(b) && isDigit(b[i]) {
		i++
	}
	if i == start || i >= len(b) || b[i] != ']' {
		return 0
	}
	return i + 1
}

// callerOf reads "  T123".
func callerOf(b []byte) caller {
	b = bytes.TrimLeft(b, " ")
	if len(b) < 2 {
		return caller{}
	}
	c := caller{kind: b[0]}
	for _, d := range b[1:] {
		c.id = c.id*10 + uint32(d-'0')
	}
	return c
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func digits(b []byte) bool {
	for _, c := range b {
		if !isDigit(c) {
			return false
		}
	}
	return len(b) > 0
}
