// SPDX-License-Identifier: MIT

package lockdep

import "strings"

// A use is a stack on which a lock got one of its usage bits.
type use struct {
	class string
	bit   string // "IN-HARDIRQ-W", "SOFTIRQ-ON-R", "INITIAL USE"; without -W or -R where only the kind is told
	stack []Frame
}

// A part is one of the sections "the dependencies between ...", a path through the
// graph that print_shortest_lock_dependencies() writes.
type part struct {
	backward bool // the path is written from its begin to its end
	nodes    []node
}

// A node is "-> (class){..} ops: 4 {" and what follows.
type node struct {
	lock     Lock
	acquired []Frame
}

// use is the one that frames go to.
func (p *parser) use() *use { return &p.uses[len(p.uses)-1] }

// node is the one that frames go to.
func (p *parser) node() *node {
	nodes := p.parts[len(p.parts)-1].nodes
	return &nodes[len(nodes)-1]
}

func (p *parser) beginUse(class, bit string) {
	if len(p.uses) >= 4*maxLocks {
		p.section = inDetails
		return
	}
	p.uses = append(p.uses, use{class: class, bit: bit})
	p.section = inUsage
}

// became reads "... which became HARDIRQ-irq-safe at:".
func (p *parser) became(text string) {
	switch {
	case strings.HasSuffix(text, "-irq-safe at:") && p.safe.Class != "":
		p.beginUse(p.safe.Class, "IN-"+p.irq)
	case strings.HasSuffix(text, "-irq-unsafe at:") && p.unsafe.Class != "":
		p.beginUse(p.unsafe.Class, p.irq+"-ON")
	default:
		p.leave(inDetails)
	}
}

// beginPart reads "the dependencies between HARDIRQ-irq-safe lock and the holding
// lock:", "the dependencies between the lock to be acquired" and "the shortest
// dependencies between 2nd lock and 1st lock:".
func (p *parser) beginPart(text string) {
	p.leave(inDetails)
	if len(p.parts) >= 2 || p.section == inTrace {
		return
	}
	backward := strings.Contains(text, "the holding lock")
	if strings.HasPrefix(text, "the shortest") {
		backward = p.takenBy
	}
	p.parts = append(p.parts, part{backward: backward})
}

// inPart reads the lines of a part other than frames: the begin of a node, the
// headings of its stacks and its end.
func (p *parser) inPart(text string) bool {
	if len(p.parts) == 0 || p.section == inTrace {
		return false
	}
	last := &p.parts[len(p.parts)-1]
	if strings.HasPrefix(text, "-> (") {
		l, _, ok := parseLock(text)
		if ok && len(last.nodes) < maxLocks {
			last.nodes = append(last.nodes, node{lock: l})
			p.section = inDetails
		}
		return ok
	}
	if len(last.nodes) == 0 {
		return false
	}
	if text == "... acquired at:" {
		p.section = inAcquired
		return true
	}
	if bit, ok := strings.CutSuffix(text, " at:"); ok && isUsageBit(bit) {
		p.beginUse(p.node().lock.Class, strings.ToUpper(bit))
		return true
	}
	if text == "}" || strings.HasPrefix(text, "... key ") {
		p.leave(inDetails)
		return true
	}
	return false
}

// isUsageBit knows usage_str[] of kernel/locking/lockdep.c, also in the lower case of
// kernels before 2.6.31.
func isUsageBit(s string) bool {
	s = strings.ToUpper(strings.TrimRight(s, " "))
	return strings.HasPrefix(s, "IN-") || strings.HasPrefix(s, "INITIAL") ||
		strings.Contains(s, "-ON-") && !strings.Contains(s, " ")
}

// path are the edges that a part proves, in order of taking, with the stacks of
// what is taken.
//
// A path that is written forward begins with its last lock; "acquired at" tells how
// the lock was taken under the next one of the list, and for the last of the list,
// where the path begins, it is the stack of the report. A backward path begins with
// its first lock. There "acquired at" belongs to the lock that is taken next, until
// Linux 5.14 moved it below that one ("Fix the dep path printing for backwards
// BFS"); the first lock of the list has none since then.
func (pt part) path() []Edge {
	var out []Edge
	n := pt.nodes
	for i := 0; i+1 < len(n); i++ {
		from, to, stack := n[i], n[i+1], n[i+1].acquired
		switch {
		case !pt.backward:
			from, to, stack = n[i+1], n[i], n[i].acquired
		case len(n[0].acquired) > 0:
			stack = n[i].acquired
		}
		out = append(out, Edge{From: from.lock.Class, To: to.lock.Class, Stack: stack})
	}
	if !pt.backward { // written from its end
		for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
	}
	return out
}

// used finds the stack on which class got a usage bit that begins with bit, and the
// whole name of the bit. Where the report says twice how it came, the header counts
// for the stack and the longer name for the bit.
func (p *parser) used(class, bit string) (stack []Frame, name string) {
	for _, u := range p.uses {
		if u.class != class || !strings.HasPrefix(u.bit, bit) || len(u.stack) == 0 {
			continue
		}
		if stack == nil {
			stack, name = u.stack, u.bit
		} else if name == bit && sameFunctions(stack, u.stack) {
			name = u.bit
		}
	}
	return stack, name
}

func sameFunctions(a, b []Frame) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Function != b[i].Function {
			return false
		}
	}
	return true
}
