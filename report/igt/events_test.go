// SPDX-License-Identifier: MIT

package igt

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
)

var (
	alive = wire.Lockdep{Known: true, Alive: true}
	dead  = wire.Lockdep{Known: true}
)

func jobs(names ...string) []wire.Job {
	var out []wire.Job
	for _, n := range names {
		out = append(out, wire.Job{Binary: "fence_test", Subtest: n})
	}
	return out
}

func TestFromEvents(t *testing.T) {
	t.Parallel()
	ready := wire.Event{Kind: wire.Ready, Lockdep: alive}
	start := func(i int) wire.Event { return wire.Event{Kind: wire.Start, Index: i} }
	end := func(i int, r wire.Result, l wire.Lockdep) wire.Event {
		return wire.Event{Kind: wire.End, Index: i, Result: r, Seconds: 0.5, Lockdep: l}
	}
	tests := map[string]struct {
		events []wire.Event
		want   []string // result and whether lockdep was alive at the start
	}{
		"nothing":          {nil, []string{"notrun false", "notrun false", "notrun false"}},
		"all pass":         {[]wire.Event{ready, start(0), end(0, wire.Pass, alive), start(1), end(1, wire.Pass, alive), start(2), end(2, wire.Skip, alive)}, []string{"pass true", "pass true", "skip true"}},
		"lockdep dies":     {[]wire.Event{ready, start(0), end(0, wire.Pass, dead), start(1), end(1, wire.Pass, dead)}, []string{"pass true", "pass false", "notrun false"}},
		"lockdep revives":  {[]wire.Event{ready, start(0), end(0, wire.Pass, dead), start(1), end(1, wire.Pass, alive), start(2)}, []string{"pass true", "pass false", "incomplete false"}},
		"lockdep unknown":  {[]wire.Event{{Kind: wire.Ready}, start(0), end(0, wire.Pass, wire.Lockdep{})}, []string{"pass false", "notrun false", "notrun false"}},
		"ends in a test":   {[]wire.Event{ready, start(0)}, []string{"incomplete true", "notrun false", "notrun false"}},
		"hang":             {[]wire.Event{ready, start(0), {Kind: wire.Hang, Index: 0}, start(1), end(1, wire.Pass, alive)}, []string{"timeout true", "pass true", "notrun false"}},
		"a word of ours":   {[]wire.Event{ready, start(0), end(0, wire.NotRun, alive)}, []string{"incomplete true", "notrun false", "notrun false"}},
		"an unknown word":  {[]wire.Event{ready, start(0), end(0, "great", alive)}, []string{"incomplete true", "notrun false", "notrun false"}},
		"end without test": {[]wire.Event{ready, end(1, wire.Pass, alive)}, []string{"notrun false", "notrun false", "notrun false"}},
		"wrong end":        {[]wire.Event{ready, start(0), end(1, wire.Pass, alive)}, []string{"incomplete true", "notrun false", "notrun false"}},
		"out of plan":      {[]wire.Event{ready, start(7), start(-1), end(7, wire.Pass, alive)}, []string{"notrun false", "notrun false", "notrun false"}},
		"back in the plan": {[]wire.Event{ready, start(1), end(1, wire.Fail, alive), start(0), end(0, wire.Pass, alive)}, []string{"notrun false", "fail true", "notrun false"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for i, c := range FromEvents(3, jobs("a", "b", "c"), tt.events) {
				got = append(got, fmt.Sprint(c.Result, " ", c.Alive))
				if c.Boot != 3 || c.Job != i {
					t.Errorf("case %d has boot %d and job %d", i, c.Boot, c.Job)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("FromEvents = %q; want %q", got, tt.want)
			}
		})
	}
}

func TestFromEventsLimits(t *testing.T) {
	t.Parallel()
	events := []wire.Event{{Kind: wire.Start}}
	for range 3 * MaxOutput / 1000 {
		events = append(events, wire.Event{Kind: wire.Output, Text: strings.Repeat("x", 1000)})
	}
	events = append(events, wire.Event{Kind: wire.End, Result: wire.Pass, Seconds: math.NaN()})
	c := FromEvents(0, jobs("a"), events)[0]
	if len(c.Output) > MaxOutput || len(c.Output) < MaxOutput-1 {
		t.Errorf("output has %d bytes; want %d", len(c.Output), MaxOutput)
	}
	if c.Seconds != 0 {
		t.Errorf("NaN seconds became %v", c.Seconds)
	}
	if got := duration(math.Inf(1)); got != 86400 {
		t.Errorf("duration(+Inf) = %v", got)
	}
}

func TestCase(t *testing.T) {
	t.Parallel()
	tests := map[wire.Result][3]bool{ // started, exercised, stuck
		"":              {false, false, false},
		wire.NotRun:     {false, false, false},
		wire.Skip:       {true, false, false},
		wire.Pass:       {true, true, false},
		wire.Timeout:    {true, true, true},
		wire.Incomplete: {true, true, true},
	}
	for res, want := range tests {
		c := Case{Result: res}
		if got := [3]bool{c.Started(), c.Exercised(), c.Stuck()}; got != want {
			t.Errorf("%q: started, exercised, stuck = %v; want %v", res, got, want)
		}
	}
	if got := (Case{Name: "a@b", Driver: "vkms"}).Key(); got != "a@b on vkms" {
		t.Errorf("Key = %q", got)
	}
}

// FuzzFromEvents: whatever a guest says, there is one case for each job, named
// by the plan, and it can be written as JSON.
func FuzzFromEvents(f *testing.F) {
	f.Add([]byte(`[{"kind":"ready","lockdep":{"known":true,"alive":true}},{"kind":"start","index":0},{"kind":"output","text":"x"},{"kind":"end","index":0,"result":"pass"}]`))
	f.Add([]byte(`[{"kind":"start","index":-1},{"kind":"hang","index":99}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var events []wire.Event
		if json.Unmarshal(data, &events) != nil {
			t.Skip()
		}
		plan := jobs("a", "b")
		cases := FromEvents(0, plan, events)
		if len(cases) != len(plan) {
			t.Fatalf("%d cases for %d jobs", len(cases), len(plan))
		}
		for i, c := range cases {
			if c.Name != plan[i].Name() || len(c.Output) > MaxOutput || result(c.Result) != c.Result && c.Result != wire.NotRun {
				t.Errorf("case %d is %+v", i, c)
			}
		}
		if _, err := json.Marshal(cases); err != nil {
			t.Error(err)
		}
	})
}

func ExampleFromEvents() {
	plan := []wire.Job{{Binary: "fence_vgem", Subtest: "signal"}, {Binary: "fence_vgem", Subtest: "wait"}}
	for _, c := range FromEvents(0, plan, []wire.Event{
		{Kind: wire.Ready, Lockdep: wire.Lockdep{Known: true, Alive: true}},
		{Kind: wire.Start, Index: 0},
		{Kind: wire.End, Index: 0, Result: wire.Pass, Seconds: 0.2},
	}) {
		fmt.Println(c.Name, c.Result, c.Alive)
	}
	// Output:
	// fence_vgem@signal pass true
	// fence_vgem@wait notrun false
}
