// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"fmt"
	"strings"
)

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
	Message string `json:"message"`          // one line of printable characters
	Option  string `json:"option,omitempty"` // "-Wunused-variable", "-Werror=format"
}

// A Kind is the weight of a diagnostic.
type Kind string

// Kinds of diagnostics.
const (
	Error   Kind = "error"
	Warning Kind = "warning"
)

// String gives the diagnostic as a compiler prints it.
func (d Diagnostic) String() string {
	var b strings.Builder
	if d.File != "" {
		b.WriteString(d.File + ":")
		for _, n := range []int{d.Line, d.Column} {
			if n > 0 {
				fmt.Fprintf(&b, "%d:", n)
			}
		}
		b.WriteByte(' ')
	}
	fmt.Fprintf(&b, "%s: %s", d.Kind, d.Message)
	if d.Option != "" {
		fmt.Fprintf(&b, " [%s]", d.Option)
	}
	return b.String()
}

// NewWarnings gives the warnings of patched that base does not have. Lines and
// columns do not count, because a patch moves them; a warning that is there
// twice where the base has it once is new once.
func NewWarnings(base, patched []Diagnostic) []Diagnostic {
	type key struct{ file, message, option string }
	known := map[key]int{}
	for _, d := range base {
		if d.Kind == Warning {
			known[key{d.File, d.Message, d.Option}]++
		}
	}
	var fresh []Diagnostic
	for _, d := range patched {
		k := key{d.File, d.Message, d.Option}
		if d.Kind != Warning {
			continue
		}
		if known[k] > 0 {
			known[k]--
			continue
		}
		fresh = append(fresh, d)
	}
	return fresh
}

// A ConfigError lists the symbols of our fragments that are not in the final
// .config as asked for: gone from this tree, or with a new dependency.
type ConfigError struct {
	Symbols []string // "CONFIG_DRM_VKMS=y", "# CONFIG_NET is not set"
}

func (e *ConfigError) Error() string {
	return "configure kernel: did not stick: " + strings.Join(e.Symbols, ", ")
}

// A ResourceError is a build that ended because this host, or a limit of the
// sandbox, gave it too little. It says nothing about the kernel.
type ResourceError struct {
	What string // "disk space", "memory", "processes", "file size"
	Line string // what the tool said
}

func (e *ResourceError) Error() string {
	return fmt.Sprintf("build kernel: out of %s: %s", e.What, e.Line)
}
