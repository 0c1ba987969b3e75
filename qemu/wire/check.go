// SPDX-License-Identifier: MIT

package wire

import (
	"cmp"
	"fmt"
	"math"
	"strings"
)

// Limits of what a line may hold.
const (
	MaxJobs = 1 << 16 // jobs in a plan; all of IGT has about 20,000 subtests
	MaxName = 512     // bytes of a job's name, a binary, a subtest, a driver, a kernel release
	MaxText = 8 << 10 // bytes of Event.Text; six times that as escaped JSON still fits a line
	maxTime = 1e7     // seconds, about four months: more is a lie
	maxExit = 1 << 16 // exit statuses are 8 bits, signals are sent as 128+n
)

// checkPlan reports what is wrong with p as a *LineError.
func checkPlan(p Plan) error {
	if len(p.Jobs) > MaxJobs {
		return &LineError{Why: fmt.Sprintf("%d jobs, more than %d", len(p.Jobs), MaxJobs)}
	}
	if p.TestSeconds < 0 || p.TestSeconds > maxTime {
		return &LineError{Why: fmt.Sprintf("test_seconds %d", p.TestSeconds)}
	}
	for i, j := range p.Jobs {
		if why := j.check(); why != "" {
			return &LineError{Why: fmt.Sprintf("job %d: %s", i, why)}
		}
	}
	return nil
}

// check says what is wrong with j. A binary is a file name in the guest: it
// has no slash and does not start with a dot or a dash.
func (j Job) check() string {
	switch {
	case j.Binary == "":
		return "no binary"
	case strings.ContainsAny(j.Binary, "/\x00") || strings.HasPrefix(j.Binary, ".") || strings.HasPrefix(j.Binary, "-"):
		return "binary is no file name"
	case len(j.Binary) > MaxName || len(j.Subtest) > MaxName || len(j.Driver) > MaxName:
		return "name too long"
	case strings.ContainsAny(j.Subtest+j.Driver, "\x00\n"):
		return "control character in a name"
	}
	return ""
}

// checkEvent reports what is wrong with ev as a *LineError.
func checkEvent(ev Event) error {
	switch {
	case !ev.Kind.known():
		return &LineError{Why: fmt.Sprintf("unknown kind %.40q", string(ev.Kind))}
	case ev.Index < 0 || ev.Index >= MaxJobs:
		return &LineError{Why: fmt.Sprintf("index %d", ev.Index)}
	case !ev.Result.known() && (ev.Result != "" || ev.Kind == End):
		return &LineError{Why: fmt.Sprintf("unknown result %.40q", string(ev.Result))}
	case ev.Exit < -1 || ev.Exit > maxExit:
		return &LineError{Why: fmt.Sprintf("exit %d", ev.Exit)}
	case !plausible(ev.Seconds) || !plausible(ev.Uptime):
		return &LineError{Why: "a time that cannot be"}
	case len(ev.Name) > 2*MaxName+1 || len(ev.Kernel) > MaxName:
		return &LineError{Why: "name too long"}
	}
	if why := cmp.Or(ev.Priming.check(), checkHits(ev.Hits)); why != "" {
		return &LineError{Why: why}
	}
	return nil
}

// plausible reports whether s can be a number of seconds. NaN cannot: it
// compares false with everything.
func plausible(s float64) bool { return s >= 0 && s <= maxTime && !math.IsInf(s, 0) }

// known reports whether a guest may send k.
func (k Kind) known() bool {
	switch k {
	case Ready, Primed, Hits, Start, Output, End, Hang, Stopped, Done, Failed:
		return true
	}
	return false
}

// known reports whether a guest may send r, which NotRun is not.
func (r Result) known() bool {
	switch r {
	case Pass, Fail, Skip, Crash, Timeout, Incomplete:
		return true
	}
	return false
}
