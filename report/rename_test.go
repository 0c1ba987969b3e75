// SPDX-License-Identifier: MIT

package report

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
		if got := sameShape(tt.a, tt.b, newRenaming()); got != tt.want {
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

// logged is the report of a captured log, in which old and new names alternate.
func logged(t *testing.T, name string, names ...string) lockdep.Splat {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("lockdep", "testdata", "reports", name+".log"))
	if err != nil {
		t.Fatal(err)
	}
	_, log, _ := bytes.Cut(data, []byte("\n\n"))
	text := strings.NewReplacer(names...).Replace(string(log))
	splats, err := lockdep.All(strings.NewReader(text), lockdep.Options{})
	if err != nil || len(splats) == 0 {
		t.Fatalf("%s: %d reports, %v", name, len(splats), err)
	}
	return splats[0]
}

// TestRenames: what a series renames is no new bug, and what only looks like it is
// one.
func TestRenames(t *testing.T) {
	t.Parallel()
	const (
		vgem = "lock-order-in-vgem"
		vkms = "irq-unsafe-lock"
	)
	oneLock := []string{"attached_mutex", "pending_mutex"}
	bothLocks := append([]string{"signalled_mutex", "done_mutex"}, oneLock...)
	function := []string{"vgem_fence_signal_ioctl", "vgem_fence_fire_ioctl"}
	all := append(append([]string{}, bothLocks...), function...)
	order := logged(t, vgem)
	irq := logged(t, vkms)
	later := logged(t, vgem, oneLock...)
	later.Subtest = "another"
	// The first test of a boot that takes the locks gives the stacks: another test
	// gives others, on the base as well.
	elsewhere := later
	elsewhere.Trace = append([]lockdep.Frame{{Function: "vgem_open_ioctl", Reliable: true}}, later.Trace...)
	both := Evidence{Base: run(boot(order)), Patched: run(boot(elsewhere), boot(logged(t, vgem, oneLock...)))}
	uncertain := logged(t, vgem, oneLock...)
	uncertain.Corrupted = true
	holder := splat("hung-task", "vgem_wait", "another")
	holder.Held = []lockdep.Lock{{Class: "&vfile->pending_mutex"}}

	known := func(base, patched []lockdep.Splat) comparison {
		return comparison{Evidence{Base: run(boot(base...)), Patched: run(boot(patched...))}, Pass, "", len(patched)}
	}
	found := func(base, patched []lockdep.Splat, families string, known int) comparison {
		return comparison{Evidence{Base: run(boot(base...)), Patched: run(boot(patched...))}, Findings, families, known}
	}
	type list = []lockdep.Splat
	check(t, map[string]comparison{
		"one lock":                       known(list{order}, list{logged(t, vgem, oneLock...)}),
		"both locks":                     known(list{order}, list{logged(t, vgem, bothLocks...)}),
		"the function":                   known(list{order}, list{logged(t, vgem, function...)}),
		"one lock and the function":      known(list{order}, list{logged(t, vgem, append(function, oneLock...)...)}),
		"all names":                      known(list{order}, list{logged(t, vgem, all...)}),
		"lock of an interrupt":           known(list{irq}, list{logged(t, vkms, "frames_lock", "vblank_lock")}),
		"handler and lock":               known(list{irq}, list{logged(t, vkms, "frames_lock", "vblank_lock", "vkms_vblank_simulate", "vkms_timer")}),
		"the two locks swapped":          known(list{order}, list{logged(t, vgem, "attached_mutex", "signalled_mutex", "signalled_mutex", "attached_mutex")}),
		"the old one is still there":     found(list{order}, list{order, logged(t, vgem, oneLock...)}, "circular-dependency", 1),
		"the base has that lock, too":    found(list{order, holder}, list{logged(t, vgem, oneLock...)}, "circular-dependency", 0),
		"the old lock is still in use":   found(list{order}, list{logged(t, vgem, "(&vfile->attached_mutex", "(&vfile->pending_mutex", "lock(&vfile->attached_mutex", "lock(&vfile->pending_mutex", "#0: ff11000003a551e8 (&vfile->signalled_mutex", "#0: ff11000003a551e8 (&vfile->attached_mutex")}, "circular-dependency", 0),
		"too many functions":             found(list{order}, list{logged(t, vgem, append(oneLock, "vgem_fence_signal_ioctl", "a_ioctl", "vgem_fence_attach_ioctl", "b_ioctl", "drm_ioctl_kernel", "c_ioctl")...)}, "circular-dependency", 0),
		"another way to lock":            found(list{order}, list{logged(t, vgem, append(oneLock, "__mutex_lock", "down_write")...)}, "circular-dependency", 0),
		"another test as well":           {both, Pass, "", 1},
		"another test":                   found(list{order}, list{later}, "circular-dependency", 0),
		"damaged, one place":             known(list{order}, list{uncertain}),
		"both sides of another handler":  found(list{irq}, list{logged(t, vkms, "frames_lock", "x_lock", "vkms_vblank_simulate", "x_timer", "vkms_crtc_atomic_enable", "x_enable", "vkms_atomic_commit_tail", "x_tail")}, "inconsistent-lock-state", 0),
		"another kind of the same locks": found(list{order}, list{logged(t, vkms, "frames_lock", "attached_mutex")}, "inconsistent-lock-state", 0),
	})
}

// way is the captured report with a third lock on the way back.
func way(t *testing.T, lock string, names ...string) lockdep.Splat {
	t.Helper()
	const stamp = "[    6.842275] "
	link := "-> #2 (&vfile->signalled_mutex){+.+.}-{3:3}:\n" + stamp + "       __mutex_lock+0xa0/0x393\n" +
		stamp + "       under_" + lock[:1] + "+0x1/0x2\n" + stamp + "-> #1 (&" + lock + "){+.+.}-{3:3}:\n"
	return logged(t, "lock-order-in-vgem", append(names, "-> #1 (&vfile->signalled_mutex){+.+.}-{3:3}:\n", link)...)
}

// TestOtherPath: the search of lockdep prints one of several ways back. The same new
// dependency in the same place is the same bug.
func TestOtherPath(t *testing.T) {
	t.Parallel()
	a, b := way(t, "a->lock"), way(t, "b->lock")
	direct := logged(t, "lock-order-in-vgem")
	if a.Signature == b.Signature || len(a.Cycle) != 3 || len(direct.Cycle) != 2 {
		t.Fatalf("circles %q, %q and %q; want three different ones", a.Cycle, b.Cycle, direct.Cycle)
	}
	elsewhere := way(t, "b->lock", "vgem_fence_signal_ioctl", "vgem_other_ioctl", "drm_ioctl_kernel", "compat_ioctl")
	inPatch := way(t, "b->lock")
	for i := range inPatch.Edges {
		if inPatch.Edges[i].To == "&b->lock" {
			inPatch.Edges[i].Stack[1].Patch = 2
		}
	}
	turned := way(t, "b->lock")
	for i := range turned.Edges {
		turned.Edges[i].New = !turned.Edges[i].New
	}
	check(t, map[string]comparison{
		"longer way":               {Evidence{Base: run(boot(direct)), Patched: run(boot(a))}, Pass, "", 1},
		"shorter way":              {Evidence{Base: run(boot(a)), Patched: run(boot(direct))}, Pass, "", 1},
		"through another lock":     {Evidence{Base: run(boot(a)), Patched: run(boot(b))}, Pass, "", 1},
		"both ways":                {Evidence{Base: run(boot(a)), Patched: run(boot(a), boot(b))}, Findings, "circular-dependency", 1},
		"taken somewhere else":     {Evidence{Base: run(boot(a)), Patched: run(boot(elsewhere))}, Findings, "circular-dependency", 0},
		"the series made the way":  {Evidence{Base: run(boot(a)), Patched: run(boot(inPatch))}, Findings, "circular-dependency", 0},
		"another edge is new":      {Evidence{Base: run(boot(a)), Patched: run(boot(turned))}, Findings, "circular-dependency", 0},
		"the way, on another base": {Evidence{Base: run(boot(logged(t, "irq-unsafe-lock"))), Patched: run(boot(b))}, Findings, "circular-dependency", 0},
	})
}
