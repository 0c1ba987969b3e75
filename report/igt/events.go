// SPDX-License-Identifier: MIT

package igt

import (
	"math"

	"github.com/fencebot/fencebot/qemu/wire"
)

// FromEvents returns one Case for each job of jobs, in their order, from what
// the guest said during the boot with the given number.
//
// Jobs run in order, so an event whose index goes back or leaves the plan is
// dropped. A job that began and has no end is incomplete, or timed out when
// the agent said that it hangs; one that never began was not run.
func FromEvents(boot int, jobs []wire.Job, events []wire.Event) []Case {
	r := reader{cases: make([]Case, len(jobs)), running: -1}
	for i, j := range jobs {
		r.cases[i] = Case{Name: j.Name(), Driver: j.Driver, Result: wire.NotRun, Boot: boot, Job: i, IGT: j.IGT}
	}
	for _, e := range events {
		r.event(e)
	}
	r.flush()
	return r.cases
}

// A reader follows the events of one boot.
type reader struct {
	cases   []Case
	next    int  // lowest index that may still start
	running int  // index of the case that began and has not ended; -1 for none
	alive   bool // what the guest said last of lockdep
	output  []byte
}

func (r *reader) event(e wire.Event) {
	switch e.Kind {
	case wire.Ready:
		r.alive = e.Lockdep.Known && e.Lockdep.Alive
	case wire.Start:
		if e.Index < r.next || e.Index >= len(r.cases) {
			return
		}
		r.flush()
		r.running, r.next = e.Index, e.Index+1
		r.cases[e.Index].Result, r.cases[e.Index].Alive = wire.Incomplete, r.alive
	case wire.Output:
		r.line(e.Text)
	case wire.Hang:
		if r.running >= 0 && e.Index == r.running {
			r.end(wire.Timeout, e.Seconds)
		}
	case wire.End:
		if r.running >= 0 && e.Index == r.running {
			r.end(result(e.Result), e.Seconds)
			r.alive = r.alive && e.Lockdep.Known && e.Lockdep.Alive
		}
	}
}

// end closes the running case. lockdep that is off never comes back within a
// boot, so the caller only ever takes aliveness away.
func (r *reader) end(res wire.Result, seconds float64) {
	c := &r.cases[r.running]
	c.Result, c.Seconds = res, duration(seconds)
	r.flush()
	r.running = -1
}

func (r *reader) line(s string) {
	if r.running >= 0 {
		room := MaxOutput - len(r.output)
		r.output = append(r.output, (s + "\n")[:min(len(s)+1, room)]...)
	}
}

// flush gives the running case its output.
func (r *reader) flush() {
	if r.running >= 0 {
		r.cases[r.running].Output = string(r.output)
	}
	r.output = r.output[:0]
}

// result takes the guest's word only when it is one of those a guest may use.
func result(r wire.Result) wire.Result {
	switch r {
	case wire.Pass, wire.Fail, wire.Skip, wire.Crash, wire.Timeout, wire.Incomplete:
		return r
	}
	return wire.Incomplete
}

// duration keeps a guest's number of seconds within a day.
func duration(s float64) float64 {
	if math.IsNaN(s) || s < 0 {
		return 0
	}
	return min(s, 24*60*60)
}
