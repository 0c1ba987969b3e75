// SPDX-License-Identifier: MIT

package wire_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
)

func TestName(t *testing.T) {
	t.Parallel()
	for want, job := range map[string]wire.Job{
		"kms_vblank@query-idle": {Binary: "kms_vblank", Subtest: "query-idle"},
		"syncobj_basic":         {Binary: "syncobj_basic"},
	} {
		if got := job.Name(); got != want {
			t.Errorf("%+v.Name() = %q; want %q", job, got, want)
		}
	}
}

func TestPlanRoundTrip(t *testing.T) {
	t.Parallel()
	many := make([]wire.Job, 1001)
	for i := range many {
		many[i] = wire.Job{Binary: "kms_flip", Subtest: strings.Repeat("x", i%wire.MaxName), Driver: "vkms", IGT: true}
	}
	for name, plan := range map[string]wire.Plan{
		"no jobs":   {TestSeconds: 5},
		"one job":   {Jobs: []wire.Job{{Binary: "fence_vgem", Subtest: "create"}}, StopOnDead: true},
		"many jobs": {Jobs: many, TestSeconds: 60},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var buf bytes.Buffer
			if err := wire.NewEncoder(&buf).Plan(plan); err != nil {
				t.Fatal(err)
			}
			for line := range bytes.Lines(buf.Bytes()) {
				if len(line) > wire.MaxLine {
					t.Errorf("a line of %d bytes", len(line))
				}
			}
			got, err := wire.NewDecoder(&buf).Plan()
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, plan) {
				t.Errorf("Plan() = %+v; want %+v", got, plan)
			}
		})
	}
}

func TestPlanRefused(t *testing.T) {
	t.Parallel()
	for name, plan := range map[string]wire.Plan{
		"no binary":        {Jobs: []wire.Job{{Subtest: "x"}}},
		"path":             {Jobs: []wire.Job{{Binary: "../sh"}}},
		"dot":              {Jobs: []wire.Job{{Binary: ".."}}},
		"flag":             {Jobs: []wire.Job{{Binary: "-x"}}},
		"long":             {Jobs: []wire.Job{{Binary: "a", Subtest: strings.Repeat("x", wire.MaxName+1)}}},
		"newline":          {Jobs: []wire.Job{{Binary: "a", Subtest: "x\ny"}}},
		"negative seconds": {TestSeconds: -1},
		"too many":         {Jobs: make([]wire.Job, wire.MaxJobs+1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var buf bytes.Buffer
			err := wire.NewEncoder(&buf).Plan(plan)
			if _, ok := errors.AsType[*wire.LineError](err); !ok || buf.Len() != 0 {
				t.Errorf("Plan(%s) = %v with %d bytes written; want a *LineError and nothing", name, err, buf.Len())
			}
		})
	}
}

func TestHalfPlan(t *testing.T) {
	t.Parallel()
	in := `{"jobs":[{"binary":"a","subtest":"b"}],"more":true}` + "\n"
	if _, err := wire.NewDecoder(strings.NewReader(in)).Plan(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Plan() = %v; want %v", err, io.ErrUnexpectedEOF)
	}
}

// A bad line costs itself only: the event after it must come through.
func TestEventRefused(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"no json":            "hello",
		"binary":             "\x00\xff\xfe",
		"array":              "[]",
		"unknown kind":       `{"kind":"root"}`,
		"no kind":            `{}`,
		"negative index":     `{"kind":"start","index":-1}`,
		"huge index":         `{"kind":"start","index":70000}`,
		"index overflow":     `{"kind":"start","index":99999999999999999999}`,
		"index of a string":  `{"kind":"start","index":"1"}`,
		"NaN":                `{"kind":"end","result":"pass","seconds":NaN}`,
		"infinite":           `{"kind":"end","result":"pass","seconds":1e999}`,
		"negative time":      `{"kind":"end","result":"pass","seconds":-1}`,
		"years":              `{"kind":"ready","uptime":1e300}`,
		"end without result": `{"kind":"end"}`,
		"notrun by a guest":  `{"kind":"end","result":"notrun"}`,
		"unknown result":     `{"kind":"end","result":"fine"}`,
		"exit":               `{"kind":"end","result":"pass","exit":1000000}`,
		"long name":          `{"kind":"start","name":"` + strings.Repeat("x", 2000) + `"}`,
		"too long":           `{"kind":"output","text":"` + strings.Repeat("x", 3*wire.MaxLine) + `"}`,
		"deep":               strings.Repeat("[", 20000),
		"hit of nothing":     `{"kind":"hits","hits":[{}]}`,
		"unknown probe":      `{"kind":"hits","hits":[{"probe":"x","caller":"f+0x1","count":1}]}`,
		"caller by address":  `{"kind":"hits","hits":[{"probe":"begin","caller":"0xffffffff81298e33","count":1}]}`,
		"caller with markup": `{"kind":"hits","hits":[{"probe":"begin","caller":"<b>+0x1","count":1}]}`,
		"caller is offset":   `{"kind":"hits","hits":[{"probe":"begin","caller":"+0x1","count":1}]}`,
		"caller's offset":    `{"kind":"hits","hits":[{"probe":"begin","caller":"f+0x","count":1}]}`,
		"long caller":        `{"kind":"hits","hits":[{"probe":"begin","caller":"` + strings.Repeat("x", wire.MaxCaller) + `+0x1","count":1}]}`,
		"no hits":            `{"kind":"hits","hits":[{"probe":"begin","caller":"f+0x1","count":0}]}`,
		"negative hits":      `{"kind":"hits","hits":[{"probe":"begin","caller":"f+0x1","count":-1,"atomic":-2}]}`,
		"more atomic":        `{"kind":"hits","hits":[{"probe":"begin","caller":"f+0x1","count":1,"atomic":2}]}`,
		"too many hits":      `{"kind":"hits","hits":[{}` + strings.Repeat(`,{}`, wire.MaxHits) + `]}`,
		"too many missing":   `{"kind":"primed","priming":{"missing":[""` + strings.Repeat(`,""`, wire.MaxMissing) + `]}}`,
		"long edge":          `{"kind":"primed","priming":{"missing":["` + strings.Repeat("x", wire.MaxEdge+1) + `"]}}`,
		"edge with escapes":  `{"kind":"primed","priming":{"missing":["\u001b[2J"]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := wire.NewDecoder(strings.NewReader(line + "\n\n" + `{"kind":"done","index":7}` + "\n"))
			ev, err := d.Event()
			if _, ok := errors.AsType[*wire.LineError](err); !ok {
				t.Fatalf("Event() = %+v, %v; want a *LineError", ev, err)
			}
			if ev, err = d.Event(); err != nil || ev.Kind != wire.Done || ev.Index != 7 {
				t.Errorf("next Event() = %+v, %v; want done", ev, err)
			}
			if _, err = d.Event(); !errors.Is(err, io.EOF) {
				t.Errorf("last Event() = %v; want %v", err, io.EOF)
			}
		})
	}
}

func TestEventCutOff(t *testing.T) {
	t.Parallel()
	d := wire.NewDecoder(strings.NewReader(`{"kind":"done"`))
	if _, err := d.Event(); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("Event() = %v; want a *LineError", err)
	}
	if _, err := d.Event(); !errors.Is(err, io.EOF) {
		t.Errorf("next Event() = %v; want %v", err, io.EOF)
	}
}

func TestEncoderCutsText(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	text := strings.Repeat("\x01", 100000) // six bytes each in JSON
	if err := wire.NewEncoder(&buf).Event(wire.Event{Kind: wire.Output, Text: text}); err != nil {
		t.Fatal(err)
	}
	ev, err := wire.NewDecoder(&buf).Event()
	if err != nil || len(ev.Text) != wire.MaxText {
		t.Errorf("Event() = %d bytes of text, %v; want %d", len(ev.Text), err, wire.MaxText)
	}
}

// writes counts the calls of Write.
type writes struct {
	bytes.Buffer
	n int
}

func (w *writes) Write(b []byte) (int, error) {
	w.n++
	return w.Buffer.Write(b)
}

func TestEncoderHolds(t *testing.T) {
	t.Parallel()
	var w writes
	e := wire.NewEncoder(&w)
	if _, bad := errors.AsType[*wire.LineError](e.Hold(wire.Event{Kind: "bad"})); !bad {
		t.Error("an event that the Decoder refuses is held")
	}
	for _, err := range []error{
		e.Flush(), e.Hold(wire.Event{Kind: wire.Hits}), e.Hold(wire.Event{Kind: wire.End, Result: wire.Pass}),
		e.Event(wire.Event{Kind: wire.Start}), e.Flush(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if w.n != 1 {
		t.Errorf("%d writes; want one for all events", w.n)
	}
	var got []wire.Kind
	for d := wire.NewDecoder(&w); ; {
		ev, err := d.Event()
		if err != nil {
			break
		}
		got = append(got, ev.Kind)
	}
	if !slices.Equal(got, []wire.Kind{wire.Hits, wire.End, wire.Start}) {
		t.Errorf("events %v; want hits, end, start", got)
	}
}

func TestEncoderRefuses(t *testing.T) {
	t.Parallel()
	for name, ev := range map[string]wire.Event{
		"kind":   {Kind: "x"},
		"result": {Kind: wire.End, Result: wire.NotRun},
		"NaN":    {Kind: wire.End, Result: wire.Pass, Seconds: math.NaN()},
	} {
		if err := wire.NewEncoder(io.Discard).Event(ev); err == nil {
			t.Errorf("%s: Event(%+v) = nil; want an error", name, ev)
		}
	}
}

// A full event on coverage fits a line, whatever its callers are.
func TestFullHitsFitALine(t *testing.T) {
	t.Parallel()
	ev := wire.Event{Kind: wire.Hits, Index: wire.MaxJobs - 1, Name: strings.Repeat("n", wire.MaxName), Text: strings.Repeat("\x01", 100)}
	caller := strings.Repeat("x", wire.MaxCaller-3) + "+0x1"
	for range wire.MaxHits {
		ev.Hits = append(ev.Hits, wire.Hit{Probe: wire.ProbeSignal, Caller: caller[1:], Count: 1e12, Atomic: 1e12})
	}
	var buf bytes.Buffer
	if err := wire.NewEncoder(&buf).Event(ev); err != nil {
		t.Fatal(err)
	}
	if got, err := wire.NewDecoder(&buf).Event(); err != nil || !reflect.DeepEqual(got, ev) {
		t.Errorf("Event() = %d hits, %v; want %d", len(got.Hits), err, len(ev.Hits))
	}
}

// FuzzEvent feeds what a hostile guest may send: every call must return, an
// event that comes through must obey the limits and survive a round trip.
func FuzzEvent(f *testing.F) {
	f.Add([]byte(`{"kind":"ready","index":0,"uptime":1.5,"kernel":"6.12.117","lockdep":{"known":true,"alive":true}}` + "\n"))
	f.Add([]byte(`{"kind":"end","index":3,"name":"a@b","result":"pass","seconds":0.25,"lockdep":{"known":false,"alive":false,"text":"x"}}` + "\nxx\n"))
	f.Add([]byte(`{"kind":"hits","index":3,"hits":[{"probe":"begin","caller":"vkms_vblank_simulate+0x1c","count":5,"atomic":5},{"probe":"wait","caller":"f.isra.0+0x1","count":1}]}` + "\n"))
	f.Add([]byte(`{"kind":"primed","priming":{"checked":true,"missing":["fs_reclaim -> dma_fence_map"]}}` + "\n" + `{"kind":"hits","text":"no kprobes","hits":[{}]}` + "\n"))
	f.Add([]byte("\n\n{\n\xff"))
	f.Fuzz(func(t *testing.T, in []byte) {
		d := wire.NewDecoder(bytes.NewReader(in))
		for range len(in) + 2 {
			ev, err := d.Event()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				continue
			}
			once := decode(t, encode(t, ev)) // empty lists are gone now
			if again := decode(t, encode(t, once)); !reflect.DeepEqual(again, once) {
				t.Fatalf("round trip: %+v, then %+v", once, again)
			}
		}
		t.Fatal("the decoder did not come to an end")
	})
}

// encode returns the line of an event; one that is longer than a line may be
// for its escapes is cut first.
func encode(t *testing.T, ev wire.Event) []byte {
	t.Helper()
	if len(ev.Hits) > 0 {
		ev.Text = ev.Text[:min(len(ev.Text), 1000)]
	}
	var buf bytes.Buffer
	if err := wire.NewEncoder(&buf).Event(ev); err != nil {
		t.Fatalf("encode %+v: %v", ev, err)
	}
	return buf.Bytes()
}

func decode(t *testing.T, line []byte) wire.Event {
	t.Helper()
	ev, err := wire.NewDecoder(bytes.NewReader(line)).Event()
	if err != nil {
		t.Fatalf("decode %s: %v", line, err)
	}
	return ev
}

// FuzzPlan checks that the agent cannot be led outside by a plan.
func FuzzPlan(f *testing.F) {
	f.Add([]byte(`{"jobs":[{"binary":"kms_flip","subtest":"x","driver":"vkms","igt":true}],"test_seconds":3}` + "\n"))
	f.Add([]byte(`{"jobs":[{"binary":"a"}],"more":true}` + "\n" + `{"jobs":[{"binary":"../b"}]}` + "\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		p, err := wire.NewDecoder(bytes.NewReader(in)).Plan()
		if err != nil {
			return
		}
		for _, j := range p.Jobs {
			if j.Binary == "" || strings.ContainsAny(j.Binary, "/\x00") {
				t.Fatalf("binary %q came through", j.Binary)
			}
		}
	})
}

func Example() {
	r, w := io.Pipe()
	go func() {
		fmt.Fprintln(w, "a line the guest's kernel made up")
		_ = wire.NewEncoder(w).Event(wire.Event{Kind: wire.End, Index: 2, Name: "fence_vgem@create", Result: wire.Pass})
		_ = w.Close()
	}()
	for d := wire.NewDecoder(r); ; {
		ev, err := d.Event()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			fmt.Println("skipped:", err)
			continue
		}
		fmt.Println(ev.Kind, ev.Name, ev.Result)
	}
	// Output:
	// skipped: wire: bad line: invalid character 'a' looking for beginning of value: "a line the guest's kernel made up"
	// end fence_vgem@create pass
}
