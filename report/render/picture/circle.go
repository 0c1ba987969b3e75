// SPDX-License-Identifier: MIT

package picture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// circle draws the circle of a report, the path that it caught first, or the one
// that an interrupt stops.
func circle(s lockdep.Splat) drawing {
	steps := ring(s)
	if len(steps) == 0 {
		return drawing{}
	}
	d := drawing{ring: true}
	for _, e := range steps {
		if !e.Interrupt() {
			d.add(edgeBox(s, e))
			continue
		}
		task, irq := interruptBoxes(s, e)
		d.add(task)
		d.add(irq)
		d.links[len(d.links)-2] = fmt.Sprintf("%s cannot go on until %s is done", letter(len(d.boxes)-2), letter(len(d.boxes)-1))
	}
	n := len(d.boxes)
	d.links[n-1] = waitsFor(n-1, 0)
	d.lead = circleLead(n)
	if steps[0].Interrupt() {
		d.lead = irqLead(s, steps[0], n)
	}
	d.fold()
	return d
}

// add appends a box that waits for the next one.
func (d *drawing) add(b box) {
	n := len(d.boxes)
	b.name = letter(n)
	d.boxes = append(d.boxes, b)
	d.links = append(d.links, waitsFor(n, n+1))
}

func waitsFor(i, j int) string {
	if i == j {
		return letter(i) + " waits for itself"
	}
	return letter(i) + " waits for " + letter(j)
}

func circleLead(n int) string {
	switch n {
	case 1:
		return "A takes a lock of a kind that it holds already. If it is the same lock, A waits for itself."
	case 2:
		return "A waits for B, and B waits for A. If both run at the same time, neither goes on."
	}
	return "Each waits for the next one, and the last one for A. If all run at the same time, none goes on."
}

// edgeBox draws the code path of an edge: it holds From and waits for To.
func edgeBox(s lockdep.Splat, e step) box {
	b := box{fresh: e.New}
	holds := row{verb: "holds", lock: e.From, places: where("taken in", e.FromStack, "")}
	waits := row{verb: "waits for", lock: e.To, waits: true, places: where("in", e.Stack, "")}
	switch {
	case e.untold:
		b.title = "the log does not tell who"
	case e.New:
		b.title = caught(s)
		if i := first(e.Stack, s.Function); s.Function != "" && i >= 0 {
			waits.places = where("in", e.Stack, s.Function)
		} else if len(waits.places) == 0 {
			waits.places = where("in", s.Trace, s.Function)
		}
		if len(holds.places) == 0 {
			holds.places = where("taken in", nil, taker(s, e.From))
		}
	default:
		b.title = strings.TrimSpace("seen earlier " + origin(e.Stack))
	}
	if meaning(e.To, true) == "" {
		waits.meaning = shared(e.Context)
	}
	rephrase(&waits, e.Stack)
	b.rows = []row{holds, waits}
	return b
}

// rephrase mends the verb where a lock class is taken without a wait: the one who
// enters the annotated section waits for nobody, and neither does a worker that
// starts its item. In the circle they stand all the same: others wait for the end.
func rephrase(r *row, stack []lockdep.Frame) {
	for _, f := range stack {
		switch {
		case !f.Reliable || f.Function == "lock_acquire" || f.Function == "__lock_acquire":
			continue
		case f.Function == "dma_fence_begin_signalling" && isFence(r.lock):
			r.verb, r.meaning = "then enters", meaning(r.lock, false)
		case f.Function == "process_one_work" && strings.Contains(r.lock, "work"):
			r.verb, r.meaning = "then runs", "a work item"
		}
		return
	}
}

// caught names the task that the report is about.
func caught(s lockdep.Splat) string {
	title := "caught in this report"
	if s.Task != "" {
		title = "task " + s.Task + ", " + title
	}
	return title
}

// taker is the function that took class as the report names it: "at: fn+0x1/0x2".
// The heading names what is being taken before what is held.
func taker(s lockdep.Splat, class string) string {
	for _, locks := range [][]lockdep.Lock{s.Held, s.Locks} {
		for _, l := range slices.Backward(locks) {
			if l.Class == class && l.Function != "" && (l.Task == "" || l.Task == s.Task) {
				return l.Function
			}
		}
	}
	return ""
}

// shared says of a lock that is not simply taken how it is.
func shared(context string) string {
	for word := range strings.SplitSeq(context, ", ") {
		switch word {
		case lockdep.Read, lockdep.RecursiveRead:
			return "as a reader: waits for writers"
		case lockdep.Sync:
			return "waits until nobody holds it any more"
		}
	}
	return ""
}

// fold puts one box in the place of those in the middle of a ring that is too long.
func (d *drawing) fold() {
	extra := len(d.boxes) - maxBoxes
	if extra <= 0 {
		return
	}
	from := len(d.boxes) / 2
	from -= extra / 2
	to := from + extra
	last := d.boxes[to-1].name
	hidden := box{title: fmt.Sprintf("%d more: %s to %s, each waits for the next one", extra, d.boxes[from].name, last)}
	d.boxes = slices.Replace(d.boxes, from, to, hidden)
	d.links = slices.Replace(d.links, from, to, d.links[to-1])
}
