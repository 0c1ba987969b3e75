// SPDX-License-Identifier: MIT

package picture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// circle draws a circular dependency: one box for each edge, the new one first.
func circle(s lockdep.Splat) drawing {
	steps := ring(s)
	if len(steps) == 0 {
		return drawing{}
	}
	d := drawing{ring: true, lead: circleLead(len(steps))}
	for i, e := range steps {
		d.boxes = append(d.boxes, edgeBox(s, e, letter(i)))
	}
	d.linkRing()
	d.fold()
	return d
}

func circleLead(n int) string {
	switch n {
	case 1:
		return "A waits for what it holds itself."
	case 2:
		return "A waits for B, and B waits for A. If both run at the same time, neither goes on."
	}
	return "Each waits for the next one, and the last one for A. If all run at the same time, none goes on."
}

// edgeBox draws the code path of an edge: it holds From and waits for To.
func edgeBox(s lockdep.Splat, e step, name string) box {
	b := box{name: name, fresh: e.New}
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
	if e.Context != "" && !e.untold {
		b.title += " (" + e.Context + ")"
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
func taker(s lockdep.Splat, class string) string {
	for _, locks := range [][]lockdep.Lock{s.Held, s.Locks} {
		for _, l := range locks {
			if l.Class == class && l.Function != "" && (l.Task == "" || l.Task == s.Task) {
				return l.Function
			}
		}
	}
	return ""
}

// linkRing says at each box for whom it waits.
func (d *drawing) linkRing() {
	for i, b := range d.boxes {
		next := d.boxes[(i+1)%len(d.boxes)]
		d.links = append(d.links, waitsFor(b.name, next.name))
	}
}

func waitsFor(a, b string) string {
	if a == b {
		return a + " waits for itself"
	}
	return a + " waits for " + b
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
