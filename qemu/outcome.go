// SPDX-License-Identifier: MIT

package qemu

import (
	"strings"
	"time"

	"github.com/fencebot/fencebot/qemu/wire"
)

// An Exit tells how a boot ended.
type Exit string

// The ways a boot ends. Only QEMUFailed is our failure; all others are news
// about the kernel. Whether the agent ever was ready is Outcome.Ready: a panic
// without it is a panic at boot.
const (
	Clean       Exit = "clean"        // the agent said done or stopped, and the guest went down
	Panic       Exit = "panic"        // the kernel panicked, or reset without a word
	HangExit    Exit = "hang"         // a test did not end even when killed; the run went on as far as it could
	TimedOut    Exit = "timeout"      // the whole run exceeded its limit
	Silent      Exit = "silent"       // neither console nor agent said anything for the silence limit
	NoBoot      Exit = "no-boot"      // the agent never said ready within the boot limit
	AgentFailed Exit = "agent-failed" // the agent said that it cannot go on
	QEMUFailed  Exit = "qemu-failed"  // QEMU itself did not run
)

// An Outcome is one boot of a kernel.
type Outcome struct {
	Exit    Exit
	Detail  string        // one line in words: which limit, which test, QEMU's last words
	Console string        // path of the console log
	Events  []wire.Event  // those that fit the plan, names from the plan, bounded in number and size
	Refused int           // lines and events from the agent that did not
	Accel   string        // AccelKVM or AccelTCG
	Ready   time.Duration // from process start to the ready event; 0 when it never came
	Total   time.Duration // from process start to exit
}

// maxDetail limits Outcome.Detail, which may quote the guest.
const maxDetail = 400

// oneLine returns s as one line of at most limit bytes of printable ASCII.
func oneLine(s string, limit int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	return s[:min(len(s), limit)]
}
