// SPDX-License-Identifier: MIT

package mail

import "time"

// A Message is one mail after transport decoding: header fields unfolded and
// decoded, body as UTF-8 text with LF line ends. A CR that was hidden from the
// transport by base64 or quoted-printable stays.
type Message struct {
	ID         string    // Message-ID without angle brackets; empty when the mail has none
	InReplyTo  string    // first In-Reply-To id; empty when absent
	References []string  // all ids of References, oldest first, without duplicates
	From       Address   // first address of From
	To, Cc     []Address // recipients as written
	Date       time.Time // Date field; zero when absent or unreadable
	Subject    string    // unfolded and decoded
	ListID     string    // List-Id without angle brackets
	Body       string    // the text that can hold a patch: text/plain parts, then text/x-patch parts

	// Raw is Body before its conversion to UTF-8. A diff must be cut from here:
	// git never converts it, because the files of a tree have no charset.
	Raw string

	NoEOL  bool   // the mail ends in the middle of a line, as a download that stopped does
	Flowed bool   // a text part is format=flowed (RFC 3676) and was joined again
	Damage string // why the body may not be whole, in words; empty when nothing was noticed
}

// An Address is a mailbox: display name and addr-spec.
type Address struct {
	Name string
	Addr string
}

// String returns the mailbox the way git shows an author. It is not quoted for
// use in a header field.
func (a Address) String() string {
	if a.Name == "" {
		return a.Addr
	}
	return a.Name + " <" + a.Addr + ">"
}
