// SPDX-License-Identifier: MIT

package report

import (
	"github.com/fencebot/fencebot/report/igt"
	"github.com/fencebot/fencebot/report/lockdep"
)

// A Run is what one kernel did with the plan, over all the boots it took. The
// zero Run means that the kernel was never started.
type Run struct {
	Boots []Boot     `json:"boots"`
	Cases []igt.Case `json:"cases"` // of all boots, in the order of the plan

	Again []Replay `json:"again,omitempty"` // boots that ran once more on the same kernel, see NeedsConfirming
}

// A Boot is one start of a kernel and how it ended.
type Boot struct {
	Number  int             `json:"number"`  // as in igt.Case.Boot
	Exit    Exit            `json:"exit"`    // how it ended
	Detail  string          `json:"detail"`  // the same in a line of words
	Ready   bool            `json:"ready"`   // the agent came up
	Kernel  string          `json:"kernel"`  // release that it named then; a guest's word
	Lockdep LockdepState    `json:"lockdep"` // as the agent found it when it came up
	Priming Priming         `json:"priming"` // what lockdep had been taught at boot
	Splats  []lockdep.Splat `json:"splats"`  // in the order of the console log
}

// LockdepState is what is known of lockdep at one moment.
type LockdepState struct {
	Known bool   `json:"known"`
	Alive bool   `json:"alive"`
	Text  string `json:"text,omitempty"` // why it is not known
}

// An Exit tells how a boot ended.
type Exit string

// The words of package qemu, which this package must not import.
const (
	ExitClean      Exit = "clean"
	ExitPanic      Exit = "panic"
	ExitHang       Exit = "hang"
	ExitTimeout    Exit = "timeout"
	ExitSilent     Exit = "silent"
	ExitNoBoot     Exit = "no-boot"
	ExitQEMUFailed Exit = "qemu-failed"
)

// A Replay is the base running again the tests of one boot of the patched
// kernel, in the same order.
type Replay struct {
	Boot int `json:"boot"` // number of the patched kernel's boot
	Run  Run `json:"run"`
}

// ready reports whether any boot of the run came up.
func (r Run) ready() bool {
	for _, b := range r.Boots {
		if b.Ready {
			return true
		}
	}
	return false
}

// exit returns the first boot that ended in the given way, or nil.
func (r Run) exit(x Exit) *Boot {
	for i := range r.Boots {
		if r.Boots[i].Exit == x {
			return &r.Boots[i]
		}
	}
	return nil
}

// stuck returns the name of the last test of a boot that never came to its
// end, or "" when all did.
func (r Run) stuck(boot int) string {
	name := ""
	for _, c := range r.Cases {
		if c.Boot == boot && c.Stuck() {
			name = c.Name
		}
	}
	return name
}

// Shows reports whether any boot of the run shows what has the signature.
func (r Run) Shows(sig string) bool {
	for _, b := range r.Boots {
		for _, s := range sightings(r, b) {
			if signature(s) == sig {
				return true
			}
		}
	}
	return false
}
