// SPDX-License-Identifier: MIT

package guest

import (
	"bytes"
	"os"
	"strconv"
	"strings"

	"github.com/fencebot/fencebot/qemu/wire"
)

// maxHist is how much of a histogram is read: 256 entries are about 40 kB.
const maxHist = 1 << 20

// Bits of common_flags, enum trace_flag_type in include/linux/trace_events.h.
const (
	flagHardIRQ = 0x08
	flagSoftIRQ = 0x10
	flagNMI     = 0x40
	flagBHOff   = 0x80
)

// An entry is one line of a histogram.
type entry struct {
	caller string // symbol+0xoffset
	count  int
	atomic int // how many of them with in_atomic() true
}

// A histogram is the file of one. It stays open: to look its path up takes a
// kernel with lockdep longer than to read it.
type histogram struct {
	file  *os.File
	known map[string]entry // lines of the last read
}

// read returns all entries, and how many calls did not fit in.
func (h *histogram) read() (entries []entry, dropped int, err error) {
	text, err := again(h.file, maxHist)
	if err != nil {
		return nil, 0, err
	}
	entries, dropped = h.parse(text)
	return entries, dropped, nil
}

// parse reads the text of a histogram. Lines of other forms are skipped: the
// header, the totals, callers that no symbol covers. Most lines are as they
// were, and are looked up, because an emulated guest takes ten times as long to
// take one apart.
func (h *histogram) parse(text []byte) (entries []entry, dropped int) {
	known := make(map[string]entry, len(h.known))
	for line := range strings.Lines(string(text)) {
		e, ok := h.known[line]
		if !ok {
			e, ok = parseEntry(line)
		}
		if ok {
			known[line] = e
			entries = append(entries, e)
		} else if n, ok := number(line, "Dropped:"); ok {
			dropped = n
		}
	}
	h.known = known
	return entries, dropped
}

// parseProfile reads kprobe_profile, a line with event, hits and misses for
// each probed function, and returns the hits of each event. A name may be that
// of somebody else's event as well: then there are more hits, and no fewer.
func parseProfile(text []byte) map[string]int {
	hits := map[string]int{}
	for line := range bytes.Lines(text) {
		f := strings.Fields(string(line))
		if len(f) != 3 {
			continue
		}
		if n, err := strconv.Atoi(f[1]); err == nil {
			hits[f[0]] += n
		}
	}
	return hits
}

// parseEntry reads
//
//	{ caller: [ffffffff8127d70b] f+0x1c/0x149   , common_preempt_count:  1, common_flags:   9 } hitcount:   155  irqs:   0
func parseEntry(line string) (entry, bool) {
	keys, values, ok := strings.Cut(line, "} ")
	_, caller, ok1 := strings.Cut(keys, "] ")
	caller, keys, ok2 := strings.Cut(caller, ",")
	caller, _, _ = strings.Cut(strings.TrimSpace(caller), "/") // the function's size, and its module
	depth, ok3 := number(keys, "common_preempt_count:")
	flags, ok4 := number(keys, "common_flags:")
	count, ok5 := number(values, "hitcount:")
	irqs, ok6 := number(values, "irqs:")
	if !ok || !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 || count <= 0 || !wire.IsCaller(caller) {
		return entry{}, false
	}
	return entry{caller: caller, count: count, atomic: atomic(depth, flags, count, irqs)}, true
}

// atomic returns how many of count calls came in atomic context, irqs of them
// with interrupts on.
//
// Where the probe is a jump (optimized) or an ftrace call, depth and flags are
// those of the caller: the kernel takes back the one that the probe itself adds
// to the preempt count (tracing_gen_ctx_dec in include/linux/trace_events.h).
// Where it is a breakpoint, because the first instructions of the function
// cannot be moved, it takes back one that was not added, so that 0 becomes 255;
// and the exception counts as NMI and hard interrupt (exc_int3 in
// arch/x86/kernel/traps.c). Then only the caller's interrupt flag tells what was
// no interrupt. All of this was seen on 6.12 with known callers.
func atomic(depth, flags, count, irqs int) int {
	inAtomic := flags&(flagSoftIRQ|flagBHOff) != 0
	if flags&flagNMI == 0 {
		inAtomic = inAtomic || depth > 0 || flags&flagHardIRQ != 0
		irqs = count
	} else {
		inAtomic = inAtomic || depth != 255
	}
	if inAtomic {
		return count
	}
	return count - min(max(irqs, 0), count)
}

// number returns the one behind name.
func number(text, name string) (int, bool) {
	_, value, ok := strings.Cut(text, name)
	value = strings.TrimLeft(value, " ")
	end := strings.IndexAny(value, ", }\n")
	if end >= 0 {
		value = value[:end]
	}
	n, err := strconv.Atoi(value)
	return n, ok && err == nil
}
