// SPDX-License-Identifier: MIT

package lockdep

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Canonical is the text that Signature is the hash of, one fact per line.
//
// A report about a circle of several lock classes has its family and the sorted set
// of edges, so that it does not matter which of them closed the circle. Every other
// report has its family, its lock class, the usage of the lock, what was called
// where it must not be (the file that a sleep in atomic context names), and the
// function. A circle of one class is such a report: its one edge is the class again.
//
// Nothing in it changes from boot to boot or from build to build: no addresses,
// offsets, line numbers, process ids, CPU numbers or counters of lock classes. It
// is the same for a log with symbols and one without, so the file of a function and
// functions that were inlined do not count; a message names its file in both.
func (s Splat) Canonical() string {
	lines := []string{string(s.Family)}
	if s.Family.circle() {
		for _, e := range s.Edges {
			lines = append(lines, e.canonical())
		}
		slices.Sort(lines[1:])
		if lines = slices.Compact(lines); len(lines) > 1 {
			return strings.Join(lines, "\n")
		}
	}
	if len(s.Locks) > 0 {
		lines = append(lines, "class "+s.Locks[0].Class)
	}
	if s.Usage != "" && s.Family != InvalidWaitContext { // there it is the task's, not the lock's
		lines = append(lines, "usage "+sortedUsage(s.Usage))
	}
	if called := s.Called(); called != "" {
		lines = append(lines, "called "+called)
	}
	if fn := s.anchor(); fn != "" {
		lines = append(lines, "function "+fn)
	}
	if len(lines) == 1 { // nothing but the words is left
		lines = append(lines, "title "+strings.Map(dropDigit, s.Title))
	}
	return strings.Join(lines, "\n")
}

// canonical is an edge in a line. What an interrupt does is told apart: a report
// that a task takes b under a is another bug than one that an interrupt does.
func (e Edge) canonical() string {
	if e.Interrupt() {
		return e.From + " ~~> " + e.To
	}
	return e.From + " --> " + e.To
}

// circle says that reports of the family are about a circle of several classes.
func (f Family) circle() bool {
	return f == CircularDependency || f == IRQSafeUnsafe || f == IRQInversion
}

// Called is the file in "sleeping function called from invalid context at
// mm/slab.h:321": what must not be called. Two different sleeps in one function
// differ by it. The line changes with every kernel and is left out. It is empty
// for other families.
func (s Splat) Called() string {
	if s.Family != AtomicSleep {
		return ""
	}
	_, place, ok := strings.Cut(s.Title, " at ")
	file, _, colon := strings.Cut(place, ":")
	if !ok || !colon || strings.ContainsAny(file, " \t") {
		return ""
	}
	return sourcePath(file)
}

// sourcePath takes off what depends on the directory that the kernel was built in:
// "./", "../" and everything before the tree's own directory.
func sourcePath(file string) string {
	for strings.HasPrefix(file, "./") || strings.HasPrefix(file, "../") {
		_, file, _ = strings.Cut(file, "/")
	}
	if !strings.HasPrefix(file, "/") {
		return file
	}
	elems := strings.Split(file, "/")
	for i, e := range elems[:len(elems)-1] {
		if topDirectory(e) && (e != "kernel" || !topDirectory(elems[i+1])) { // the tree itself may be called kernel
			return strings.Join(elems[i:], "/")
		}
	}
	return elems[len(elems)-1]
}

func topDirectory(name string) bool {
	switch name {
	case "arch", "block", "certs", "crypto", "drivers", "fs", "include", "init", "io_uring", "ipc", "kernel",
		"lib", "mm", "net", "rust", "samples", "security", "sound", "virt":
		return true
	}
	return false
}

// anchor is Function as a log without symbols has it: where Function was inlined,
// the first function below it that was not and that is no helper.
func (s Splat) anchor() string {
	stacks := [][]Frame{s.Trace}
	for _, e := range s.Edges {
		if s.Family == InconsistentState { // Function is of the side that holds the lock
			stacks = [][]Frame{e.FromStack, s.Trace}
		}
	}
	for _, stack := range stacks {
		i := slices.IndexFunc(stack, func(f Frame) bool { return f.Function == s.Function })
		if i < 0 {
			continue
		}
		for _, f := range stack[i:] {
			if !f.Inlined && f.Reliable == stack[i].Reliable && !machinery(f.Function) && !s.Family.helper(f.Function) {
				return f.Function
			}
		}
		break
	}
	return s.Function
}

// sortedUsage makes "{A} -> {B}" and "{B} -> {A}" equal: which side comes first
// depends on which of the two code paths ran first.
func sortedUsage(u string) string {
	sides := strings.Split(u, " -> ")
	slices.Sort(sides)
	return strings.Join(sides, " and ")
}

func dropDigit(r rune) rune {
	if '0' <= r && r <= '9' {
		return -1
	}
	return r
}

// signature is 128 bits of SHA-256, in hex: short enough for a subject line of a
// database, long enough to never meet by chance.
func signature(canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	return hex.EncodeToString(sum[:16])
}
