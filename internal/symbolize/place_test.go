// SPDX-License-Identifier: MIT

package symbolize

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

func TestFill(t *testing.T) {
	t.Parallel()
	call := lockdep.Frame{Function: "f", Offset: "0x5/0x10", Reliable: true}
	told := lockdep.Frame{Function: "told", Offset: "0x5/0x10", File: "net/x.c", Line: 3}
	hit := lockdep.Frame{Function: "asm_sysvec_apic_timer_interrupt", Offset: "0x1a/0x20"}
	table := Table{
		{Function: "f", Offset: "0x5/0x10"}:              {{"g", "a.h", 7}, {"f", "a.c", 9}},
		{Function: "f", Offset: "0x5/0x10", Exact: true}: {{"f", "a.c", 10}},
		{Function: "told", Offset: "0x5/0x10"}:           {{"told", "wrong.c", 1}},
	}
	inline := lockdep.Frame{Function: "g", File: "a.h", Line: 7, Reliable: true, Inlined: true}
	at := func(f lockdep.Frame, line int) lockdep.Frame {
		f.File, f.Line = "a.c", line
		return f
	}
	for name, tc := range map[string]struct{ in, want []lockdep.Frame }{
		"inline goes before":     {[]lockdep.Frame{call}, []lockdep.Frame{inline, at(call, 9)}},
		"hit by an interrupt":    {[]lockdep.Frame{hit, call}, []lockdep.Frame{hit, at(call, 10)}},
		"the log has the line":   {[]lockdep.Frame{told}, []lockdep.Frame{told}},
		"not known":              {[]lockdep.Frame{hit}, []lockdep.Frame{hit}},
		"an empty stack stays":   {[]lockdep.Frame{}, []lockdep.Frame{}},
		"a stack that is not is": {nil, nil},
	} {
		s := lockdep.Splat{Trace: tc.in, Edges: []lockdep.Edge{{Stack: tc.in, FromStack: tc.in}}, Chain: []lockdep.Link{{Trace: tc.in}}, Signature: "same"}
		shared := s
		table.Fill(&s)
		for _, got := range [][]lockdep.Frame{s.Trace, s.Edges[0].Stack, s.Edges[0].FromStack, s.Chain[0].Trace} {
			if !slices.Equal(got, tc.want) || (got == nil) != (tc.want == nil) {
				t.Errorf("%s: %+v; want %+v", name, got, tc.want)
			}
		}
		if s.Signature != "same" || !slices.Equal(shared.Edges[0].Stack, tc.in) {
			t.Errorf("%s: Fill changed the signature or a stack that it shares", name)
		}
	}
}

// A stack does not grow without end, whatever the places are.
func TestFillLimit(t *testing.T) {
	t.Parallel()
	f := lockdep.Frame{Function: "f", Offset: "0x5/0x10"}
	places := slices.Repeat([]Place{{"f", "a.c", 1}}, maxInlines)
	s := lockdep.Splat{Trace: slices.Repeat([]lockdep.Frame{f}, 100)}
	Table{{Function: "f", Offset: "0x5/0x10"}: places}.Fill(&s)
	if len(s.Trace) < 100 || len(s.Trace) > maxStack+100 {
		t.Errorf("a stack of 100 frames has %d", len(s.Trace))
	}
}

func TestFrames(t *testing.T) {
	t.Parallel()
	frame := func(fn string) lockdep.Frame { return lockdep.Frame{Function: fn, Offset: "0x1/0x2"} }
	s := lockdep.Splat{
		Trace: []lockdep.Frame{frame("a"), {Function: "inline"}, frame("asm_exc_page_fault"), frame("b"), frame("a")},
		Edges: []lockdep.Edge{{Stack: []lockdep.Frame{frame("c")}}},
		Chain: []lockdep.Link{{Trace: []lockdep.Frame{frame("b")}}},
	}
	got := Frames(s, s)
	want := []Frame{{"a", "0x1/0x2", false}, {"asm_exc_page_fault", "0x1/0x2", false}, {"b", "0x1/0x2", true}, {"c", "0x1/0x2", false}, {"b", "0x1/0x2", false}}
	if !slices.Equal(got, want) {
		t.Errorf("Frames = %v; want %v", got, want)
	}
	s.Trace[3].Reliable, s.Chain[0].Trace[0].Reliable = true, false
	if got := ReliableFrames(s); !slices.Equal(got, want[2:3]) {
		t.Errorf("ReliableFrames = %v; want %v", got, want[2:3])
	}
}

// What a worker says is held against what it was asked and what can be.
func TestReplyIsChecked(t *testing.T) {
	t.Parallel()
	f := Frame{Function: "f", Offset: "0x1/0x2"}
	good := Place{"f", "drivers/gpu/drm/x.c", 7}
	for name, tc := range map[string]struct {
		places []Place
		want   []Place
	}{
		"good":                  {[]Place{good}, []Place{good}},
		"generated inline":      {[]Place{{"g", "../x.h", 1}, good}, []Place{{"g", "", 0}, good}},
		"leaves the tree":       {[]Place{{"f", "../../etc/passwd", 1}}, nil},
		"absolute":              {[]Place{{"f", "/etc/passwd", 1}}, nil},
		"not clean":             {[]Place{{"f", "a/../../b", 1}}, nil},
		"terminal sequence":     {[]Place{{"f", "a\x1b[2J.c", 1}}, nil},
		"name with a line end":  {[]Place{{"f\nCc: x", "a.c", 1}}, nil},
		"no name":               {[]Place{{"", "a.c", 1}}, nil},
		"no line":               {[]Place{{"f", "a.c", 0}}, nil},
		"line of a huge file":   {[]Place{{"f", "a.c", 1 << 40}}, nil},
		"a path without end":    {[]Place{{"f", strings.Repeat("a/", 1000) + "b.c", 1}}, nil},
		"more than any has":     {slices.Repeat([]Place{good}, maxInlines+1), nil},
		"nothing":               {nil, nil},
		"one bad name of three": {[]Place{good, {"g h", "a.c", 1}, good}, nil},
	} {
		got, err := reply{Places: [][]Place{tc.places}}.table([]Frame{f})
		if err != nil || !slices.Equal(got[f], tc.want) {
			t.Errorf("%s: %v, %v; want %v", name, got[f], err, tc.want)
		}
	}
	if _, err := (reply{Places: make([][]Place, 2)}).table([]Frame{f}); err == nil {
		t.Error("two answers to one question")
	}
}

func TestIsObject(t *testing.T) {
	t.Parallel()
	names := map[string]bool{
		"init/main.o": true, "drivers/gpu/drm/vkms/vkms_drv.o": true, "lib/c++.o": true,
		"": false, "init/main.c": false, "/init/main.o": false, "../main.o": false, "a/../../main.o": false,
		"-j9.o": false, "$(shell id).o": false, "a b.o": false, "a;b.o": false, "X=1.o": false, "a\n.o": false, "%.o": false,
	}
	for name, want := range names {
		if IsObject(name) != want {
			t.Errorf("IsObject(%q) = %v", name, !want)
		}
	}
}

// An example is the review of the API: a trusted vmlinux and a console log.
func ExampleTable_Fill() {
	s := lockdep.Splat{Trace: []lockdep.Frame{{Function: "vgem_fence_signal_ioctl", Offset: "0x9c/0x107", Reliable: true}}}
	t := Table{
		{Function: "vgem_fence_signal_ioctl", Offset: "0x9c/0x107"}: {
			{"vgem_fence_remember", "drivers/gpu/drm/vgem/vgem_fence.c", 194},
			{"vgem_fence_signal_ioctl", "drivers/gpu/drm/vgem/vgem_fence.c", 249},
		},
	}
	t.Fill(&s)
	for _, f := range s.Trace {
		fmt.Printf("%s %s:%d %v\n", f.Function, f.File, f.Line, f.Inlined)
	}
	// Output:
	// vgem_fence_remember drivers/gpu/drm/vgem/vgem_fence.c:194 true
	// vgem_fence_signal_ioctl drivers/gpu/drm/vgem/vgem_fence.c:249 false
}

func FuzzReply(f *testing.F) {
	f.Add([]byte(`{"places":[[{"function":"f","file":"a.c","line":1}]]}`))
	f.Add([]byte(`{"places":[[{"function":"f","file":"../a.c","line":-1}]],"objects":["-x.o"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var rep reply
		if json.Unmarshal(data, &rep) != nil {
			return
		}
		frame := Frame{Function: "f", Offset: "0x1/0x2"}
		table, err := rep.table([]Frame{frame})
		if err == nil && !maps.EqualFunc(table, table.clean([]Frame{frame}), slices.Equal[[]Place]) {
			t.Errorf("%v is not clean", table)
		}
	})
}
