// SPDX-License-Identifier: MIT

package lockdep

import "bytes"

// A logLine is one line of the log without its prefix.
type logLine struct {
	text   []byte // valid until the next line is read
	caller string // "T123" or "C0" with CONFIG_PRINTK_CALLER, else empty
	timed  bool   // it had a time stamp: the kernel wrote it
	number int    // 1-based
}

// splitPrefix takes what printk (kernel/printk/printk.c, print_prefix) and syslog
// put before a message off a line:
//
//	<4>[   12.345678][ T123] text
//	syzkaller login: [   12.345678] text
//	Nov 22 19:22:50 host kernel: text
//
// One blank after the prefix goes, further blanks are indentation of the message.
func splitPrefix(line []byte) logLine {
	line = bytes.TrimRight(line, "\r\n")
	rest := line
	if len(rest) > 2 && rest[0] == '<' {
		if i := bytes.IndexByte(rest[:min(len(rest), 6)], '>'); i > 0 && digits(rest[1:i]) {
			rest = rest[i+1:]
		}
	}
	if n := stampLen(rest); n > 0 {
		return afterStamp(rest[n:])
	}
	// Output of the shell stands before a message when it did not end its line.
	for at := 0; at < min(len(rest), 256); {
		i := bytes.IndexByte(rest[at:min(len(rest), 256)], '[')
		if i < 0 {
			break
		}
		at += i
		if n := stampLen(rest[at:]); n > 0 {
			return afterStamp(rest[at+n:])
		}
		at++
	}
	if i := bytes.Index(rest[:min(len(rest), 96)], []byte(" kernel: ")); i >= 0 {
		return logLine{text: rest[i+len(" kernel: "):], timed: true}
	}
	return logLine{text: rest}
}

// stampLen is the length of "[   12.345678]" at the start of b, or 0.
func stampLen(b []byte) int {
	if len(b) < 5 || b[0] != '[' {
		return 0
	}
	i := 1
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
	if i == start || i >= len(b) || b[i] != ']' {
		return 0
	}
	return i + 1
}

// afterStamp reads "[ T123] text" or " text".
func afterStamp(b []byte) logLine {
	l := logLine{timed: true}
	if n := callerLen(b); n > 0 {
		l.caller = string(bytes.TrimSpace(b[1 : n-1]))
		b = b[n:]
	}
	l.text = bytes.TrimPrefix(b, []byte(" "))
	return l
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

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func digits(b []byte) bool {
	for _, c := range b {
		if !isDigit(c) {
			return false
		}
	}
	return len(b) > 0
}
