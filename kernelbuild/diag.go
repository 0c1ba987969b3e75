// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"bytes"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what is kept from a log. A log is a stranger's text: a file of
// #warning lines, or one line without end.
const (
	maxLine        = 4096 // bytes of a line that are looked at; the rest is dropped
	maxMessage     = 500  // bytes of a message
	maxDiagnostics = 1000 // of each kind
)

// ParseLog reads a build log and gives its diagnostics, without doubles, in the
// order of the log. Paths below one of the prefixes become relative. Only the
// reader's error is an error; any text is a log.
func ParseLog(r io.Reader, prefixes ...string) ([]Diagnostic, error) {
	p := newParser(prefixes...)
	if _, err := io.Copy(p, r); err != nil {
		return nil, err
	}
	return p.finish(), nil
}

// A parser takes a build log as it is written and keeps its diagnostics.
//
// It holds one line of at most maxLine bytes and a bounded list, whatever the
// log. Rules are tried in a fixed order, the first that knows a line wins;
// lines that no rule knows (source excerpts, notes, make's progress) only count
// as progress or for the linker's "in function" context.
type parser struct {
	prefixes  []string
	line      []byte
	cut       bool // the rest of an overlong line is being dropped
	diags     []Diagnostic
	seen      map[Diagnostic]bool
	kept      map[Kind]int
	fallback  Diagnostic     // make's own "***" line, used when nothing better is there
	lack      *ResourceError // the first sign of a host that gave too little
	objects   int            // lines of progress that stand for a compiled object
	onObject  func(int)
	linkFunc  string // function of the linker's last "in function" line
	asmSource string // file of the assembler's last "Assembler messages" line
}

func newParser(prefixes ...string) *parser {
	return &parser{prefixes: prefixes, seen: map[Diagnostic]bool{}, kept: map[Kind]int{}}
}

// Write takes the next bytes of the log. It never fails.
func (p *parser) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		part := b
		if i >= 0 {
			part = b[:i]
		}
		if room := maxLine - len(p.line); len(part) > room {
			part, p.cut = part[:room], true
		}
		p.line = append(p.line, part...)
		if i < 0 {
			return n, nil
		}
		p.takeLine()
		b = b[i+1:]
	}
	return n, nil
}

// finish takes the last line and gives what was found.
func (p *parser) finish() []Diagnostic {
	if len(p.line) > 0 {
		p.takeLine()
	}
	if p.kept[Error] == 0 && p.fallback.Kind != "" {
		p.add(p.fallback)
	}
	return p.diags
}

func (p *parser) takeLine() {
	line := clean(string(p.line))
	p.line, p.cut = p.line[:0], false
	if p.progress(line) {
		return
	}
	if p.lack == nil {
		p.lack = resourceLack(line)
	}
	for _, rule := range []func(string) (Diagnostic, bool){p.located, p.linker, p.tool, p.make} {
		if d, ok := rule(line); ok {
			p.add(d)
			return
		}
	}
}

// add keeps a diagnostic that is new and within the limits. A header's warning
// comes once per file that includes it.
func (p *parser) add(d Diagnostic) {
	d.Message = cutString(strings.TrimSpace(d.Message), maxMessage)
	if d.Message == "" || p.seen[d] || p.kept[d.Kind] >= maxDiagnostics {
		return
	}
	p.seen[d] = true
	p.kept[d.Kind]++
	p.diags = append(p.diags, d)
}

// progress knows make's short lines, "  CC      drivers/gpu/drm/drm_gem.o".
func (p *parser) progress(line string) bool {
	if !strings.HasPrefix(line, "  ") || len(line) < 4 || line[2] < 'A' || line[2] > 'Z' {
		return false
	}
	word, _, _ := strings.Cut(line[2:], " ")
	if word == "CC" || word == "AS" {
		p.objects++
		if p.onObject != nil {
			p.onObject(p.objects)
		}
	}
	return strings.ToUpper(word) == word
}

// located knows "FILE:LINE[:COLUMN]: KIND: MESSAGE" of gcc, clang, as, Kconfig
// and of make reading a Makefile ("FILE:LINE: *** MESSAGE.  Stop.").
func (p *parser) located(line string) (Diagnostic, bool) {
	file, rest, ok := strings.Cut(line, ":")
	if !ok || file == "" || strings.ContainsAny(file, " \t") && file != "{standard input}" {
		return Diagnostic{}, false
	}
	ln, rest, ok := number(rest)
	if !ok {
		return p.assembler(line)
	}
	d := Diagnostic{File: p.relative(file), Line: ln}
	if col, after, ok := number(rest); ok {
		d.Column, rest = col, after
	}
	if file == "{standard input}" || strings.HasPrefix(file, "/tmp/") {
		d.File, d.Line = p.asmSource, 0 // a line of the compiler's output
	}
	rest = strings.TrimLeft(rest, " ")
	kind, msg := splitKind(rest)
	if after, ok := strings.CutPrefix(rest, "*** "); ok {
		kind, msg = Error, strings.TrimSuffix(after, "  Stop.")
	} else if kind == "" && strings.HasPrefix(path.Base(file), "Kconfig") {
		kind, msg = Error, rest // "drivers/Kconfig:3: syntax error"
	}
	d.Kind = kind
	d.Message, d.Option = splitOption(msg)
	return d, kind != ""
}

// assembler remembers which file "{standard input}" is.
func (p *parser) assembler(line string) (Diagnostic, bool) {
	if file, ok := strings.CutSuffix(line, ": Assembler messages:"); ok {
		p.asmSource = ""
		if file != "{standard input}" && !strings.HasPrefix(file, "/tmp/") {
			p.asmSource = p.relative(file)
		}
	}
	return Diagnostic{}, false
}

// number cuts "12:" from the front.
func number(s string) (n int, rest string, ok bool) {
	digits, rest, ok := strings.Cut(s, ":")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 0 || n > 1<<30 || digits[0] == '+' || digits[0] == '-' {
		return 0, s, false
	}
	return n, rest, true
}

// splitKind cuts the word before the first colon when it is a kind.
func splitKind(s string) (Kind, string) {
	word, msg, ok := strings.Cut(s, ":")
	if !ok {
		return "", s
	}
	switch strings.ToLower(word) {
	case "error", "fatal error", "internal compiler error":
		if word == "internal compiler error" {
			msg = s
		}
		return Error, msg
	case "warning":
		return Warning, msg
	}
	return "", s
}

// splitOption cuts "[-Wfoo]" from the end of a message.
func splitOption(s string) (msg, option string) {
	i := strings.LastIndex(s, " [-W")
	if i < 0 || !strings.HasSuffix(s, "]") || strings.ContainsAny(s[i+2:len(s)-1], " []") {
		return s, ""
	}
	return s[:i], s[i+2 : len(s)-1]
}

// relative gives a path without the source's prefix. Out-of-tree builds name
// the source by its absolute path or, for a subdirectory, by "../".
func (p *parser) relative(file string) string {
	for _, prefix := range p.prefixes {
		if rest, ok := strings.CutPrefix(file, strings.TrimSuffix(prefix, "/")+"/"); ok && prefix != "" {
			file = rest
			break
		}
	}
	return cutString(path.Clean(file), maxMessage)
}

// clean makes a line safe to show: valid UTF-8, one line, no control
// characters; those would let a source file speak to a reader's terminal.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "�")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == '\r':
			return -1
		case unicode.IsGraphic(r):
			return r
		}
		return '�'
	}, s)
}

// cutString shortens s to at most n bytes at a rune's border.
func cutString(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
