// SPDX-License-Identifier: MIT

package patch

import (
	"time"

	"github.com/fencebot/fencebot/mail"
)

// A Series is a set of patches with one version, in apply order.
type Series struct {
	Version    int           // 1 when the subject names none
	Total      int           // the N of n/N; 1 for a single patch
	Title      string        // subject of the cover, or of the first patch, without prefix
	Cover      *mail.Message // nil when there is none
	Patches    []Patch       // by number; a missing number is simply absent
	BaseCommit string        // from base-commit:, empty when not given
	ChangeID   string        // from change-id:, empty when not given
}

// A Patch is one mailed patch, split the way git mailinfo does it.
type Patch struct {
	Number    int    // the n of n/N
	MessageID string // without angle brackets; empty for a file without one
	Subject   string // first line of the commit message, prefix removed
	Author    mail.Address
	Date      time.Time
	Body      string // commit message below the subject, as git am stores it; may be empty
	Diff      string // everything from the first "diff --git" or "---"/"+++" pair on
}
