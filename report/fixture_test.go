// SPDX-License-Identifier: MIT

package report

import (
	"strings"

	"github.com/fencebot/fencebot/report/igt"
	"github.com/fencebot/fencebot/report/lockdep"
)

// circular is a lock-order report of the test fence_vkms@commit.
func circular(classes ...string) lockdep.Splat {
	s := lockdep.Splat{
		Family: "circular-dependency", Title: "possible circular locking dependency detected in " + classes[0],
		Function: "vkms_crtc_atomic_begin", Classes: classes, Subtest: "fence_vkms@commit", Task: "fence_vkms/86",
		Signature: "circular-dependency: " + strings.Join(classes, " "), Raw: "WARNING: possible circular locking dependency detected",
	}
	for _, f := range []string{"__lock_acquire", "vkms_crtc_atomic_begin", "drm_ioctl"} {
		s.Trace = append(s.Trace, lockdep.Frame{Function: f, Reliable: true})
	}
	for i, c := range classes {
		s.Edges = append(s.Edges, lockdep.Edge{From: c, To: classes[(i+1)%len(classes)]})
	}
	return s
}

// splat is a report without lock classes.
func splat(f lockdep.Family, function, test string) lockdep.Splat {
	return lockdep.Splat{Family: f, Title: string(f) + " in " + function, Function: function, Subtest: test, Signature: string(f) + ": " + function}
}

func boot(splats ...lockdep.Splat) Boot {
	return Boot{Exit: ExitClean, Ready: true, Lockdep: LockdepState{Known: true, Alive: true}, Splats: splats}
}

func ending(b Boot, x Exit, detail string) Boot {
	b.Exit, b.Detail = x, detail
	return b
}

func notUp(b Boot) Boot {
	b.Ready, b.Lockdep = false, LockdepState{}
	return b
}

// run gives every boot its number and one passing case, fence_vkms@commit in boot 0.
func run(boots ...Boot) Run {
	r := Run{Boots: boots}
	names := []string{"fence_vkms@commit", "fence_vgem@signal", "fence_sync@wait"}
	for i := range boots {
		boots[i].Number = i
		if boots[i].Ready {
			c := igt.Case{Name: names[i%3], Result: "pass", Boot: i, Alive: boots[i].Lockdep.Alive}
			if boots[i].Exit == ExitHang || boots[i].Exit == ExitSilent {
				c.Result = "timeout"
			}
			r.Cases = append(r.Cases, c)
		}
	}
	return r
}

func results(r Run, result string, alive bool) Run {
	for i := range r.Cases {
		r.Cases[i].Result, r.Cases[i].Alive = "pass", alive
		if result == "skip" {
			r.Cases[i].Result = "skip"
		}
	}
	return r
}

var (
	alloc = circular("dma_fence_map", "fs_reclaim")
	order = circular("&a->lock", "&b->lock")
)
