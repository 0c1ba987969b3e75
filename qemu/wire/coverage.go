// SPDX-License-Identifier: MIT

package wire

import (
	"fmt"
	"strings"
)

// Limits of what an event says on coverage. A full event stays below MaxLine:
// callers hold no character that JSON escapes.
const (
	MaxHits    = 200     // Event.Hits; a kernel has about 30 annotated sites
	MaxCaller  = 160     // bytes of Hit.Caller
	MaxMissing = 16      // Priming.Missing
	MaxEdge    = 160     // bytes of one of them
	maxCount   = 1 << 40 // hits: more is a lie
)

// A Probe is a group of kernel functions whose calls are counted.
type Probe string

// The probes.
const (
	ProbeBegin  Probe = "begin"  // dma_fence_begin_signalling
	ProbeSignal Probe = "signal" // dma_fence_signal and its variants
	ProbeWait   Probe = "wait"   // dma_fence_wait_timeout
)

// known reports whether a guest may send p.
func (p Probe) known() bool { return p == ProbeBegin || p == ProbeSignal || p == ProbeWait }

// A Hit counts the calls of a probed function from one place.
type Hit struct {
	Probe  Probe  `json:"probe"`
	Caller string `json:"caller"` // "vkms_vblank_simulate+0x1c"; a call at the end of a function counts for that one's caller
	Count  int    `json:"count"`  // at least 1
	// Atomic is how many of Count came in atomic context, where
	// dma_fence_begin_signalling returns at once and annotates nothing
	// (in_atomic() in drivers/dma-buf/dma-fence.c).
	Atomic int `json:"atomic,omitempty"`
}

// check says what is wrong with h, or "".
func (h Hit) check() string {
	switch {
	case !h.Probe.known():
		return fmt.Sprintf("unknown probe %.40q", string(h.Probe))
	case !IsCaller(h.Caller):
		return fmt.Sprintf("%.40q is no place in a function", h.Caller)
	case h.Count < 1 || h.Count > maxCount || h.Atomic < 0 || h.Atomic > h.Count:
		return fmt.Sprintf("%d hits, %d of them atomic", h.Count, h.Atomic)
	}
	return ""
}

// IsCaller reports whether s has the form symbol+0xoffset, with nothing but
// what compilers put into symbols.
func IsCaller(s string) bool {
	symbol, offset, ok := strings.Cut(s, "+0x")
	if !ok || len(s) > MaxCaller || symbol == "" || offset == "" {
		return false
	}
	return strings.Trim(offset, "0123456789abcdef") == "" && !strings.ContainsFunc(symbol, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '.' && r != '$'
	})
}

// Priming is what /proc/lockdep said of the locking rules that the kernel
// teaches lockdep at boot (dma_resv_lockdep in drivers/dma-buf/dma-resv.c).
// Without them lockdep cannot see that a fence waits for memory.
type Priming struct {
	Checked bool     `json:"checked"`           // false: the file could not be read or holds no dependencies
	Missing []string `json:"missing,omitempty"` // rules that lockdep does not know: "fs_reclaim -> dma_fence_map"
}

// check says what is wrong with p, or "".
func (p Priming) check() string {
	if len(p.Missing) > MaxMissing {
		return fmt.Sprintf("%d missing edges, more than %d", len(p.Missing), MaxMissing)
	}
	for _, edge := range p.Missing {
		if len(edge) > MaxEdge || strings.ContainsFunc(edge, func(r rune) bool { return r < ' ' || r > '~' }) {
			return "a missing edge that is no line of words"
		}
	}
	return ""
}

// checkHits says what is wrong with the hits of an event, or "".
func checkHits(hits []Hit) string {
	if len(hits) > MaxHits {
		return fmt.Sprintf("%d hits, more than %d", len(hits), MaxHits)
	}
	for i, h := range hits {
		if why := h.check(); why != "" {
			return fmt.Sprintf("hit %d: %s", i, why)
		}
	}
	return ""
}
