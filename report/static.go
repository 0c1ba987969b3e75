// SPDX-License-Identifier: MIT

package report

// MaxStatic is how many warnings of the static check a verdict lists.
const MaxStatic = 100

// maxPath is how many functions of a path are named.
const maxPath = 16

// A Static is a call that the dma-fence contract forbids, found by reading the
// source of the series and not by running it: Coccinelle listed the calls, and
// the path from a place that fences wait for was followed. It is news for a
// reader and sets no verdict. Only what the series brings is one.
type Static struct {
	Rule     string   `json:"rule"` // name of a rule of the contract, or "wait-in-signalling"
	File     string   `json:"file"`
	Line     int      `json:"line"`  // of the call, in the author's tree; 0: the line is an overlay's
	Patch    int      `json:"patch"` // that brings it; 0 when it is not known
	Function string   `json:"function"`
	Call     string   `json:"call"`    // "kzalloc(GFP_KERNEL)"; flags are told, other arguments are not
	Section  string   `json:"section"` // why the path counts: a hook, or "dma_fence_begin_signalling()"
	Path     []string `json:"path"`    // functions from the one that begins the section to Function
	Text     string   `json:"text"`    // all of this in a line of words
}

// clipStatic cuts what a tree wrote to the limits of a report.
func clipStatic(all []Static) []Static {
	return clipEach(all, MaxStatic, func(s Static) Static {
		for _, text := range []*string{&s.Rule, &s.File, &s.Function, &s.Call, &s.Section} {
			*text = clip(*text, maxTitle)
		}
		s.Path = clipEach(s.Path, maxPath, func(n string) string { return clip(n, maxTitle) })
		s.Text = clip(s.Text, 4*maxTitle)
		return s
	})
}
