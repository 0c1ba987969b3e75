// SPDX-License-Identifier: MIT

package qemu

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fencebot/fencebot/qemu/wire"
)

func TestLedger(t *testing.T) {
	t.Parallel()
	const line = `{"kind":"ready"}` + "\n"
	for name, tc := range map[string]struct {
		in      string // events, one a line
		kinds   string // of those that were taken
		refused int
	}{
		"in order":             {line + `{"kind":"start","index":0}` + "\n" + `{"kind":"end","index":0,"result":"pass"}` + "\n" + `{"kind":"done"}`, "ready start end done", 0},
		"before ready":         {`{"kind":"start"}` + "\n" + `{"kind":"done"}` + "\n" + line, "ready", 2},
		"ready twice":          {line + line, "ready", 1},
		"failed before ready":  {`{"kind":"failed"}` + "\n" + line, "failed", 1},
		"index out of plan":    {line + `{"kind":"start","index":3}`, "ready", 1},
		"end without start":    {line + `{"kind":"end","index":1,"result":"pass"}`, "ready", 1},
		"end twice":            {line + `{"kind":"start","index":1}` + "\n" + strings.Repeat(`{"kind":"end","index":1,"result":"pass"}`+"\n", 2), "ready start end", 1},
		"end of another":       {line + `{"kind":"start","index":1}` + "\n" + `{"kind":"end","index":0,"result":"pass"}`, "ready start", 1},
		"start backwards":      {line + `{"kind":"start","index":1}` + "\n" + `{"kind":"start","index":0}`, "ready start", 1},
		"start over a running": {line + `{"kind":"start","index":0}` + "\n" + `{"kind":"start","index":2}`, "ready start start", 0},
		"hang twice":           {line + `{"kind":"start"}` + "\n" + strings.Repeat(`{"kind":"hang"}`+"\n", 2), "ready start hang", 1},
		"hang after the end":   {line + `{"kind":"start"}` + "\n" + `{"kind":"end","result":"pass"}` + "\n" + `{"kind":"hang"}`, "ready start end", 1},
		"end after a hang":     {line + `{"kind":"start"}` + "\n" + `{"kind":"hang"}` + "\n" + `{"kind":"end","result":"timeout"}`, "ready start hang end", 0},
		"output of nothing":    {line + `{"kind":"output","text":"x"}`, "ready", 1},
		"stopped, unasked":     {line + `{"kind":"start"}` + "\n" + `{"kind":"stopped"}`, "ready start", 1},
		"after the end":        {line + `{"kind":"done"}` + "\n" + `{"kind":"start"}` + "\n" + `{"kind":"failed"}`, "ready done", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLedger(wire.Plan{Jobs: jobs("a", "b", "c")})
			feed(l, strings.TrimSuffix(tc.in, "\n")+"\n", time.Unix(0, 0))
			var kinds []string
			for _, ev := range l.events {
				kinds = append(kinds, string(ev.Kind))
			}
			if got := strings.Join(kinds, " "); got != tc.kinds || l.refused != tc.refused {
				t.Errorf("took %q, refused %d; want %q, %d", got, l.refused, tc.kinds, tc.refused)
			}
		})
	}
}

func TestLedgerClamps(t *testing.T) {
	t.Parallel()
	l := newLedger(wire.Plan{Jobs: jobs("a")})
	feed(l, `{"kind":"ready","kernel":"6\u001b[2J\n","lockdep":{"known":true,"alive":true,"text":"\u0000"}}`+"\n", time.Unix(0, 0))
	feed(l, `{"kind":"start","index":0,"name":"evil"}`+"\n", time.Unix(10, 0))
	feed(l, `{"kind":"end","index":0,"name":"evil","result":"pass","seconds":5000}`+"\n", time.Unix(12, 0))
	if k := l.events[0].Kernel; k != "6?[2J" {
		t.Errorf("kernel is %q; want it printable", k)
	}
	if ev := l.events[2]; ev.Seconds != 3 || ev.Name != "a@0" {
		t.Errorf("end is %+v; want the 2 s that passed, the slack, and the plan's name", ev)
	}
}

// feed gives the events of text to l, as readAgent would.
func feed(l *ledger, text string, now time.Time) {
	dec := wire.NewDecoder(strings.NewReader(text))
	for {
		ev, err := dec.Event()
		if _, ok := errors.AsType[*wire.LineError](err); ok {
			continue
		}
		if err != nil {
			return
		}
		l.take(ev, now)
	}
}

// Whatever a guest sends, the results are those of some honest run.
func FuzzLedger(f *testing.F) {
	f.Add(`{"kind":"ready"}` + "\n" + `{"kind":"start","index":1}` + "\n" + `{"kind":"end","index":1,"result":"fail","seconds":1e6}` + "\n")
	f.Add(`{"kind":"ready"}` + "\n" + `{"kind":"start"}` + "\n" + `{"kind":"output","text":"x"}` + "\n" + `{"kind":"hang"}` + "\n" + `{"kind":"done"}` + "\n")
	f.Add(`{"kind":"start","index":-1}` + "\n" + `{"kind":"stopped","index":2}`)
	f.Fuzz(func(t *testing.T, text string) {
		plan := wire.Plan{Jobs: jobs("a", "b", "c"), StopOnDead: true}
		l := newLedger(plan)
		feed(l, text, time.Unix(0, 0))
		last := -1
		for _, r := range jobResults(plan.Jobs, newSchedule(plan.Jobs).left, l.events) {
			if r.Index <= last || r.Index >= len(plan.Jobs) || r.Job != plan.Jobs[r.Index] {
				t.Errorf("result %+v after job %d", r, last)
			}
			if r.Seconds > clockSlack.Seconds() || len(r.Output) > maxJobOutput || r.Result == wire.NotRun {
				t.Errorf("result %+v is none of such a run", r)
			}
			last = r.Index
		}
		ends := map[int]int{}
		for _, ev := range l.events {
			if ev.Kind == wire.End {
				ends[ev.Index]++
			}
			if ends[ev.Index] > 1 {
				t.Errorf("job %d ended twice", ev.Index)
			}
		}
	})
}
