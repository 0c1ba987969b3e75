// SPDX-License-Identifier: MIT

package picture

import (
	"strings"
	"unicode"
)

// maxName is how many bytes of a stranger's text are looked at, at most.
const maxName = 4 << 10

// ascii makes strangers' text one line of printable ASCII.
func ascii(s string) string {
	return line(s, func(r rune) bool { return r < 0x7f })
}

// latin does the same and keeps letters like é: they neither turn the direction
// of text nor hide, and a proportion of patch subjects has them.
func latin(s string) string {
	return line(s, func(r rune) bool { return r < 0x7f || unicode.Is(unicode.Latin, r) })
}

func line(s string, keep func(rune) bool) string {
	if len(s) > maxName {
		s = s[:maxName]
	}
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '\t' || r == '\n':
			return ' '
		case r < ' ' || r == 0x7f || r == unicode.ReplacementChar || !keep(r):
			return '?'
		}
		return r
	}, s)), " ")
}

// middle shortens s to n characters, but not below 5, by taking out of its middle:
// both ends of a kernel name say something.
func middle(s string, n int) string {
	r := []rune(s)
	if n = max(n, 5); len(r) <= n {
		return s
	}
	tail := (n - 3) / 2
	return string(r[:n-3-tail]) + "..." + string(r[len(r)-tail:])
}

// wrap breaks s at spaces into lines of at most width characters; words that are
// longer are cut in their middle.
func wrap(s string, width int) []string {
	var out []string
	at := ""
	for word := range strings.FieldsSeq(s) {
		word = middle(word, width)
		switch {
		case at == "":
			at = word
		case len([]rune(at))+1+len([]rune(word)) <= width:
			at += " " + word
		default:
			out = append(out, at)
			at = word
		}
	}
	if at != "" {
		out = append(out, at)
	}
	return out
}

// short is wrap with a limit: the last of at most n lines then ends in dots.
func short(s string, width, n int) []string {
	out := wrap(s, width)
	if len(out) <= n {
		return out
	}
	last := []rune(out[n-1])
	last = last[:min(len(last), width-4)]
	return append(out[:n-1], string(last)+" ...")
}
