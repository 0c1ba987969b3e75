// SPDX-License-Identifier: MIT

package patch

import (
	"errors"
	"fmt"
)

// ErrNoSeries reports mails of which none is a patch.
var ErrNoSeries = errors.New("no patch series in the input")

// Pick returns the series that a check of these mails is about: the only one, or
// the newest of several. The string says what was chosen from what, and is empty
// when there was no choice. Without any series the error wraps [ErrNoSeries] and
// says what the mails are instead. Pick does not validate.
func (t Threads) Pick() (Series, string, error) {
	switch n := len(t.Series); n {
	case 0:
		return Series{}, "", t.whyNone()
	case 1:
		return t.Series[0], "", nil
	default:
		s := t.Series[n-1]
		return s, fmt.Sprintf("took the newest of %d series: v%d of %q with %d patches", n, s.Version, s.Title, s.Total), nil
	}
}

// whyNone says what the mails are when no patch is among them.
func (t Threads) whyNone() error {
	for _, m := range t.Others {
		if sub := ParseSubject(m.Subject); m.Damage == "" && sub.Counted && !sub.Reply && !quotes(m.Body) {
			return fmt.Errorf("%w: %s: %s", ErrNoSeries, mailName(m), reasonEmpty)
		}
		if url := PullURL(m); url != "" {
			return fmt.Errorf("%w: it is a pull request, fetch %s and check the range", ErrNoSeries, url)
		}
		if m.Damage != "" {
			return fmt.Errorf("%w: %s: %s", ErrNoSeries, mailName(m), m.Damage)
		}
	}
	if len(t.Others) == 1 {
		return fmt.Errorf("%w: %s has no diff", ErrNoSeries, mailName(t.Others[0]))
	}
	return fmt.Errorf("%w: %d mails, none with a diff of its own", ErrNoSeries, len(t.Others))
}
