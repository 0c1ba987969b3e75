// SPDX-License-Identifier: MIT

package report

// MaxTests is how many tests a Covered names.
const MaxTests = 50

// maxCovered is how many sites a verdict lists; Linux 6.12 with our overlays
// has about 60.
const maxCovered = 500

// A Covered is one call in the patched tree that signals a fence, waits for one
// or annotates the path to a signal, and what the tests made of it. Every call
// of dma_fence_begin_signalling() is listed; the others only where the series
// touches them.
type Covered struct {
	// Site names file, line and function in the author's tree:
	// "drivers/gpu/drm/vkms/vkms_crtc.c:21 vkms_vblank_simulate". What an
	// overlay brings has no line.
	Site string `json:"site"`
	Call string `json:"call"` // function that is called: "dma_fence_begin_signalling"

	Overlay bool `json:"overlay,omitempty"` // brought by an overlay, not by the author's tree
	Touched bool `json:"touched"`           // the series changes the function around it

	Hits int `json:"hits"` // calls while tests ran on the patched kernel
	// AtomicOnly says that all hits came in atomic context, where
	// dma_fence_begin_signalling() returns at once: such a site was reached and
	// checks nothing.
	AtomicOnly bool     `json:"atomic_only"`
	Tests      []string `json:"tests"`             // that reached it, at most MaxTests
	WhyNot     string   `json:"why_not,omitempty"` // in words, for a site without hits
}

// Checked reports whether the annotation was in force at least once.
func (c Covered) Checked() bool { return c.Hits > 0 && !c.AtomicOnly }

// Priming tells whether the kernel taught lockdep the locking rules around
// fences at boot (dma_resv_lockdep() in drivers/dma-buf/dma-resv.c).
type Priming struct {
	Checked bool     `json:"checked"` // false: the guest could not tell
	Missing []string `json:"missing"` // rules that lockdep does not know: "fs_reclaim -> dma_fence_map"
}

// clipCoverage cuts what a guest or a tree wrote to the limits of a report.
func clipCoverage(all []Covered) []Covered {
	return clipEach(all, maxCovered, func(c Covered) Covered {
		c.Site, c.Call, c.WhyNot = clip(c.Site, maxTitle), clip(c.Call, maxTitle), clip(c.WhyNot, maxTitle)
		c.Tests = clipEach(c.Tests, MaxTests, func(t string) string { return clip(t, maxTitle) })
		return c
	})
}

// priming is that of the first boot that could tell.
func priming(r Run) Priming {
	for _, b := range r.Boots {
		if b.Priming.Checked {
			return Priming{true, clipEach(b.Priming.Missing, maxClasses, func(s string) string { return clip(s, maxTitle) })}
		}
	}
	return Priming{Missing: []string{}}
}
