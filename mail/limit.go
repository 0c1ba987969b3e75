// SPDX-License-Identifier: MIT

package mail

import (
	"cmp"
	"fmt"
)

const (
	maxHeaderBytes = 1 << 20 // header block of one mail; real ones stay below 64 KiB
	maxParts       = 200     // leaves of one MIME tree
	maxDepth       = 10      // nesting of multiparts; git stops at 5
	maxIDs         = 1000    // ids kept of References; longer threads keep the newest
)

// Limits bounds what is read from outside. The zero value has the defaults.
type Limits struct {
	Mailbox int64 // bytes of a whole mailbox; default 100 MB
	Message int64 // bytes of one mail as transported; default 16 MB
	Count   int   // mails in one mailbox; default 10,000
}

// WithDefaults returns l with every zero field set to its default.
func (l Limits) WithDefaults() Limits {
	l.Mailbox = cmp.Or(l.Mailbox, 100_000_000)
	l.Message = cmp.Or(l.Message, 16_000_000)
	l.Count = cmp.Or(l.Count, 10_000)
	return l
}

// A LimitError says which limit an input exceeds and what can be done about it.
type LimitError struct {
	What  string // "mailbox", "mail 3", "header of mail 3"
	Limit int64  // the limit in Unit
	Unit  string // "bytes" or "mails"
	Hint  string // what to do, a whole sentence without dot
}

// Error returns one line: what, the limit, and the way out.
func (e *LimitError) Error() string {
	return fmt.Sprintf("%s is larger than the limit of %d %s: %s", e.What, e.Limit, e.Unit, e.Hint)
}
