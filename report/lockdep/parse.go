// SPDX-License-Identifier: MIT

package lockdep

import "strings"

// A section is the part of a report that a line stands in.
type section int

const (
	inHeader    section = iota // what is wrong, and which locks it is about
	inChain                    // "-> #1 (class):" and the trace below it
	inPast                     // "... state was registered at:", the older side of an inconsistent state
	inUsage                    // "IN-HARDIRQ-W at:" and "... which became HARDIRQ-irq-safe at:"
	inAcquired                 // "... acquired at:", how a lock was taken under the one before
	inDetails                  // pictures and explanations
	inHeld                     // "2 locks held by name/123:" of the report's own task
	inOtherHeld                // the same of another task
	inTrace                    // the stack of the report
	inOwner                    // "page last allocated via"
	inOther                    // stacks of others: allocation, other CPUs
)

// maxLocks is how many locks and dependencies of one report are kept. lockdep itself
// tracks at most 48 held locks (MAX_LOCK_DEPTH), and its chains are far shorter.
const maxLocks = 256

// A parser takes a report apart, line by line.
type parser struct {
	family  Family
	section section
	identity

	usage  string
	irq    string // "HARDIRQ" or "SOFTIRQ" of an order or inversion report
	state  irqState
	locks  []Lock // of inHeader
	chain  []Link // as printed, from #N down to #0
	held   []Lock // of the report's own task
	others []Lock // of other tasks
	holder string // whose list inOtherHeld is
	places []place
	past   []Frame
	trace  []Frame
	direct []Frame  // a stack without a heading, right below the message
	owner  []Frame  // who allocated a page
	races  []string // the two functions that KCSAN names
	place  string   // function that the message or the instruction pointer names
	last   string   // "last function: fn" of a work item
	at     string

	next      pendingLine
	role      role // of the next lock of inHeader
	safe      Lock
	unsafe    Lock
	newDep    []Lock // "(a) -> (b)"
	named     []string
	rows      []row
	uses      []use
	parts     []part
	takenBy   bool   // the second lock of an inversion is the outer one
	torn      string // the pieces of a lock so far
	tornLines int
	pool      string // that is stuck
	stuck     bool   // the lines are about it
	sawTrace  bool
	starved   bool // the next stack is of the thread that RCU waits for
	starver   bool // the stack is of what ran instead of it
	oopsPlace bool // place comes from an instruction pointer
}

// A pendingLine is what the line before announced.
type pendingLine int

const (
	nothing   pendingLine = iota
	wantsAt               // the place of the lock
	wantsDep              // the new dependency
	wantsAll              // "a --> b --> c"
	wantsNest             // the name of the lock that should have been held
)

// A role is what a lock of the header is to an interrupt.
type role int

const (
	plain    role = iota
	isSafe        // an interrupt takes it
	isUnsafe      // it is held with interrupts enabled
)

// message reads the first line, which may name the place.
func (p *parser) message(s string) {
	if i := strings.Index(s, " lock ("); i >= 0 {
		p.line(s[i+1:])
	}
	for _, before := range []string{" in ", " in: ", " at "} {
		if _, rest, ok := strings.Cut(s, before); ok {
			p.placeIn(rest)
		}
	}
	switch p.family {
	case KCSAN:
		p.races = racing(s)
	case WorkqueueLockup:
		p.pool = stuckPool(s)
	}
	p.identity.message(s)
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

// line reads any line but the first. Most lines are frames, so they are tried
// first; no other line of a report looks like one.
func (p *parser) line(s string) {
	text := strings.TrimSpace(s)
	if p.family == Kmemleak {
		text = strings.TrimSpace(strings.TrimPrefix(text, kmemleakTag))
	}
	if text == "" {
		return
	}
	if p.torn == "" && p.next != wantsAt {
		if f, ok := parseFrame(text); ok {
			p.frame(f)
			return
		}
	}
	text, ok := p.mend(text)
	if !ok || p.pending(text) || p.heading(text) || p.lateAt(text) {
		return
	}
	switch p.section {
	case inHeader:
		p.header(text)
	case inHeld, inOtherHeld:
		p.hold(text)
	case inDetails:
		p.scenario(s, text)
	}
	if fn, ok := instructionPointer(text); ok {
		p.pointer(fn)
		return
	}
	if p.section == inHeader && len(p.direct) > 0 && !p.family.Lockdep() {
		p.section = inOther
	}
}

// pending reads the line that the one before announced.
func (p *parser) pending(text string) bool {
	now := p.next
	p.next = nothing
	switch now {
	case wantsAt:
		f, ok := parseFrame(text)
		if ok {
			p.at = f.Function
		} else {
			p.next = wantsAt
		}
		return ok
	case wantsDep:
		return p.dependency(text)
	case wantsAll:
		return p.existing(text)
	case wantsNest:
		p.locks = append(p.locks, Lock{Class: CanonicalClass(text), Name: text})
		return true
	}
	return false
}

// frame files a stack frame under the section it stands in.
func (p *parser) frame(f Frame) {
	switch p.section {
	case inChain:
		if n := len(p.chain); n > 0 {
			p.chain[n-1].Trace = append(p.chain[n-1].Trace, f)
		}
	case inPast:
		p.past = append(p.past, f)
	case inUsage:
		p.use().stack = append(p.use().stack, f)
	case inAcquired:
		n := p.node()
		n.acquired = append(n.acquired, f)
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
		if _, after, ok := strings.Cut(rest, ":"); ok && rest != "" && isDigit(rest[0]) {
			rest = after
		}
		if f, ok := parseFrame(rest); ok && f.File != "" {
			return f.Function, true
		}
		for word := range strings.FieldsSeq(rest) {
			if f, ok := parseFrame(word); ok && f.Offset != "" {
				return f.Function, true
			}
		}
	}
	return "", false
}
