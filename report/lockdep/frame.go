// SPDX-License-Identifier: MIT

package lockdep

import (
	"strconv"
	"strings"
)

// parseFrame reads one line of a stack trace in any of the shapes that the kernel
// has had:
//
//	 fn+0x38/0x4d
//	 ? fn.isra.0+0x38/0x4d net/x.c:12 [module]
//	 [<ffffffff81d90469>] ? fn+0xc1/0x128
//	[c000000049a87780] [c000000001385b4c] fn+0x3cc/0xed0 (unreliable)
//	[<80165504>] (fn) from [<8163f8d8>] (caller+0x170/0x2a4)
//	 fn from caller+0x170/0x2a4
//	 fn net/x.c:12 [inline]
//	 fn (net/x.c:12 net/y.c:40)
//
// The last one is of scripts/decode_stacktrace.sh: places of inlined functions first,
// that of fn itself last.
func parseFrame(s string) (Frame, bool) {
	s = strings.TrimSpace(s)
	f := Frame{Reliable: true}
	for strings.HasPrefix(s, "[") {
		addr, rest, ok := strings.Cut(s[1:], "]")
		if !ok || !isAddress(addr) {
			return Frame{}, false
		}
		s = strings.TrimLeft(rest, " ")
	}
	if rest, ok := strings.CutPrefix(s, "? "); ok {
		f.Reliable, s = false, strings.TrimLeft(rest, " ")
	}
	if strings.HasSuffix(s, "(unreliable)") {
		f.Reliable = false
	}
	word, rest, _ := strings.Cut(s, " ")
	from := strings.HasPrefix(rest, "from ")
	word = strings.TrimSuffix(strings.TrimPrefix(word, "("), ")")
	name, offset, hasOffset := strings.Cut(word, "+")
	switch {
	case hasOffset && isOffset(offset):
		f.Offset = strings.TrimRight(offset, ",:()")
	case hasOffset:
		return Frame{}, false
	case strings.HasPrefix(rest, "(") && !from:
		if f.File, f.Line = decodedPlace(rest); f.File == "" || !isIdentifier(name) {
			return Frame{}, false
		}
		f.Function = StripSuffix(name)
		return f, true
	case !from && !strings.HasSuffix(rest, "[inline]"):
		return Frame{}, false
	}
	if !isIdentifier(name) {
		return Frame{}, false
	}
	f.Function = StripSuffix(name)
	if rest != "" {
		f.Inlined = strings.HasSuffix(rest, "[inline]")
		f.File, f.Line = parsePlace(rest)
	}
	return f, true
}

// parsePlace reads the "net/x.c:12" of a symbolized frame.
func parsePlace(s string) (string, int) {
	word, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	file, line, ok := strings.Cut(word, ":")
	if !ok || !strings.Contains(file, ".") || strings.HasPrefix(file, "[") {
		return "", 0
	}
	n, err := strconv.Atoi(line)
	if err != nil {
		return "", 0
	}
	return strings.TrimPrefix(file, "./"), n
}

// decodedPlace reads "(net/x.c:12 net/y.c:40 (discriminator 3))" and gives the last
// place.
func decodedPlace(s string) (file string, line int) {
	for word := range strings.FieldsSeq(s) {
		f, n := parsePlace(strings.Trim(word, "()"))
		if f == "" && file == "" {
			return "", 0 // whatever is in brackets, it begins with no place
		}
		if f != "" {
			file, line = f, n
		}
	}
	return file, line
}

// StripSuffix takes the endings off a function name that compilers add to clones
// and parts of a function: .isra.8, .constprop.0, .part.1, .cold, .llvm.123.
func StripSuffix(name string) string {
	if i := strings.IndexByte(name, '.'); i > 0 {
		return name[:i]
	}
	return name
}

func isAddress(s string) bool {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "<"), ">")
	if len(s) < 8 || len(s) > 16 {
		return false
	}
	for _, c := range []byte(s) {
		if !isDigit(c) && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// isOffset knows "0x38/0x4d" with at most a mark of punctuation behind.
func isOffset(s string) bool {
	off, size, ok := strings.Cut(strings.TrimRight(s, ",:()"), "/")
	return ok && strings.HasPrefix(off, "0x") && strings.HasPrefix(size, "0x")
}

func isIdentifier(s string) bool {
	if s == "" || isDigit(s[0]) || len(s) > 256 {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case isDigit(c), 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_', c == '.', c == '$':
		default:
			return false
		}
	}
	return true
}
