// SPDX-License-Identifier: MIT

package lockdep

import (
	"bytes"
	"strconv"
)

// level takes "<4>" off: the priority of syslog, facility times 8 plus level. Facility
// 0 is the kernel; programs that write to /dev/kmsg get 1.
func (l *logLine) level() int {
	end := bytes.IndexByte(l.text[:min(len(l.text), 6)], '>')
	if end < 2 || !digits(l.text[1:end]) {
		return 0
	}
	n, _ := strconv.Atoi(string(l.text[1:end]))
	l.user = n >= 8
	l.text = l.text[end+1:]
	if l.user { // tests say in such lines what they do
		l.text = l.text[stampLen(l.text):]
		l.text = bytes.TrimPrefix(l.text[callerLen(l.text):], []byte(" "))
	}
	return 1
}

// digitsFirst reads a record of /dev/kmsg or an ISO date.
func (l *logLine) digitsFirst() int {
	if n := isoLen(l.text); n > 0 {
		return l.dated(n)
	}
	return l.record()
}

// record reads "6,339,5140900,-,caller=T1;text": priority, number, microseconds, flags
// (info_print_ext_header() in kernel/printk/printk.c, Documentation/ABI/testing/dev-kmsg).
func (l *logLine) record() int {
	head, _, ok := bytes.Cut(l.text[:min(len(l.text), 128)], []byte(";"))
	if !ok {
		return 0
	}
	priority, rest, _ := bytes.Cut(head, []byte(","))
	number, rest, _ := bytes.Cut(rest, []byte(","))
	time, rest, ok := bytes.Cut(rest, []byte(","))
	if !ok || len(priority) > 4 || !digits(priority) || !digits(number) || !digits(time) {
		return 0
	}
	n, _ := strconv.Atoi(string(priority))
	if _, id, ok := bytes.Cut(rest, []byte("caller=")); ok {
		id, _, _ = bytes.Cut(id, []byte(","))
		if len(id) > 1 && (id[0] == 'T' || id[0] == 'C') && digits(id[1:]) {
			l.caller = callerOf(id)
		}
	}
	l.kmsg, l.user, l.timed = true, n >= 8, n < 8
	if l.text = unescape(l.text[len(head)+1:]); bytes.IndexByte(l.text, escape) >= 0 {
		l.text = appendPlain(nil, l.text)
	}
	return 1
}

// facility takes "kern  :warn  : " off, as "dmesg -x" writes it. Other facilities
// than "kern" are programs.
func (l *logLine) facility() int {
	const width = len("kern  :warn  : ")
	if len(l.text) < width || l.text[width-1] != ' ' {
		return 0
	}
	name, rest, ok := bytes.Cut(l.text[:width-1], []byte(":"))
	level, _, ok2 := bytes.Cut(rest, []byte(":"))
	if !ok || !ok2 || len(name) < 6 || !levelName(level) {
		return 0
	}
	l.user = string(name) != "kern  "
	l.text = l.text[width:]
	if l.user {
		l.text = bytes.TrimPrefix(l.text[stampLen(l.text):], []byte(" "))
	}
	return 1
}

func levelName(b []byte) bool {
	switch string(bytes.TrimRight(b, " ")) {
	case "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug":
		return true
	}
	return false
}

// dated takes a date of n bytes off, and the host and the tag behind it: the kernel
// has the tag "kernel:", everybody else in a log with hosts and tags is a program.
func (l *logLine) dated(n int) int {
	if n == 0 {
		return 0
	}
	rest := l.text[n:]
	if i := bytes.Index(rest[:min(len(rest), 96)], []byte("kernel: ")); i >= 0 && (i == 0 || rest[i-1] == ' ') {
		l.tagged(rest[i+len("kernel: "):])
		return 1
	}
	l.text = rest
	l.user = programTag(rest)
	return 1
}

// tagged reads what stands behind "kernel: ".
func (l *logLine) tagged(text []byte) {
	l.text, l.timed = text, true
}

// programTag knows "host systemd[1]: text".
func programTag(b []byte) bool {
	_, rest, ok := bytes.Cut(b[:min(len(b), 128)], []byte(" "))
	tag, _, ok2 := bytes.Cut(rest, []byte(" "))
	return ok && ok2 && len(tag) > 3 && bytes.HasSuffix(tag, []byte("]:")) && processTag(tag)
}

// bracketTime takes a time of dmesg or of a logger in brackets off:
// "[Sun Nov 22 19:22:50 2026] ", "[Nov22 19:22] ", "[  +0.000012] " and
// "[2026-11-22 19:22:50.123] ". Those with a weekday, a month or a plus are dmesg's.
func (l *logLine) bracketTime() int {
	end := bytes.IndexByte(l.text[:min(len(l.text), 48)], ']')
	if end < 0 {
		return 0
	}
	inner := bytes.TrimLeft(l.text[1:end], " ")
	switch {
	case len(inner) == 0:
		return 0
	case inner[0] == '+' || inner[0] == '<':
		n := decimalLen(inner, 1)
		if n == 0 || n != len(inner) && (n+1 != len(inner) || inner[n] != '>') {
			return 0
		}
		l.timed = true
	case !hasClock(inner):
		return 0
	case dayAt(inner), monthAt(inner):
		l.timed = true
	case !isDigit(inner[0]):
		return 0
	}
	l.text = bytes.TrimPrefix(l.text[end+1:], []byte(" "))
	return 1
}

// hasClock says that b contains "19:22".
func hasClock(b []byte) bool {
	for i := 2; i+2 < len(b); i++ {
		if b[i] == ':' && isDigit(b[i-2]) && isDigit(b[i-1]) && isDigit(b[i+1]) && isDigit(b[i+2]) {
			return true
		}
	}
	return false
}

// isoLen is the length of "2026-11-22T19:22:50.123456+00:00 " at the start of b, of
// "19:22:50.123 " or of "1763839370.123456 " (journalctl -o short-unix), or 0.
func isoLen(b []byte) int {
	end := bytes.IndexByte(b[:min(len(b), 48)], ' ')
	if end == len("2026-11-22") && b[4] == '-' && b[7] == '-' { // a blank in place of the T
		if i := bytes.IndexByte(b[end+1:min(len(b), 48)], ' '); i > 0 {
			end += 1 + i
		}
	}
	if end < 8 {
		return 0
	}
	stamp := b[:end]
	if len(stamp) == len("1763839370.123456") && stamp[10] == '.' && digits(stamp[:10]) && digits(stamp[11:]) {
		return end + 1
	}
	if !hasClock(stamp) || len(bytes.Trim(stamp, "0123456789-:.,+TZ ")) > 0 {
		return 0
	}
	return end + 1
}

// dateLen is the length of "Nov 22 19:22:50 ", "Sun Nov 22 19:22:50 2026 " or
// "Sun 2026-11-22 19:22:50 UTC " at the start of b, or 0.
func dateLen(b []byte) int {
	const plain = len("Nov 22 19:22:50 ")
	switch {
	case len(b) < plain || b[3] != ' ':
		return 0
	case monthAt(b):
		end := bytes.IndexByte(b[plain-1:min(len(b), plain+8)], ' ') // behind microseconds, with -o short-precise
		if b[9] == ':' && b[12] == ':' && isDigit(b[5]) && end >= 0 && (end == 0 || b[plain-1] == '.') {
			return plain + end
		}
	case !dayAt(b):
	case monthAt(b[4:]):
		if n := dateLen(b[4:]); n > 0 && len(b) > 4+n+4 && digits(b[4+n:4+n+4]) && b[4+n+4] == ' ' {
			return 4 + n + 5
		}
	case isDigit(b[4]):
		if n := isoLen(b[4:]); n > 0 {
			if zone := bytes.IndexByte(b[4+n:min(len(b), 4+n+8)], ' '); zone > 0 {
				return 4 + n + zone + 1
			}
		}
	}
	return 0
}

// monthAt says that b begins with the name of a month, as strftime's %b in the C locale.
func monthAt(b []byte) bool {
	return len(b) > 3 && bytes.Contains([]byte("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec "), b[:3]) && 'a' <= b[2] && b[2] <= 'z'
}

func dayAt(b []byte) bool {
	return len(b) > 3 && b[3] == ' ' && bytes.Contains([]byte("Mon Tue Wed Thu Fri Sat Sun "), b[:3])
}
