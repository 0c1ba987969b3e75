// SPDX-License-Identifier: MIT

package patch

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
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

	// Damage lists what did not arrive as it was sent. A mail whose subject says
	// n/N but that has no diff is in here and not in Patches.
	Damage []*DamageError
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

	Mail *mail.Message // the mail it came from; nil when there was none
}

// ErrIncomplete reports that patches of a series have not arrived (yet). It is
// what an [*IncompleteError] wraps.
var ErrIncomplete = errors.New("patch: series incomplete")

// An IncompleteError names the patches that are missing.
type IncompleteError struct {
	Title   string
	Total   int
	Missing []int
}

// Error lists the missing patches as n/N.
func (e *IncompleteError) Error() string {
	names := make([]string, 0, len(e.Missing))
	for i, n := range e.Missing {
		if i == 20 {
			names = append(names, fmt.Sprintf("and %d more", len(e.Missing)-i))
			break
		}
		names = append(names, strconv.Itoa(n)+"/"+strconv.Itoa(e.Total))
	}
	return fmt.Sprintf("series %q is incomplete: missing patch %s", e.Title, strings.Join(names, ", "))
}

// Unwrap returns ErrIncomplete.
func (e *IncompleteError) Unwrap() error { return ErrIncomplete }

// Missing returns the numbers of 1..Total that have not arrived, in order.
func (s Series) Missing() []int {
	have := map[int]bool{}
	for _, p := range s.Patches {
		have[p.Number] = true
	}
	var out []int
	for n := 1; n <= s.Total; n++ {
		if !have[n] {
			out = append(out, n)
		}
	}
	return out
}

// Complete reports whether all of 1..Total are there. Surplus numbers ("3/2")
// are patches like any other.
func (s Series) Complete() bool { return len(s.Missing()) == 0 }

// Validate returns what keeps the series from being applied: an
// [*IncompleteError], a [*DamageError] for each broken mail, or all of them
// joined; nil when it is whole.
func (s Series) Validate() error {
	var errs []error
	for _, d := range s.Damage {
		errs = append(errs, d)
	}
	if missing := s.Missing(); len(missing) > 0 {
		errs = append(errs, &IncompleteError{Title: s.Title, Total: s.Total, Missing: missing})
	}
	return errors.Join(errs...)
}

// Date returns the date of the cover, or else of the first patch that has one.
func (s Series) Date() time.Time {
	if s.Cover != nil && !s.Cover.Date.IsZero() {
		return s.Cover.Date
	}
	for _, p := range s.Patches {
		if p.Mail != nil && !p.Mail.Date.IsZero() {
			return p.Mail.Date
		}
	}
	return time.Time{}
}
