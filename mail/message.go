// SPDX-License-Identifier: MIT

package mail

import "time"

// A Message is one mail after transport decoding: header fields unfolded and
// decoded, body as UTF-8 text with LF line ends.
type Message struct {
	ID         string    // Message-ID without angle brackets; empty when the mail has none
	InReplyTo  string    // first In-Reply-To id; empty when absent
	References []string  // all ids of References, oldest first
	From       Address   // first address of From
	To, Cc     []Address // recipients as written
	Date       time.Time // Date field; zero when absent or unreadable
	Subject    string    // unfolded and decoded
	ListID     string    // List-Id without angle brackets
	Body       string    // the text that can hold a patch: text/plain parts, then text/x-patch parts
}

// An Address is a mailbox: display name and addr-spec.
type Address struct {
	Name string
	Addr string
}
