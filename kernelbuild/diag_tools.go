// SPDX-License-Identifier: MIT

package kernelbuild

import "strings"

// linker knows what GNU ld and lld say about symbols. The text is all there is:
// without debug info ld names an object and an offset, no source line.
func (p *parser) linker(line string) (Diagnostic, bool) {
	if i := strings.Index(line, ": in function "); i >= 0 {
		p.linkFunc = strings.Trim(line[i+len(": in function "):], "`':")
		// ld puts the message into the same line when it knows the section only.
	}
	d := Diagnostic{Kind: Error}
	for _, phrase := range []string{"undefined reference to ", "multiple definition of ", "undefined symbol: ", "duplicate symbol: "} {
		i := strings.Index(line, phrase)
		if i < 0 || i > 0 && line[i-1] != ' ' {
			continue
		}
		sym, _, _ := strings.Cut(line[i+len(phrase):], ";")
		d.Message = strings.TrimSpace(phrase) + " " + strings.Trim(sym, "`' ")
		if p.linkFunc != "" {
			d.Message += " in function " + p.linkFunc
		}
		return d, true
	}
	return d, false
}

// tool knows messages of tools without a place: "gcc: error: ...", modpost's
// "ERROR: modpost: ...", "vmlinux.o: warning: objtool: ...".
func (p *parser) tool(line string) (Diagnostic, bool) {
	if msg, ok := strings.CutPrefix(line, "ERROR: modpost: "); ok {
		return Diagnostic{Kind: Error, Message: "modpost: " + msg}, true
	}
	if msg, ok := strings.CutPrefix(line, "WARNING: modpost: "); ok {
		return Diagnostic{Kind: Warning, Message: "modpost: " + msg}, true
	}
	who, rest, ok := strings.Cut(line, ": ")
	if !ok || who == "" || strings.ContainsAny(who, " `'\"") {
		return Diagnostic{}, false
	}
	kind, msg := splitKind(rest)
	if kind == "" {
		return Diagnostic{}, false
	}
	msg, option := splitOption(strings.TrimSpace(msg))
	d := Diagnostic{Kind: kind, Message: who + ": " + msg, Option: option}
	if strings.HasSuffix(who, ".o") { // objtool names the object; it is no source file
		d.Message = msg + " (" + cutString(who, 200) + ")"
	}
	return d, true
}

// make knows make's own lines: "make[3]: *** No rule to make target ...", which
// tells something, and "make[3]: *** [Makefile:1: x.o] Error 1", which only
// tells that something was told before.
func (p *parser) make(line string) (Diagnostic, bool) {
	who, msg, ok := strings.Cut(line, ": *** ")
	if !ok || who != "make" && !strings.HasPrefix(who, "make[") {
		return Diagnostic{}, false
	}
	d := Diagnostic{Kind: Error, Message: strings.TrimSuffix(msg, "  Stop.")}
	if !strings.HasPrefix(msg, "[") {
		return d, !strings.HasPrefix(msg, "Waiting for unfinished jobs")
	}
	if p.fallback.Kind == "" {
		p.fallback = d
	}
	return d, false
}

// lacks are the words of tools that did not get what they asked of the host.
var lacks = []struct{ words, what string }{
	{"No space left on device", "disk space"},
	{"Disk quota exceeded", "disk space"},
	{"File size limit exceeded", "file size"},
	{"File too large", "file size"},
	{"Killed signal terminated program", "memory"},
	{"out of memory allocating", "memory"},
	{"virtual memory exhausted", "memory"},
	{"memory exhausted", "memory"},
	{"Cannot allocate memory", "memory"},
	{"error: Killed (program", "memory"},
	{"] Killed", "memory"},
	{"] Error 137", "memory"},
	{"Resource temporarily unavailable", "processes"},
	{"Cannot fork", "processes"},
	{"Too many open files", "open files"},
	{"ccache: error: ", "compiler cache"},
}

// resourceLack tells whether a line speaks of a lack of the host. Text that the
// author chose is left out: excerpts of the source ("   12 | ...") and messages
// of #error and #warning. An author who fakes one of the others in some way only
// turns the own verdict into "no verdict".
func resourceLack(line string) *ResourceError {
	if strings.Contains(line, "#error") || strings.Contains(line, "#warning") || strings.Contains(line, "#pragma") ||
		strings.Contains(line, "static assertion") || strings.HasPrefix(line, " ") {
		return nil
	}
	for _, l := range lacks {
		if strings.Contains(line, l.words) {
			return &ResourceError{What: l.what, Line: cutString(line, maxMessage)}
		}
	}
	return nil
}
