// SPDX-License-Identifier: MIT

package igt

import "strings"

// A kind of marker line that IGT writes to both outputs.
type kind byte

const (
	start     kind = iota // Starting subtest: NAME
	end                   // Subtest NAME: WORD (SECONDSs)
	dynStart              // Starting dynamic subtest: NAME
	dynEnd                // Dynamic subtest NAME: WORD (SECONDSs)
	noMarker              // any other line
	kindCount = int(noMarker)
)

// A mark is one marker line of an output.
type mark struct {
	kind    kind
	name    string
	word    Word    // of end and dynEnd
	seconds float64 // likewise
	at      int     // offset of the line
	next    int     // offset of the line after it
}

// marker reads one line without its newline.
func marker(line string) mark {
	if name, ok := strings.CutPrefix(line, "Starting subtest: "); ok {
		return mark{kind: start, name: name}
	}
	if name, ok := strings.CutPrefix(line, "Starting dynamic subtest: "); ok {
		if f := strings.Fields(name); len(f) > 0 {
			return mark{kind: dynStart, name: f[0]}
		}
	}
	if rest, ok := strings.CutPrefix(line, "Subtest "); ok {
		return resultMark(end, rest)
	}
	if rest, ok := strings.CutPrefix(line, "Dynamic subtest "); ok {
		return resultMark(dynEnd, rest)
	}
	return mark{kind: noMarker}
}

func resultMark(k kind, s string) mark {
	name, rest, ok := strings.Cut(s, ": ")
	if !ok || name == "" || strings.ContainsFunc(name, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) {
		return mark{kind: noMarker}
	}
	word, rest, _ := strings.Cut(rest, " ")
	m := mark{kind: k, name: name, word: Incomplete}
	switch strings.TrimSpace(word) {
	case "SUCCESS":
		m.word = Pass
	case "SKIP":
		m.word = Skip
	case "FAIL":
		m.word = Fail
	case "CRASH":
		m.word = Crash
	case "TIMEOUT":
		m.word = Timeout
	}
	if strings.HasPrefix(rest, "(") {
		m.seconds = inBrackets(rest)
	}
	return m
}

// chatter reports whether a text holds anything but marker lines.
func chatter(text string) bool {
	for line := range strings.Lines(text) {
		if marker(strings.TrimSuffix(line, "\n")).kind == noMarker {
			return true
		}
	}
	return false
}

func versionLine(text string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "IGT-Version: ") {
			return strings.TrimSuffix(line, "\n")
		}
	}
	return ""
}

// upToNUL returns what the runner reads of a text.
func upToNUL(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	return s
}

// utf8Text takes a text as Latin-1, as the runner does: any bytes give valid
// UTF-8, and nothing is lost.
func utf8Text(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 }) {
		return s
	}
	var out strings.Builder
	out.Grow(len(s) + len(s)/8)
	for _, b := range []byte(s) {
		out.WriteRune(rune(b))
	}
	return out.String()
}
