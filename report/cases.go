// SPDX-License-Identifier: MIT

package report

import (
	"fmt"

	"github.com/fencebot/fencebot/report/igt"
)

// A Row is one subtest on both kernels.
type Row struct {
	Name    string  `json:"name"`
	Driver  string  `json:"driver,omitempty"`
	Base    string  `json:"base"`    // result; "" when the base's plan lacks it
	Patched string  `json:"patched"` // result; "" when it lacks it
	Seconds float64 `json:"seconds"` // on the patched kernel
	Alive   bool    `json:"alive"`   // lockdep was alive when it began on the patched kernel

	// Expected is what lists of known failures say of the result: "fine",
	// "known", "changed", "improvement", "flaky", "new-failure", "not-tested";
	// empty without lists.
	Expected string `json:"expected,omitempty"`

	Retries []string `json:"retries,omitempty"` // results of running it again, because it failed
	Flaky   bool     `json:"flaky,omitempty"`   // it passed in one of them
}

// Changed reports whether a subtest ran on both kernels and ended differently.
// It is news, and no verdict. What lists know to fail or to flake is no news,
// nor is what passed when it ran again.
func (r Row) Changed() bool {
	if r.Expected == "known" || r.Expected == "flaky" || r.Flaky {
		return false
	}
	ran := func(s string) bool { return s != "" && s != "notrun" }
	return r.Base != r.Patched && ran(r.Base) && ran(r.Patched)
}

// rows joins the cases of both runs, in the order of the patched one.
func rows(base, patched Run) []Row {
	at := map[string]int{}
	out := []Row{}
	row := func(c igt.Case) *Row {
		i, ok := at[c.Key()]
		if !ok {
			i = len(out)
			at[c.Key()] = i
			out = append(out, Row{Name: c.Name, Driver: c.Driver})
		}
		return &out[i]
	}
	for _, c := range patched.Cases {
		if c.Retry {
			continue
		}
		if r := row(c); r.Patched == "" || c.Started() {
			r.Patched, r.Seconds, r.Alive = string(c.Result), c.Seconds, c.Alive
		}
	}
	for _, c := range base.Cases {
		if r := row(c); r.Base == "" || c.Started() {
			r.Base = string(c.Result)
		}
	}
	retried(out, at, patched)
	return out
}

// notRun counts the tests that the patched kernel never began.
func notRun(rows []Row) int {
	n := 0
	for _, r := range rows {
		if r.Patched == "" || r.Patched == "notrun" {
			n++
		}
	}
	return n
}

// Lockdep says what the absence of a report is worth.
type Lockdep struct {
	Alive  bool   `json:"alive"`            // every test that ran began with lockdep alive, at least one, and lockdep never gave up
	Reason string `json:"reason,omitempty"` // why not
	Ran    int    `json:"ran"`              // tests that began and did not skip
	Tested int    `json:"tested"`           // those of them that began with lockdep alive

	Priming Priming `json:"priming"` // what the kernel taught lockdep about fences at boot
}

// exercise tells what the run of the patched kernel exercised.
func exercise(r Run) Lockdep {
	l := Lockdep{Priming: priming(r)}
	started := 0
	for _, c := range r.Cases {
		if c.Retry {
			continue
		}
		if c.Started() {
			started++
		}
		if c.Exercised() {
			l.Ran++
			if c.Alive {
				l.Tested++
			}
		}
	}
	switch gaveUp := lockdepGaveUp(r); {
	case gaveUp != "":
		l.Reason = "lockdep gave up: " + gaveUp
		l.Tested = 0
	case len(r.Boots) == 0:
		l.Reason = "the patched kernel was not started"
	case started == 0:
		l.Reason = "no test ran"
	case l.Ran == 0:
		l.Reason = fmt.Sprintf("every test skipped (%d)", started) + skipWords(r.Cases)
	case l.Tested == 0:
		l.Reason = deadReason(r)
	case l.Tested < l.Ran:
		l.Reason = fmt.Sprintf("%d of %d tests began with lockdep off", l.Ran-l.Tested, l.Ran)
	default:
		l.Alive = true
	}
	return l
}

// lockdepGaveUp returns the title of the report that ended checking for good,
// and what to do about it, or "".
func lockdepGaveUp(r Run) string {
	for _, b := range r.Boots {
		for _, s := range b.Splats {
			if !exhausted(s) {
				continue
			}
			if remedy := s.Remedy(); remedy != "" {
				return clip(s.Title, maxTitle) + "; " + remedy
			}
			return clip(s.Title, maxTitle)
		}
	}
	return ""
}

// gaveUpNote says whose doing it is that lockdep gave up on one kernel.
func gaveUpNote(base, patched Run) string {
	switch onBase, here := lockdepGaveUp(base), lockdepGaveUp(patched); {
	case onBase == "" && here != "" && len(base.Boots) > 0:
		return "lockdep does not give up on the base: the series brings too many lock classes, dependencies or held locks"
	case onBase != "" && here == "":
		return "lockdep gave up on the base (" + onBase + "): what is older than the series may count as new"
	case onBase != "":
		return "lockdep gives up on the base, too"
	}
	return ""
}

func deadReason(r Run) string {
	for _, b := range r.Boots {
		if b.Ready && !b.Lockdep.Known {
			return "the state of lockdep is not known: " + clip(b.Lockdep.Text, maxTitle)
		}
		if b.Ready && !b.Lockdep.Alive && len(b.Splats) > 0 {
			return "lockdep was off before the first test, after: " + clip(b.Splats[0].Title, maxTitle)
		}
	}
	return "lockdep was off before the first test"
}
