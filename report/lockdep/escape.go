// SPDX-License-Identifier: MIT

package lockdep

import "bytes"

const escape = 0x1b

// appendPlain appends line without the codes that colour a terminal (ECMA-48: CSI
// sequences, OSC strings and two-byte escapes), as "dmesg --color=always" writes them.
func appendPlain(dst, line []byte) []byte {
	for {
		i := bytes.IndexByte(line, escape)
		if i < 0 {
			return append(dst, line...)
		}
		dst = append(dst, line[:i]...)
		line = line[i+escapeLen(line[i:]):]
	}
}

// escapeLen is the length of the escape sequence at the start of b. A sequence that
// does not end is only its first byte: the text behind it is not lost.
func escapeLen(b []byte) int {
	const longest = 64
	if len(b) < 2 {
		return 1
	}
	switch b[1] {
	case '[':
		for i := 2; i < min(len(b), longest); i++ {
			if b[i] >= 0x40 && b[i] <= 0x7e {
				return i + 1
			}
			if b[i] < 0x20 {
				break
			}
		}
		return 1
	case ']':
		if i := bytes.IndexByte(b[:min(len(b), longest)], 0x07); i > 0 {
			return i + 1
		}
		return 1
	case '(', ')':
		return min(len(b), 3)
	}
	return 2
}

// unescape undoes what /dev/kmsg does to bytes that do not print: "\x1b" and "\x5c"
// (msg_add_ext_text() in kernel/printk/printk.c).
func unescape(text []byte) []byte {
	i := bytes.Index(text, []byte(`\x`))
	if i < 0 {
		return text
	}
	out := make([]byte, 0, len(text))
	for ; i >= 0; i = bytes.Index(text, []byte(`\x`)) {
		out = append(out, text[:i]...)
		if len(text) >= i+4 && hexDigit(text[i+2]) >= 0 && hexDigit(text[i+3]) >= 0 {
			out = append(out, byte(hexDigit(text[i+2])<<4|hexDigit(text[i+3])))
			text = text[i+4:]
		} else {
			out = append(out, `\x`...)
			text = text[i+2:]
		}
	}
	return append(out, text...)
}

// hexDigit is the value of a hexadecimal digit, or -1.
func hexDigit(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
