// SPDX-License-Identifier: MIT

package qemu

import (
	"time"

	"github.com/fencebot/fencebot/qemu/wire"
)

// Limits on what a guest can make us remember in one boot.
const (
	maxJobOutput = 256 << 10 // bytes of output lines of one job
	maxOutput    = 16 << 20  // of all jobs
	maxAgentText = 512       // of other words of the agent
	lineCost     = 200       // bytes that an output event takes besides its text
	maxHits      = 8 << 20   // of what all events on coverage hold
)

// clockSlack is how much longer than by our clock a job may say it took: we may
// have read its start late.
const clockSlack = time.Second

// A ledger holds what the agent claims against the plan. It takes the events
// of a run in which everything goes in order, and refuses all others: a
// hostile kernel can write any event it likes.
type ledger struct {
	plan    wire.Plan
	events  []wire.Event
	refused int

	ready   bool
	closed  bool      // done, stopped or failed: nothing follows
	current int       // job that runs now, -1 if none does
	last    int       // job that started last, -1 if none did
	began   time.Time // when current started, by our clock
	hung    bool      // current hung: said once, by the guest or by us
	jobCost int       // of the output of current
	cost    int       // of all output
	primed  bool      // the agent said what lockdep knows
	counted bool      // the calls since the last start or end are in
	hitCost int       // of all events on coverage
}

func newLedger(plan wire.Plan) *ledger {
	return &ledger{plan: plan, current: -1, last: -1}
}

// take adds ev, as the host is to see it, and reports whether it fits. Now is
// when it came.
func (l *ledger) take(ev wire.Event, now time.Time) (wire.Event, bool) {
	if l.closed || l.ready == (ev.Kind == wire.Ready) && ev.Kind != wire.Failed {
		l.refused++ // after the end, before the beginning, or ready once more
		return ev, false
	}
	clean := wire.Event{Kind: ev.Kind, Lockdep: ev.Lockdep}
	clean.Lockdep.Text = oneLine(ev.Lockdep.Text, maxAgentText)
	if !l.admit(&clean, ev, now) {
		l.refused++
		return ev, false
	}
	l.events = append(l.events, clean)
	return clean, true
}

// admit fills clean from ev and moves the ledger on, or returns false and
// leaves it as it was.
func (l *ledger) admit(clean *wire.Event, ev wire.Event, now time.Time) bool {
	switch ev.Kind {
	case wire.Ready:
		l.ready = true
		clean.Uptime, clean.Kernel = ev.Uptime, oneLine(ev.Kernel, maxAgentText)
	case wire.Start:
		if ev.Index <= l.last || ev.Index >= len(l.plan.Jobs) {
			return false
		}
		l.last, l.current, l.began = ev.Index, ev.Index, now
		l.hung, l.jobCost, l.counted = false, 0, false
		l.name(clean, ev.Index)
	case wire.Output:
		return l.output(clean, ev)
	case wire.End, wire.Hang:
		if ev.Index != l.current || ev.Kind == wire.Hang && l.hung {
			return false
		}
		l.name(clean, ev.Index)
		clean.Result, clean.Exit = ev.Result, ev.Exit
		clean.Seconds = min(ev.Seconds, (now.Sub(l.began) + clockSlack).Seconds())
		clean.Text = oneLine(ev.Text, maxAgentText)
		l.hung = true
		if ev.Kind == wire.End {
			l.current, l.counted = -1, false
		}
	case wire.Primed, wire.Hits:
		return l.coverage(clean, ev)
	case wire.Stopped:
		if !l.plan.StopOnDead || l.last < 0 {
			return false
		}
		l.closed = true
		l.name(clean, l.last)
	case wire.Done:
		l.closed = true
	case wire.Failed:
		l.closed = true
		clean.Text = oneLine(ev.Text, maxAgentText)
	default:
		return false
	}
	return true
}

// output takes a line of the running test while there is room for it.
func (l *ledger) output(clean *wire.Event, ev wire.Event) bool {
	cost := len(ev.Text) + lineCost
	if ev.Index != l.current || l.jobCost+cost > maxJobOutput || l.cost+cost > maxOutput {
		return false
	}
	l.jobCost += cost
	l.cost += cost
	l.name(clean, ev.Index)
	clean.Text = ev.Text
	return true
}

// coverage takes what the agent says of lockdep's rules, once and before the
// first test, and of calls: of the boot before the first test, of a test once
// while it runs and once after it.
func (l *ledger) coverage(clean *wire.Event, ev wire.Event) bool {
	clean.Text = oneLine(ev.Text, maxAgentText)
	if ev.Kind == wire.Primed {
		if l.primed || l.last >= 0 {
			return false
		}
		l.primed = true
		clean.Priming = ev.Priming
		return true
	}
	cost := lineCost
	for _, h := range ev.Hits {
		cost += lineCost + len(h.Caller)
	}
	if l.counted || ev.Index != max(l.last, 0) || l.hitCost+cost > maxHits {
		return false
	}
	l.counted = true
	l.hitCost += cost
	clean.Hits = ev.Hits
	if l.last >= 0 {
		l.name(clean, l.last)
	}
	return true
}

// name sets the job that ev is about, from the plan.
func (l *ledger) name(ev *wire.Event, index int) {
	ev.Index = index
	ev.Name = l.plan.Jobs[index].Name()
}

// hang adds a hang of the running job that the host saw, not the guest.
func (l *ledger) hang(why string) {
	if l.current < 0 || l.hung {
		return
	}
	l.hung = true
	ev := wire.Event{Kind: wire.Hang, Text: why}
	l.name(&ev, l.current)
	l.events = append(l.events, ev)
}

// running returns the name of the job that runs, or "" if none does.
func (l *ledger) running() string {
	if l.current < 0 {
		return ""
	}
	return l.plan.Jobs[l.current].Name()
}
