// SPDX-License-Identifier: MIT

package kernelbuild

// A Result is one build of one commit. A kernel that does not compile is a
// Result with OK false, not an error.
type Result struct {
	OK          bool
	Image       string // path of vmlinux; empty unless OK and an image was asked for
	Config      string // path of the final .config
	Diagnostics []Diagnostic
	Log         string // path of the complete build log
	Objects     int    // number of objects compiled in this build
}

// A Diagnostic is one message of the compiler, the linker or make.
type Diagnostic struct {
	Patch   int    `json:"patch,omitempty"` // the patch that brings it; 0: not known or the base
	Kind    Kind   `json:"kind"`
	File    string `json:"file"` // relative to the source tree; empty for link errors
	Line    int    `json:"line"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
	Option  string `json:"option,omitempty"` // "-Wunused-variable"
}

// A Kind is the weight of a diagnostic.
type Kind string

// Kinds of diagnostics.
const (
	Error   Kind = "error"
	Warning Kind = "warning"
)
