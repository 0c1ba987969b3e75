// SPDX-License-Identifier: MIT

package patch

import "fmt"

// Limits on what a stranger's patch may make us hold in memory. The largest
// files of a kernel tree are generated register headers of about 20 MiB.
const (
	MaxDiffBytes   = 32 << 20  // text of one patch
	MaxFileBytes   = 64 << 20  // one file before or after a patch
	MaxResultBytes = 128 << 20 // all files that one patch writes
	MaxFiles       = 20000     // files in one patch
)

// A RefusedError says that a patch is not looked at any further: it is no diff
// we can read, or it wants something that no kernel series needs. Nothing was
// written. Like a [*ConflictError] it is news for the author, not our failure.
type RefusedError struct {
	Patch  int    // 1-based number in the series
	File   string // path as the patch gives it; empty when no file is at fault
	Reason string // one line
}

func (e *RefusedError) Error() string {
	if e.File == "" {
		return fmt.Sprintf("patch %d: %s", e.Patch, e.Reason)
	}
	return fmt.Sprintf("patch %d: %q: %s", e.Patch, e.File, e.Reason)
}
