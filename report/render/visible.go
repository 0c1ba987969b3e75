// SPDX-License-Identifier: MIT

package render

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fencebot/fencebot/report"
)

// Limits of what is shown, in bytes.
const (
	maxLine  = 500       // of a line of strangers' text; RFC 5322 ends at 998
	maxField = 300       // of a title, a name or a reason
	maxProse = 2 << 10   // of an explanation
	mailRaw  = 64 << 10  // of one kernel report in a mail
	pageRaw  = 256 << 10 // and on a page
)

// visible makes strangers' text safe to look at. Newline and tab stay; other
// control characters, invalid bytes and the characters that hide text or turn
// its direction (Trojan Source, CVE-2021-42574) are spelled out.
func visible(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		case hidden(r):
			fmt.Fprintf(&b, `<U+%04X>`, r)
		default:
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}

// plain reports whether s is ASCII text that needs no work: nearly all console
// lines are.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x7f || c < 0x20 && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

func hidden(r rune) bool {
	if r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0x3164 || r == 0x115f || r == 0x1160 || r == 0xffa0 {
		return true // line separators and blanks that look like nothing
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Co, r) ||
		r >= 0xfe00 && r <= 0xfe0f || r >= 0xe0100 && r <= 0xe01ef // variation selectors
}

// field makes one line of visible text of limited length.
func field(s string) string { return oneLine(s, maxField) }

// prose does the same for an explanation, which is longer.
func prose(s string) string { return oneLine(s, maxProse) }

func oneLine(s string, limit int) string {
	s = strings.Join(strings.Fields(visible(cut(s, 4*limit))), " ")
	if len(s) > limit {
		s = cut(s, limit-3) + "..."
	}
	return s
}

// block returns the lines of a longer text, visible, without blank ends, at
// most limit bytes of it and no line over maxLine.
func block(s string, limit int) []string {
	s = strings.Trim(visible(strings.ReplaceAll(report.Clip(s, limit), "\r\n", "\n")), "\n")
	if strings.TrimSpace(s) == "" {
		return nil
	}
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.TrimRight(line, " \t")
		for len(line) > maxLine {
			head := cut(line, maxLine)
			out, line = append(out, head+`\`), line[len(head):]
		}
		out = append(out, line)
	}
	return out
}

// cut shortens s to at most n bytes, at a rune.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// wrap breaks text at spaces into lines of at most width runes, the first one
// after a prefix, the others after as many spaces.
func wrap(prefix, text string, width int) []string {
	pad := strings.Repeat(" ", utf8.RuneCountInString(prefix))
	var out []string
	line, used := prefix, utf8.RuneCountInString(prefix)
	empty := true
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		if !empty && used+1+n > width {
			out = append(out, line)
			line, used, empty = pad, len(pad), true
		}
		if !empty {
			line, used = line+" ", used+1
		}
		line, used, empty = line+word, used+n, false
	}
	return append(out, strings.TrimRight(line, " "))
}
