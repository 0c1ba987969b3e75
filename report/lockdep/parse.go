// SPDX-License-Identifier: MIT

package lockdep

import "strings"

// A section is the part of a report that a line stands in.
type section int

const (
	inHeader  section = iota // what is wrong, and which locks it is about
	inChain                  // "-> #1 (class):" and the trace below it
	inPast                   // "... state was registered at:", the older side of an inconsistent state
	inDetails                // dependencies and pictures: repeats what was said
	inHeld                   // "2 locks held by name/123:"
	inTrace                  // the stack of the report
	inOwner                  // "page last allocated via"
	inOther                  // stacks of others: allocation, other CPUs
)

// maxLocks is how many locks and dependencies of one report are kept. lockdep itself
// tracks at most 48 held locks (MAX_LOCK_DEPTH), and its chains are far shorter.
const maxLocks = 256

// A parser takes a report apart, line by line.
type parser struct {
	family  Family
	section section

	task      string
	usage     string
	locks     []Lock // of inHeader
	chain     []Link // as printed, from #N down to #0
	deps      []Edge // "(a) -> (b)", "a --> b --> c"
	held      []Lock
	past      []Frame
	trace     []Frame
	direct    []Frame // a stack without a heading, right below the message
	owner     []Frame // who allocated a page
	place     string  // function that the message or the instruction pointer names
	last      string  // "last function: fn" of a work item
	wantsAt   bool    // the next line names the place
	at        string
	chainOf   bool   // the next line is "a --> b --> c"
	newDep    bool   // the next line is the new dependency
	takenBy   bool   // the second lock of an inversion is the outer one
	torn      string // the pieces of a lock so far
	tornLines int
	sawTrace  bool
	oopsPlace bool // place comes from an instruction pointer
}

// message reads the first line, which may name the place.
func (p *parser) message(s string) {
	if i := strings.Index(s, "release lock ("); i >= 0 {
		p.line(s[i:])
	}
	for _, before := range []string{" in ", " in: ", " at "} {
		if _, rest, ok := strings.Cut(s, before); ok {
			p.placeIn(rest)
		}
	}
	if strings.HasPrefix(s, "INFO: task ") {
		p.task = hungTask(s)
	}
}

// placeIn looks for "fn+0x1/0x2" among the words of s.
func (p *parser) placeIn(s string) {
	for word := range strings.FieldsSeq(s) {
		if f, ok := parseFrame(word); ok && f.Offset != "" {
			p.place = f.Function
			return
		}
	}
}

// hungTask turns "INFO: task a:b:123 blocked for" into "a:b/123".
func hungTask(s string) string {
	s = strings.TrimPrefix(s, "INFO: task ")
	for _, end := range []string{" blocked ", " can't die "} {
		if name, _, ok := strings.Cut(s, end); ok {
			if i := strings.LastIndexByte(name, ':'); i > 0 {
				return name[:i] + "/" + name[i+1:]
			}
		}
	}
	return ""
}

// line reads any line but the first.
func (p *parser) line(s string) {
	text := strings.TrimSpace(s)
	if text == "" {
		return
	}
	text, ok := p.mend(text)
	if !ok || p.pending(text) || p.heading(text) || p.lateAt(text) {
		return
	}
	switch p.section {
	case inHeader:
		p.header(text)
	case inHeld:
		if strings.HasPrefix(text, "#") {
			p.hold(text)
		}
	}
	p.frame(text)
}

// pending reads the line that the one before announced.
func (p *parser) pending(text string) bool {
	switch {
	case p.wantsAt:
		p.wantsAt = false
		if f, ok := parseFrame(text); ok {
			p.at = f.Function
			return true
		}
	case p.newDep && len(p.deps) < maxLocks:
		p.newDep = false
		return p.dependency(text)
	case p.chainOf && len(p.deps) < maxLocks:
		p.chainOf = false
		names := strings.Split(text, " --> ")
		for i := 1; i < min(len(names), maxLocks); i++ {
			p.deps = append(p.deps, Edge{From: CanonicalClass(names[i-1]), To: CanonicalClass(names[i])})
		}
		return len(names) > 1
	}
	return false
}

// dependency reads "(a){..} -> (b){..}", the new edge of an irq-safe-unsafe report.
func (p *parser) dependency(text string) bool {
	from, rest, ok := parseLock(text)
	if !ok {
		return false
	}
	to, _, ok := parseLock(rest)
	if ok {
		p.deps = append(p.deps, Edge{From: from.Class, To: to.Class})
	}
	return ok
}

// header reads the lines that name the locks a report is about.
func (p *parser) header(text string) {
	if name, pid, ok := taskOf(text); ok && p.task == "" {
		p.task = name + "/" + pid
	}
	if strings.HasPrefix(text, "inconsistent {") {
		p.usage = strings.TrimSuffix(strings.TrimPrefix(text, "inconsistent "), " usage.")
	}
	if _, rest, ok := strings.Cut(text, "release lock ("); ok {
		if i := strings.LastIndex(rest, ") at:"); i > 0 {
			p.locks = append(p.locks, Lock{Class: CanonicalClass(rest[:i])})
			p.wantsAt = true
		}
		return
	}
	for _, before := range []string{"last function: ", "workfn="} { // the latter in newer kernels
		if _, fn, ok := strings.Cut(text, before); ok && p.last == "" {
			fn, _, _ = strings.Cut(strings.TrimSpace(fn), " ")
			p.last = StripSuffix(fn)
		}
	}
	if l, _, ok := parseLock(text); ok && len(p.locks) < maxLocks {
		p.locks = append(p.locks, l)
		if p.at == "" {
			p.at = l.Function
		}
	}
}

// hold reads " #0: ffff888 (class){+.+.}-{3:3}, at: fn+0x1/0x2".
func (p *parser) hold(text string) {
	if l, _, ok := parseLock(text); ok && len(p.held) < maxLocks {
		p.held = append(p.held, l)
	}
}

// frame files a stack frame under the section it stands in.
func (p *parser) frame(text string) {
	if fn, ok := instructionPointer(text); ok {
		p.pointer(fn)
		return
	}
	f, ok := parseFrame(text)
	if !ok {
		if p.section == inHeader && len(p.direct) > 0 && !p.family.Lockdep() {
			p.section = inOther
		}
		return
	}
	switch p.section {
	case inChain:
		if n := len(p.chain); n > 0 {
			p.chain[n-1].Trace = append(p.chain[n-1].Trace, f)
		}
	case inPast:
		p.past = append(p.past, f)
	case inTrace:
		p.trace = append(p.trace, f)
	case inHeader:
		p.direct = append(p.direct, f)
	case inOwner:
		p.owner = append(p.owner, f)
	}
}

// pointer notes the function that a trap happened in.
func (p *parser) pointer(fn string) {
	if p.place == "" {
		p.place, p.oopsPlace = fn, true
	}
	if p.section == inTrace {
		p.trace = append(p.trace, Frame{Function: fn, Reliable: true})
	}
}

// instructionPointer reads "RIP: 0010:fn+0x1/0x2", "RIP: 0010:[<addr>]  [<addr>] fn+0x1/0x2",
// "IP: fn+0x1/0x2", "PC is at fn+0x1/0x2" and "pc : fn+0x1/0x2".
func instructionPointer(text string) (string, bool) {
	for _, head := range []string{"RIP: ", "IP: ", "PC is at ", "pc : ", "pc: ", "NIP "} {
		rest, ok := strings.CutPrefix(text, head)
		if !ok {
			continue
		}
		if _, after, ok := strings.Cut(rest, ":"); ok && isDigit(rest[0]) {
			rest = after
		}
		for word := range strings.FieldsSeq(rest) {
			if f, ok := parseFrame(word); ok && f.Offset != "" {
				return f.Function, true
			}
		}
	}
	return "", false
}

// taskOf finds the first "name/123" that begins a line: "kms_vblank/86 is trying to ...",
// "swapper/0/0 [HC1[1]:SC0[0]:HE0:SE1] takes:", also "CPU: 0 PID: 86 Comm: name".
func taskOf(text string) (name, pid string, ok bool) {
	for _, verb := range []string{" is ", " just ", " [HC", " still ", " takes:"} {
		who, _, found := strings.Cut(text, verb)
		if !found {
			continue
		}
		who = strings.TrimPrefix(who, "WARNING: ")
		if i := strings.LastIndexByte(who, '/'); i > 0 && digits([]byte(who[i+1:])) && len(who) < 64 {
			return who[:i], who[i+1:], true
		}
	}
	return "", "", false
}
