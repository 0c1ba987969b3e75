// SPDX-License-Identifier: MIT

package report

import "time"

// Format of the document, for readers and for recognising our own files.
const (
	FormatName    = "report"
	FormatVersion = 1
)

// A Report is the whole answer to one check. It stands alone: whoever has it
// can run the check again.
type Report struct {
	Fencebot Format `json:"fencebot"` // first in the file, so that its first bytes tell what it is
	Verdict
	Series    Series             `json:"series"`
	Base      Base               `json:"base"`
	Date      time.Time          `json:"date"`  // end of the check
	Times     map[string]float64 `json:"times"` // seconds for each stage, and "total"
	Reproduce Reproduce          `json:"reproduce"`
	Error     string             `json:"error,omitempty"` // our own failure, with its causes
}

// Format marks a file as ours.
type Format struct {
	Format  string `json:"format"`  // FormatName
	Version int    `json:"version"` // FormatVersion
	Program string `json:"program"` // version of the program that wrote it
}

// NewFormat returns the mark for a report written by the given version of the program.
func NewFormat(program string) Format {
	return Format{Format: FormatName, Version: FormatVersion, Program: program}
}

// Series is what was tested. For a range of commits there are no mails: the
// addresses and ids are empty then.
type Series struct {
	Title     string    `json:"title"`
	Version   int       `json:"version"`
	Total     int       `json:"total"`
	Subject   string    `json:"subject,omitempty"`    // of the mail that is answered, with its prefix
	MessageID string    `json:"message_id,omitempty"` // of that mail: the cover or the first patch; no angle brackets
	Refs      []string  `json:"references,omitempty"` // what that mail answers itself, oldest first
	Date      string    `json:"date,omitempty"`       // of that mail, for the line above a quotation
	Author    Address   `json:"author"`
	Cc        []Address `json:"cc,omitempty"` // everybody else on the mail
	Patches   []Patch   `json:"patches"`
}

// PatchSubject returns the subject of the patch with the given number, or "".
func (s Series) PatchSubject(n int) string {
	for _, p := range s.Patches {
		if p.Number == n {
			return p.Subject
		}
	}
	return ""
}

// PatchName names a patch in words: number, total and subject. It is "" for
// a number that is not known.
func (s Series) PatchName(n int) string {
	if n <= 0 {
		return ""
	}
	name := "patch " + itoa(n)
	if s.Total > 0 {
		name += "/" + itoa(s.Total)
	}
	if sub := s.PatchSubject(n); sub != "" {
		name += " (\"" + sub + "\")"
	}
	return name
}

// A Patch is one patch of the series and the commit it became.
type Patch struct {
	Number    int    `json:"number"`
	Subject   string `json:"subject"`
	MessageID string `json:"message_id,omitempty"`
	Commit    string `json:"commit,omitempty"`  // empty when it gave none
	Skipped   string `json:"skipped,omitempty"` // why it gave none: its change is there already
}

// An Address is a mailbox.
type Address struct {
	Name string `json:"name"`
	Addr string `json:"addr"`
}

// Base is what the series was applied on.
type Base struct {
	Tree   string `json:"tree"` // name of the registered tree
	Commit string `json:"commit"`
	Why    string `json:"why"` // how it was chosen
}
