// SPDX-License-Identifier: MIT

package coverage

import "bytes"

// A token is a word or one character of C.
type token struct {
	text  string // a word, or one byte
	word  bool   // an identifier or keyword
	line  int    // from 1
	first bool   // nothing is left of it, not even a blank
}

// A lexer cuts C into tokens. It leaves out comments, preprocessor lines, and
// what is in quotes.
type lexer struct {
	src  []byte
	pos  int
	line int
	bare bool // nothing but blanks and comments since the start of the line
}

func newLexer(src []byte) *lexer { return &lexer{src: src, line: 1, bare: true} }

// next returns the next token; false at the end.
func (l *lexer) next() (token, bool) {
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		switch {
		case c == '\n':
			l.pos, l.line, l.bare = l.pos+1, l.line+1, true
		case c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v':
			l.pos++
		case c == '#' && l.bare:
			l.directive()
		case bytes.HasPrefix(l.src[l.pos:], []byte("//")):
			l.skip(bytes.IndexByte(l.src[l.pos:], '\n'))
		case bytes.HasPrefix(l.src[l.pos:], []byte("/*")):
			l.comment()
		case c == '"' || c == '\'':
			l.quoted(c)
		default:
			return l.token(), true
		}
	}
	return token{}, false
}

// token takes the token at the position.
func (l *lexer) token() token {
	start := l.pos
	for l.pos < len(l.src) && wordByte(l.src[l.pos]) {
		l.pos++
	}
	t := token{line: l.line, word: l.pos > start, first: start == 0 || l.src[start-1] == '\n'}
	if !t.word {
		l.pos++
	}
	l.bare = false
	t.text = string(l.src[start:l.pos])
	return t
}

func wordByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// skip moves on by n bytes, or to the end when n is negative, and counts lines.
func (l *lexer) skip(n int) {
	end := l.pos + n
	if n < 0 {
		end = len(l.src)
	}
	l.line += bytes.Count(l.src[l.pos:end], []byte("\n"))
	l.pos = end
}

// comment skips a comment of the old style.
func (l *lexer) comment() {
	end := bytes.Index(l.src[l.pos+2:], []byte("*/"))
	if end >= 0 {
		end += 4
	}
	l.skip(end)
}

// directive skips a preprocessor line with those that continue it. A comment
// in it may go on for more lines.
func (l *lexer) directive() {
	for l.pos < len(l.src) && l.src[l.pos] != '\n' {
		switch {
		case l.src[l.pos] == '\\':
			l.skip(min(2, len(l.src)-l.pos))
		case bytes.HasPrefix(l.src[l.pos:], []byte("/*")):
			l.comment()
		default:
			l.pos++
		}
	}
}

// quoted skips a string or a character. It ends with its line at the latest.
func (l *lexer) quoted(quote byte) {
	l.bare = false
	for l.pos++; l.pos < len(l.src) && l.src[l.pos] != '\n'; l.pos++ {
		switch l.src[l.pos] {
		case quote:
			l.pos++
			return
		case '\\':
			l.skip(min(1, len(l.src)-l.pos))
			if l.pos < len(l.src) && l.src[l.pos] == '\n' {
				l.line++
			}
		}
		if l.pos >= len(l.src) {
			return
		}
	}
}
