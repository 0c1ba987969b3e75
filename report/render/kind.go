// SPDX-License-Identifier: MIT

package render

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/fencebot/fencebot/report"
)

// A Kind is one of the forms a report is written in.
type Kind string

// The forms that end up in files. Terminal text does not.
const (
	KindJSON Kind = "JSON report"
	KindHTML Kind = "HTML report"
	KindMail Kind = "reply mail"
	KindSVG  Kind = "picture"
)

// HeadBytes is how much of a file KindOf needs to see.
const HeadBytes = 4 << 10

// How a page and a mail of ours begin. A version follows.
const (
	htmlHead = "<!doctype html>\n<!-- fencebot report "
	mailHead = "X-Fencebot-Report: "
	svgHead  = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- fencebot report "
)

// KindOf tells from its first bytes, of which HeadBytes are enough, whether a
// file is a report of ours, of whatever version, and in which form. Anything
// else is "": such a file must not be overwritten. So is an empty one.
func KindOf(head []byte) Kind {
	switch {
	case bytes.HasPrefix(head, []byte(htmlHead)):
		return KindHTML
	case bytes.HasPrefix(head, []byte(mailHead)):
		return KindMail
	case bytes.HasPrefix(head, []byte(svgHead)):
		return KindSVG
	case isJSON(head):
		return KindJSON
	}
	return ""
}

// isJSON looks at the first key only: the rest of the file may be missing.
func isJSON(head []byte) bool {
	d := json.NewDecoder(bytes.NewReader(head))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return false
	}
	if t, err := d.Token(); err != nil || t != "fencebot" {
		return false
	}
	var f report.Format
	return d.Decode(&f) == nil && strings.HasPrefix(f.Format, report.FormatName) && f.Version > 0
}
