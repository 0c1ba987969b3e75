// SPDX-License-Identifier: MIT

package lockdep

// A Splat is one report of the kernel in a console log.
type Splat struct {
	Family    Family   `json:"family"`
	Title     string   `json:"title"`    // "possible circular locking dependency detected in vkms_crtc_atomic_begin"
	Function  string   `json:"function"` // first frame that is no helper
	At        string   `json:"at"`       // place of the lock as the report names it
	Line      int      `json:"line"`     // 1-based line of the log where the report begins
	Classes   []string `json:"classes"`  // lock classes in canonical names, in order of appearance
	Edges     []Edge   `json:"edges"`
	Task      string   `json:"task"`
	Subtest   string   `json:"subtest"`   // from the last "[IGT] binary: starting subtest name" before it
	Signature string   `json:"signature"` // equal for the same bug across boots and builds
	Corrupted bool     `json:"corrupted"`
	Raw       string   `json:"raw"` // the whole report, prefixes removed
}

// An Edge says that lock To was taken while From was held.
type Edge struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// A Family is the kind of a report, in the words of docs/families.md.
type Family string
