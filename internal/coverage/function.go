// SPDX-License-Identifier: MIT

package coverage

import "strings"

// A function is one with its body in a C file.
type function struct {
	name        string
	static      bool
	first, last int // lines of declaration and closing brace
	calls       []call
}

// A call is a word with a parenthesis behind it: a function or a macro.
type call struct {
	name string
	line int
}

// maxCalls is how many calls of one function are kept.
const maxCalls = 1 << 14

// A parser finds functions. Kernel style closes a function with a brace at the
// start of a line: that ends it in any case, so that an #if with a half of a
// body in each branch does not swallow the rest of the file.
type parser struct {
	found []function
	now   function // that is declared or read
	body  bool     // in the body of now
	init  bool     // behind a '=': what follows is no body
	depth int      // of braces
	paren int      // of parentheses, outside of braces
	prev  token
}

// functions returns the functions of a C file in their order.
func functions(src []byte) []function {
	var p parser
	l := newLexer(src)
	for t, ok := l.next(); ok; t, ok = l.next() {
		if p.depth == 0 {
			p.outside(t)
		} else {
			p.inside(t)
		}
		p.prev = t
	}
	p.close(l.line)
	return p.found
}

// outside takes a token between functions.
func (p *parser) outside(t token) {
	if p.now.first == 0 {
		p.now.first = t.line
	}
	switch {
	case t.text == "{" && p.paren <= 0:
		p.depth, p.body = 1, p.now.name != "" && !p.init
	case t.text == "(":
		// The last one before the body: those before it are attributes, or a
		// macro without a semicolon.
		if p.paren == 0 && p.prev.word && !attribute(p.prev.text) {
			p.now.name = p.prev.text
		}
		p.paren++
	case t.text == ")":
		p.paren--
	case p.paren > 0 && !t.first:
	case t.text == "static":
		p.now.static = true
	case t.text == "=":
		p.init = true
	case t.text == ";" || t.text == "}":
		p.reset()
	}
}

// inside takes a token in braces.
func (p *parser) inside(t token) {
	switch t.text {
	case "(":
		if p.body && p.prev.word && len(p.now.calls) < maxCalls {
			p.now.calls = append(p.now.calls, call{p.prev.text, p.prev.line})
		}
	case "{":
		p.depth++
	case "}":
		if p.depth--; t.first {
			p.depth = 0
		}
		if p.depth == 0 {
			p.close(t.line)
		}
	}
}

// close ends what is read in line.
func (p *parser) close(line int) {
	if p.body {
		p.now.last = line
		p.found = append(p.found, p.now)
	}
	p.reset()
}

func (p *parser) reset() {
	p.now, p.body, p.init, p.paren = function{}, false, false, 0
}

// attribute reports whether name with parentheses may stand between a
// function's parameters and its body (include/linux/compiler_types.h).
func attribute(name string) bool {
	switch name {
	case "__attribute__", "__acquires", "__releases", "__must_hold", "__cond_acquires", "__acquires_shared",
		"__releases_shared", "__must_hold_shared", "__printf", "__scanf", "__aligned", "__section", "__alloc_size",
		"__no_sanitize", "__context__", "__bpf_kfunc":
		return true
	}
	return false
}

// maxInliners is how many functions may have taken in another one.
const maxInliners = 64

// A callers tells which functions of a file call which, each once.
type callers map[string][]function

func callersOf(all []function) callers {
	by := callers{}
	for _, f := range all {
		for _, c := range f.calls {
			had := by[c.name]
			if n := len(had); n == 0 || had[n-1].first != f.first {
				by[c.name] = append(had, f)
			}
		}
	}
	return by
}

// inliners returns the functions into which the compiler may have inlined the
// static function name: its callers, and those of static callers.
func (by callers) inliners(name string) []string {
	var out []string
	seen := map[string]bool{name: true}
	for todo := []string{name}; len(todo) > 0; todo = todo[1:] {
		for _, f := range by[todo[0]] {
			if len(out) == maxInliners {
				return out
			}
			if seen[f.name] {
				continue
			}
			seen[f.name] = true
			out = append(out, f.name)
			if f.static {
				todo = append(todo, f.name)
			}
		}
	}
	return out
}

// symbolName returns the function of a symbol with an offset, without what
// compilers append: "f" of "f.isra.0+0x1c".
func symbolName(caller string) string {
	symbol, _, _ := strings.Cut(caller, "+")
	name, _, _ := strings.Cut(symbol, ".")
	return name
}
