// SPDX-License-Identifier: MIT

package render

import (
	"fmt"
	"strings"

	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/lockdep"
	"github.com/fencebot/fencebot/report/render/picture"
)

// excerpt returns the lines of a kernel report that a reader needs, and how
// many it leaves out: frames that the kernel itself marks as guesses,
// registers, the scenario that the picture shows better, and the final back
// trace of a circular report, which repeats the stack under "-> #0". A chain is
// never cut.
func excerpt(f report.Finding) (lines []string, left int) {
	all := block(f.Raw, mailRaw)
	src := newSources(f)
	guesses := len(f.Trace) > 0 && !hasReliable(f.Trace)
	from, to := scenario(f, all)
	end := backtrace(f, all)
	for i, l := range all[:end] {
		trimmed := strings.TrimSpace(l)
		switch {
		case from <= i && i < to, !guesses && strings.HasPrefix(trimmed, "? "), isRegister(trimmed):
			left++
			continue
		case trimmed == "" && (len(lines) == 0 || lines[len(lines)-1] == ""):
			continue
		}
		for _, more := range src.annotate(l) {
			lines = append(lines, more.Text)
		}
	}
	return trimBlank(lines), left + len(all) - end
}

// scenario finds the lines from..to-1 of lockdep's own drawing, of which ours
// tells more.
func scenario(f report.Finding, lines []string) (from, to int) {
	if !picture.Has(f.Splat) {
		return 0, 0
	}
	for i, l := range lines {
		switch strings.TrimSpace(l) {
		case "other info that might help us debug this:":
			from = i
		case "*** DEADLOCK ***":
			if from > 0 {
				return from, i + 1
			}
		}
	}
	return 0, 0 // there is none, or it is torn
}

// backtrace is the line where the stack begins that only repeats "-> #0", or
// the number of lines.
func backtrace(f report.Finding, lines []string) int {
	repeats := f.Family == lockdep.CircularDependency && endsInZero(f.Chain)
	for i, l := range lines {
		if repeats && strings.TrimSpace(l) == "stack backtrace:" {
			return i
		}
	}
	return len(lines)
}

func trimBlank(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func hasReliable(trace []lockdep.Frame) bool {
	for _, f := range trace {
		if f.Reliable {
			return true
		}
	}
	return false
}

// endsInZero reports whether the chain has the stack of what the task was
// about to do. A report that another CPU tore up may lack it.
func endsInZero(chain []lockdep.Link) bool {
	return len(chain) > 1 && len(chain[len(chain)-1].Trace) > 0
}

// isRegister knows the lines of show_regs() that say nothing without the
// machine code: all but the instruction pointer.
func isRegister(line string) bool {
	name, _, ok := strings.Cut(line, ":")
	if !ok {
		return false
	}
	switch name {
	case "Code", "RSP", "RAX", "RDX", "RBP", "R10", "R13", "FS", "CS", "CR2", "DR0", "DR3", "PKRU", "ORIG_RAX":
		return true
	}
	return false
}

// sources are the places in the source of the frames of a report.
type sources struct {
	frames map[string][]lockdep.Frame // by "fn+0x1/0x2": what is inlined there, then the frame itself
}

func newSources(f report.Finding) sources {
	s := sources{map[string][]lockdep.Frame{}}
	s.add(f.Trace)
	for _, l := range f.Chain {
		s.add(l.Trace)
	}
	for _, e := range f.Edges {
		s.add(e.Stack)
		s.add(e.FromStack)
	}
	return s
}

func (s sources) add(trace []lockdep.Frame) {
	var inlined []lockdep.Frame
	for _, f := range trace {
		switch {
		case f.Inlined:
			inlined = append(inlined, f)
			continue
		case f.File != "" && f.Offset != "":
			s.frames[f.Function+"+"+f.Offset] = append(inlined, f)
		}
		inlined = nil
	}
}

// annotate adds the place in the source to a line with a frame, after lines of
// their own for the functions that the compiler put into it. Key marks what a
// patch of the series brings.
func (s sources) annotate(line string) []pageLine {
	plain := []pageLine{{Text: line}}
	name, offset, ok := strings.Cut(strings.TrimSpace(line), "+0x")
	if !ok || len(s.frames) == 0 {
		return plain
	}
	name = name[strings.LastIndexByte(name, ' ')+1:]
	offset, _, _ = strings.Cut(offset, " ")
	frames := s.frames[lockdep.StripSuffix(name)+"+0x"+offset]
	if len(frames) == 0 || strings.Contains(line, frames[len(frames)-1].File) {
		return plain
	}
	pad := line[:len(line)-len(strings.TrimLeft(line, " "))]
	var out []pageLine
	for _, f := range frames {
		text := line
		if f.Inlined {
			text = pad + field(f.Function) + " [inlined]"
		}
		if f.Line > 0 {
			text += fmt.Sprintf(" (%s:%d)", field(f.File), f.Line)
		} else { // a line of an overlay, which the author does not have
			text += fmt.Sprintf(" (%s, our annotation)", field(f.File))
		}
		if f.Patch > 0 {
			text += fmt.Sprintf("  <-- patch %d", f.Patch)
		}
		out = append(out, pageLine{text, f.Patch > 0})
	}
	return out
}
