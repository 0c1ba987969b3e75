// SPDX-License-Identifier: MIT

package patch

import (
	"fmt"
	"slices"
)

// A ConflictError says which hunk of a series does not fit its base. It is
// news for the author of the series, never a failure of ours.
type ConflictError struct {
	Patch    int      `json:"patch"`    // 1-based number in the series
	File     string   `json:"file"`     // path on the side of the base
	Hunk     int      `json:"hunk"`     // 1-based within the file; 0 when the whole file is at fault
	Reason   string   `json:"reason"`   // one line: "context does not match", "file does not exist" ...
	Expected []string `json:"expected"` // lines the hunk wants to see
	Found    []string `json:"found"`    // lines that are there instead

	others []*ConflictError // of further files of the same patch
}

func (e *ConflictError) Error() string {
	if e.Hunk == 0 {
		return fmt.Sprintf("patch %d: %s: %s", e.Patch, e.File, e.Reason)
	}
	return fmt.Sprintf("patch %d: %s: hunk %d: %s", e.Patch, e.File, e.Hunk, e.Reason)
}

// and completes the conflict c of another file and adds it to e, which may be
// nil.
func (e *ConflictError) and(c *ConflictError, number int, file string) *ConflictError {
	c.Patch = number
	if c.File == "" {
		c.File = file
	}
	if e == nil {
		return c
	}
	e.others = append(e.others, c)
	return e
}

// In returns the conflict in one of these files, which are those that a 3-way
// merge could not settle either; e itself when none is in them.
func (e *ConflictError) In(files []string) *ConflictError {
	if slices.Contains(files, e.File) {
		return e
	}
	for _, c := range e.others {
		if slices.Contains(files, c.File) {
			return c
		}
	}
	return e
}
