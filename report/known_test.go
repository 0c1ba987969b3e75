// SPDX-License-Identifier: MIT

package report

import (
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/igt"
	"github.com/fencebot/fencebot/report/lockdep"
)

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

// A sleep is an atomic-sleep report of one function.
func sleep(called, function string) lockdep.Splat {
	log := "BUG: sleeping function called from invalid context at " + called + ":321\n" +
		"in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 59, name: vkms\n" +
		"CPU: 0 UID: 0 PID: 59 Comm: vkms Not tainted 6.12.117+ #1\nCall Trace:\n __might_resched+0x1/0x2\n" +
		" __kmalloc_noprof+0x1/0x2\n " + function + "+0x1/0x2\n drm_atomic_commit+0x1/0x2\n drm_ioctl+0x1/0x2\n"
	splats, _ := lockdep.All(strings.NewReader(log), lockdep.Options{})
	return splats[0]
}

// A second sleep in atomic context is a second bug, also in the function of the
// first one, and no damage may hide that.
func TestSleepsStayTwo(t *testing.T) {
	t.Parallel()
	slab, mutex, other := sleep("mm/slab.h", "f"), sleep("kernel/locking/mutex.c", "f"), sleep("mm/slab.h", "g")
	torn := func(s lockdep.Splat) lockdep.Splat {
		s.Corrupted = true
		return s
	}
	nameless := torn(slab)
	nameless.Function, nameless.Signature = "", "garbage"
	check(t, map[string]comparison{
		"the same":              {Evidence{Base: run(boot(slab)), Patched: run(boot(slab))}, Pass, "", 1},
		"another call":          {Evidence{Base: run(boot(slab)), Patched: run(boot(mutex))}, Findings, "atomic-sleep", 0},
		"another function":      {Evidence{Base: run(boot(slab)), Patched: run(boot(other))}, Findings, "atomic-sleep", 0},
		"after the old one":     {Evidence{Base: run(boot(slab)), Patched: run(boot(slab, mutex))}, Findings, "atomic-sleep", 1},
		"before the old one":    {Evidence{Base: run(boot(slab)), Patched: run(boot(mutex, slab))}, Findings, "atomic-sleep", 1},
		"damaged, another call": {Evidence{Base: run(boot(slab)), Patched: run(boot(torn(mutex)))}, Findings, "atomic-sleep", 0},
		"damaged, another one":  {Evidence{Base: run(boot(slab)), Patched: run(boot(torn(other)))}, Findings, "atomic-sleep", 0},
		"damaged, the same":     {Evidence{Base: run(boot(torn(slab))), Patched: run(boot(slab))}, Pass, "", 1},
		"damaged, no function":  {Evidence{Base: run(boot(slab)), Patched: run(boot(nameless))}, Pass, "", 1},
	})
}
