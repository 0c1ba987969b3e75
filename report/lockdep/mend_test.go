// SPDX-License-Identifier: MIT

package lockdep_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

// tear breaks every lock of a log into the pieces that the kernel prints, at the
// places that the bits of cut choose, with a line of another CPU in every gap.
func tear(log string, cut int) string {
	const noise = "hardirqs last  enabled at (14146): [<ffffffff81051918>] handle_softirqs+0x82/0x2ca\n"
	gap := func(bit int) string {
		if cut>>bit&1 == 1 {
			return "\n" + noise
		}
		return ""
	}
	var out strings.Builder
	for line := range strings.SplitAfterSeq(log, "\n") {
		open, shut, at := strings.Index(line, " ("), strings.Index(line, "){"), strings.Index(line, ", at: ")
		if open < 0 || shut < 0 {
			out.WriteString(line)
			continue
		}
		out.WriteString(line[:open] + gap(0) + " (" + gap(1) + line[open+2:shut] + gap(2))
		if at < 0 {
			out.WriteString(line[shut:])
		} else {
			out.WriteString(line[shut:at] + gap(3) + line[at:])
		}
	}
	return out.String()
}

func TestTornLocks(t *testing.T) {
	t.Parallel()
	log := fmt.Sprintf(circular, "vkms")
	want := scan(t, []byte(log))[0]
	for cut := range 16 {
		got := scan(t, []byte(tear(log, cut)))
		if len(got) != 1 {
			t.Fatalf("cut %04b: %d reports; want 1", cut, len(got))
		}
		s := got[0]
		if s.Signature != want.Signature || s.At != want.At || s.Function != want.Function || !slices.Equal(s.Classes, want.Classes) {
			t.Errorf("cut %04b: %s at %s, classes %q, edges %v; want %s at %s, %q, %v in\n%s", cut,
				s.Function, s.At, s.Classes, s.Edges, want.Function, want.At, want.Classes, want.Edges, s.Raw)
		}
	}
}

func TestInversionEdge(t *testing.T) {
	t.Parallel()
	const report = `WARNING: possible irq lock inversion dependency detected
a/1 just changed the state of lock:
ff00000000000001 (&x->changed){+.+.}-{2:2}, at: fn+0x1/0x2
but this lock %s lock in the past:
 (&x->past){-...}-{2:2}

and interrupts could create inverse lock ordering between them.

other info that might help us debug this:
stack backtrace:
Call Trace:
 fn+0x1/0x2
`
	signatures := map[string]bool{}
	for words, want := range map[string][]lockdep.Edge{
		"took another, HARDIRQ-unsafe":       {{From: "&x->changed", To: "&x->past"}, {From: "&x->past", To: "&x->changed", New: true}},
		"was taken by another, HARDIRQ-safe": {{From: "&x->past", To: "&x->changed"}, {From: "&x->changed", To: "&x->past", New: true}},
	} {
		got := scan(t, fmt.Appendf(nil, report, words))
		if len(got) != 1 || !sameEdges(got[0].Edges, want) || got[0].Function != "fn" {
			t.Fatalf("%q: %+v; want the edges %v", words, got, want)
		}
		if e := got[0].Edges; e[0].Interrupt() || !e[1].Interrupt() || e[1].Context != "interrupts, hardirq" {
			t.Errorf("%q: contexts %q and %q; want the second one to be the interrupt", words, e[0].Context, e[1].Context)
		}
		signatures[got[0].Signature] = true
	}
	if len(signatures) != 2 {
		t.Error("a lock that an interrupt takes and one that it may not hold have one signature")
	}
}

func TestSafeUnsafeEdges(t *testing.T) {
	t.Parallel()
	const report = `WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected
a/1 [HC0[0]:SC0[0]:HE0:SE1] is trying to acquire:
ff00000000000001 (&new->fa_lock){.?.+}-{2:2}, at: kill_fasync+0x14b/0x460

and this task is already holding:
ff00000000000002 (&client->buffer_lock){....}-{2:2}, at: pass+0x1/0x2
which would create a new lock dependency:
 (&client->buffer_lock){....}-{2:2} -> (&new->fa_lock){.?.+}-{2:2}

but this new dependency connects a HARDIRQ-irq-safe lock:
 (&dev->event_lock){-.-.}-{2:2}

... which became HARDIRQ-irq-safe at:
  lock_acquire+0x29d/0x740
  input_event+0x7b/0xb0

to a HARDIRQ-irq-unsafe lock:
 (&new->fa_lock){.?.+}-{2:2}

... which became HARDIRQ-irq-unsafe at:
...
  lock_acquire+0x29d/0x740
  fcntl+0x1/0x2

other info that might help us debug this:

Chain exists of:
  &dev->event_lock#2 --> &client->buffer_lock --> &new->fa_lock

2 locks held by a/1:
 #0: ff00000000000003 (&evdev->mutex){+.+.}-{3:3}, at: evdev_write+0x1/0x2
 #1: ff00000000000002 (&client->buffer_lock){....}-{2:2}, at: pass+0x1/0x2

the dependencies between HARDIRQ-irq-safe lock and the holding lock:
-> (&dev->event_lock){-.-.}-{2:2} ops: 1 {
   IN-HARDIRQ-W at:
                    lock_acquire+0x29d/0x740
 }

stack backtrace:
Call Trace:
 dump_stack+0x1/0x2
 kill_fasync+0x14b/0x460
`
	got := scan(t, []byte(report))
	edges := []lockdep.Edge{
		{From: "&client->buffer_lock", To: "&new->fa_lock", New: true},
		{From: "&dev->event_lock", To: "&client->buffer_lock"},
		{From: "&new->fa_lock", To: "&dev->event_lock"},
	}
	if len(got) != 1 || !sameEdges(got[0].Edges, edges) {
		t.Fatalf("got %+v; want one report with the edges %v", got, edges)
	}
	s := got[0]
	if s.Function != "kill_fasync" || s.At != "kill_fasync" || s.Task != "a/1" || len(s.Held) != 2 || len(s.Trace) != 2 {
		t.Errorf("%s at %s by %s, holding %v, trace %v", s.Function, s.At, s.Task, s.Held, s.Trace)
	}
}

// sameEdges compares the classes of edges, not how they came about.
func sameEdges(a, b []lockdep.Edge) bool {
	return slices.EqualFunc(a, b, func(x, y lockdep.Edge) bool { return x.From == y.From && x.To == y.To && x.New == y.New })
}
