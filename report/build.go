// SPDX-License-Identifier: MIT

package report

import (
	"fmt"
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// A Conflict says which hunk of the series does not fit the base. Its fields
// are those of patch.ConflictError.
type Conflict struct {
	Patch    int      `json:"patch"`
	File     string   `json:"file"`
	Hunk     int      `json:"hunk"` // 1-based within the file; 0 when the whole file is at fault
	Reason   string   `json:"reason"`
	Expected []string `json:"expected"` // lines the hunk wants to see
	Found    []string `json:"found"`    // lines that are there instead
}

// A Build is one build of one prefix of the series.
type Build struct {
	Patch       int          // number of the last patch in it
	OK          bool         // it compiled and linked
	Diagnostics []Diagnostic // what the compiler said that it does not say on the base
	Raw         string       // the lines of the build log that matter when it is not OK
}

// A Diagnostic is one message of the compiler, the linker or make.
type Diagnostic struct {
	Patch   int    `json:"patch,omitempty"` // the patch that brings it; 0: not known
	Kind    string `json:"kind"`            // "error" or "warning"
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
	Option  string `json:"option,omitempty"` // "-Wunused-variable"
}

// String returns the message the way a compiler prints it.
func (d Diagnostic) String() string {
	var b strings.Builder
	if d.File != "" {
		fmt.Fprintf(&b, "%s:%d:", d.File, d.Line)
		if d.Column > 0 {
			fmt.Fprintf(&b, "%d:", d.Column)
		}
		b.WriteByte(' ')
	}
	fmt.Fprintf(&b, "%s: %s", d.Kind, d.Message)
	if d.Option != "" {
		fmt.Fprintf(&b, " [%s]", d.Option)
	}
	return b.String()
}

// buildFindings returns one finding for each patch that brings errors. An
// error that is there already in the prefix before is not a second finding.
func buildFindings(builds []Build) []Finding {
	var out []Finding
	seen := map[string]bool{}
	wasOK := true
	for i, b := range builds {
		if b.OK {
			wasOK = true
			continue
		}
		fresh := freshErrors(b, seen)
		if len(fresh) == 0 && !wasOK {
			continue // the break of an earlier patch, still there
		}
		f := buildFinding(b, fresh)
		for _, later := range builds[i+1:] {
			if later.OK {
				f.MendedBy = later.Patch
				break
			}
		}
		out, wasOK = append(out, f), false
		if len(out) == MaxFindings {
			break
		}
	}
	return out
}

func freshErrors(b Build, seen map[string]bool) []Diagnostic {
	var out []Diagnostic
	for _, d := range b.Diagnostics {
		key := d.File + "\x00" + d.Message
		if d.Kind == "error" && !seen[key] {
			seen[key] = true
			out = append(out, d)
		}
	}
	return out
}

func buildFinding(b Build, errs []Diagnostic) Finding {
	s := lockdep.Splat{Family: FamilyBuild, Title: "the kernel does not build", Raw: b.Raw}
	file := ""
	if len(errs) > 0 {
		s.Title = errs[0].Message
		file, s.Line = clip(errs[0].File, maxTitle), errs[0].Line
	}
	if s.Raw == "" {
		var lines []string
		for _, d := range errs {
			lines = append(lines, d.String())
		}
		s.Raw = strings.Join(lines, "\n")
	}
	s.Signature = fmt.Sprintf("build-error: %s: %s", file, s.Title)
	f := newFinding(s, 0)
	f.File = file
	f.Culprit = Culprit{Patch: b.Patch, Why: "the series builds up to the patch before, and not with this one"}
	if len(errs) > 0 && errs[0].Patch > 0 {
		f.Culprit.Patch = errs[0].Patch
	}
	return f
}
