// SPDX-License-Identifier: MIT

package report

import (
	"testing"

	"github.com/fencebot/fencebot/report/igt"
	"github.com/fencebot/fencebot/report/lockdep"
)

func TestSameShape(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		a, b lockdep.Splat
		want bool
	}{
		"equal":            {circular("a", "b"), circular("a", "b"), true},
		"one renamed":      {circular("a", "b"), circular("a", "c"), true},
		"both renamed":     {circular("a", "b"), circular("c", "d"), true},
		"two become one":   {circular("a", "b"), circular("c", "c"), false},
		"one becomes two":  {circular("c", "c"), circular("a", "b"), false},
		"longer circle":    {circular("a", "b"), circular("a", "b", "c"), false},
		"other edges":      {circular("a", "b"), withEdges(circular("a", "b"), lockdep.Edge{From: "a", To: "b"}), false},
		"edges turned":     {withEdges(circular("a", "b"), lockdep.Edge{From: "a", To: "b"}), withEdges(circular("a", "b"), lockdep.Edge{From: "b", To: "a"}), false},
		"no classes":       {lockdep.Splat{}, lockdep.Splat{}, true},
		"classes, no edge": {withEdges(circular("a", "b")), withEdges(circular("x", "y")), true},
	}
	for name, tt := range tests {
		if got := sameShape(tt.a, tt.b); got != tt.want {
			t.Errorf("%s: sameShape = %v; want %v", name, got, tt.want)
		}
	}
}

func withEdges(s lockdep.Splat, edges ...lockdep.Edge) lockdep.Splat {
	s.Edges = edges
	return s
}

func TestSameTrace(t *testing.T) {
	t.Parallel()
	frames := func(names ...string) []lockdep.Frame {
		var out []lockdep.Frame
		for _, n := range names {
			f := lockdep.Frame{Function: n, Reliable: true}
			if n[0] == '?' {
				f = lockdep.Frame{Function: n[1:]}
			}
			out = append(out, f)
		}
		return out
	}
	tests := map[string]struct {
		a, b []lockdep.Frame
		want bool
	}{
		"equal":         {frames("f", "g"), frames("f", "g"), true},
		"question mark": {frames("f", "?x", "g"), frames("f", "g", "?y"), true},
		"other order":   {frames("f", "g"), frames("g", "f"), false},
		"cut":           {frames("f", "g"), frames("f"), false},
		"empty":         {nil, nil, false},
		"only guesses":  {frames("?f"), frames("?f"), false},
	}
	for name, tt := range tests {
		if got := sameTrace(tt.a, tt.b); got != tt.want {
			t.Errorf("%s: sameTrace = %v; want %v", name, got, tt.want)
		}
	}
}

func TestSightings(t *testing.T) {
	t.Parallel()
	null := splat("null-deref", "f", "t")
	folded := splat("warning", "f", "t")
	folded.Also = []lockdep.Family{lockdep.Panic}
	hung := igt.Case{Name: "t", Result: "timeout"}
	tests := map[string]struct {
		boot Boot
		want string // signature of the last one; "" for none
	}{
		"clean":                {boot(), ""},
		"hang":                 {ending(boot(), ExitHang, "60 s"), "test-hang: t"},
		"run too long":         {ending(boot(), ExitTimeout, "600 s"), "test-hang: whole run"},
		"silent":               {ending(boot(), ExitSilent, "60 s"), "guest-silent: t"},
		"panic":                {ending(boot(), ExitPanic, "Oops"), "panic: t"},
		"panic with a reason":  {ending(boot(null), ExitPanic, "Oops"), null.Signature},
		"panic folded in":      {ending(boot(folded), ExitPanic, "Oops"), folded.Signature},
		"panic without words":  {ending(boot(), ExitPanic, ""), "panic: t"},
		"never up":             {notUp(ending(boot(), ExitNoBoot, "60 s")), "guest-silent: boot"},
		"QEMU did not run":     {notUp(ending(boot(), ExitQEMUFailed, "no binary")), ""},
		"hang after something": {ending(boot(null), ExitHang, "60 s"), "test-hang: t"},
	}
	for name, tt := range tests {
		got := sightings(Run{Boots: []Boot{tt.boot}, Cases: []igt.Case{hung}}, tt.boot)
		last := ""
		if len(got) > 0 {
			s := got[len(got)-1]
			last = s.Signature
			if s.Title == "" {
				t.Errorf("%s: no title", name)
			}
		}
		if last != tt.want {
			t.Errorf("%s: last sighting %q; want %q", name, last, tt.want)
		}
	}
	none := ending(boot(), ExitHang, "60 s")
	if got := sightings(Run{Boots: []Boot{none}}, none); got[0].Signature != "test-hang: no test" {
		t.Errorf("a hang between tests is %q", got[0].Signature)
	}
}

func TestSignature(t *testing.T) {
	t.Parallel()
	a, b := lockdep.Splat{Family: "warning", Title: "x", Function: "f"}, lockdep.Splat{Family: "warning", Title: "x", Function: "g"}
	if signature(a) == signature(b) || signature(a) == "" {
		t.Errorf("signatures made up: %q and %q", signature(a), signature(b))
	}
	a.Signature = "s"
	if got := signature(a); got != "s" {
		t.Errorf("signature = %q; want the parser's", got)
	}
}
