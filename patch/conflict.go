// SPDX-License-Identifier: MIT

package patch

import "fmt"

// A ConflictError says which hunk of a series does not fit its base. It is
// news for the author of the series, never a failure of ours.
type ConflictError struct {
	Patch    int      `json:"patch"`    // 1-based number in the series
	File     string   `json:"file"`     // path on the side of the base
	Hunk     int      `json:"hunk"`     // 1-based within the file; 0 when the whole file is at fault
	Reason   string   `json:"reason"`   // one line: "context does not match", "file does not exist" ...
	Expected []string `json:"expected"` // lines the hunk wants to see
	Found    []string `json:"found"`    // lines that are there instead
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("patch %d: %s: hunk %d: %s", e.Patch, e.File, e.Hunk, e.Reason)
}
