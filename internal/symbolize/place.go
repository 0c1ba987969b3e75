// SPDX-License-Identifier: MIT

package symbolize

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fencebot/fencebot/report/lockdep"
)

// A Frame is a place in machine code as a kernel log names it.
type Frame struct {
	Function string `json:"function"` // an ending such as .isra.0 may be missing
	Offset   string `json:"offset"`   // "0x38/0x4d": offset and size of the function
	// Exact says that the offset is that of the instruction itself. Else it is a
	// return address, and the call before it is what is asked for.
	Exact bool `json:"exact,omitempty"`
}

// numbers returns offset and size; a return address is turned into an address
// within the call.
func (f Frame) numbers() (off, size uint64, ok bool) {
	o, s, found := strings.Cut(f.Offset, "/")
	off, err1 := strconv.ParseUint(strings.TrimPrefix(o, "0x"), 16, 32)
	size, err2 := strconv.ParseUint(strings.TrimPrefix(s, "0x"), 16, 32)
	if !found || err1 != nil || err2 != nil {
		return 0, 0, false
	}
	if !f.Exact && off > 0 {
		off--
	}
	return off, size, off < size
}

// A Place is a line of the source.
type Place struct {
	Function string `json:"function"`
	File     string `json:"file,omitempty"` // relative to the source tree; empty when it is outside of it
	Line     int    `json:"line,omitempty"` // 1-based; 0 when File is empty
}

// A Table holds the answers: for each frame its places, innermost first. The
// last one is in the function that the frame names, those before are inline in
// the one after them. A frame without an answer is not in it.
type Table map[Frame][]Place

// Limits of a question and its answers.
const (
	maxFrames  = 4096 // frames in one question
	maxInlines = 24   // places of one frame; the kernel's own code has up to 10
	maxName    = 256  // bytes of a function name; kernel symbols have at most 511, C ones far less
	maxPath    = 512  // bytes of a path
	maxLine    = 1 << 24
)

// clean drops from a stranger's table what is not asked for and what no source
// of a kernel can give: paths that leave the tree, control characters, huge
// numbers.
func (t Table) clean(asked []Frame) Table {
	out := Table{}
	for _, f := range asked {
		places := t[f]
		if len(places) == 0 || len(places) > maxInlines {
			continue
		}
		good := make([]Place, 0, len(places))
		for _, p := range places {
			if !plain(p.Function, maxName) || p.Function == "" {
				break
			}
			if !relative(p.File) || p.Line < 1 || p.Line > maxLine {
				p.File, p.Line = "", 0
			}
			good = append(good, p)
		}
		if len(good) == len(places) && good[len(good)-1].Line > 0 {
			out[f] = good
		}
	}
	return out
}

// relative reports whether p is a clean path below some directory.
func relative(p string) bool {
	return p != "" && plain(p, maxPath) && !path.IsAbs(p) && path.Clean(p) == p && p != ".." && !strings.HasPrefix(p, "../")
}

// plain reports whether s is short and printable ASCII without spaces, as names
// of C functions and files of the kernel are.
func plain(s string, limit int) bool {
	if len(s) > limit || !utf8.ValidString(s) {
		return false
	}
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// Frames returns the frames of all stacks of splats, each once, in the order
// of appearance: the stack of a report before those that led to it.
func Frames(splats ...lockdep.Splat) []Frame {
	return framesOf(splats, func(lockdep.Frame) bool { return true })
}

// ReliableFrames is [Frames] without those that are only seen with a question
// mark: leftovers of earlier calls, which are not worth much work.
func ReliableFrames(splats ...lockdep.Splat) []Frame {
	return framesOf(splats, func(f lockdep.Frame) bool { return f.Reliable })
}

func framesOf(splats []lockdep.Splat, want func(lockdep.Frame) bool) []Frame {
	var out []Frame
	seen := map[Frame]bool{}
	for i := range splats {
		s := splats[i]
		s.Edges, s.Chain = slices.Clone(s.Edges), slices.Clone(s.Chain)
		eachStack(&s, func(stack []lockdep.Frame) []lockdep.Frame {
			for n := range stack {
				f := frameOf(stack, n)
				if f.Offset != "" && stack[n].File == "" && want(stack[n]) && !seen[f] && len(out) < maxFrames {
					seen[f] = true
					out = append(out, f)
				}
			}
			return stack
		})
	}
	return out
}

// frameOf is the question for one line of a stack trace. The frame that an
// interrupt or a fault hit has the address of an instruction, all others are
// return addresses (stack_trace_save(), show_trace_log_lvl()).
func frameOf(stack []lockdep.Frame, n int) Frame {
	f := Frame{Function: stack[n].Function, Offset: stack[n].Offset}
	f.Exact = n > 0 && entry(stack[n-1].Function)
	return f
}

// entry knows the functions between the hardware and the code that it
// interrupted (arch/x86/include/asm/idtentry.h, arch/arm64/kernel/entry.S).
func entry(fn string) bool {
	switch fn {
	case "asm_common_interrupt", "apic_timer_interrupt", "el1h_64_irq", "el1h_64_sync", "el1_irq", "__irq_svc", "__dabt_svc":
		return true
	}
	return strings.HasPrefix(fn, "asm_sysvec_") || strings.HasPrefix(fn, "asm_exc_")
}

// eachStack replaces every stack of a splat by what f makes of it.
func eachStack(s *lockdep.Splat, f func([]lockdep.Frame) []lockdep.Frame) {
	s.Trace = f(s.Trace)
	for i := range s.Edges {
		s.Edges[i].Stack = f(s.Edges[i].Stack)
		s.Edges[i].FromStack = f(s.Edges[i].FromStack)
	}
	for i := range s.Chain {
		s.Chain[i].Trace = f(s.Chain[i].Trace)
	}
}
