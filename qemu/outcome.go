// SPDX-License-Identifier: MIT

package qemu

import (
	"time"

	"github.com/fencebot/fencebot/qemu/wire"
)

// An Exit tells how a boot ended.
type Exit string

// The ways a boot ends. Only QEMUFailed is our failure; all others are news
// about the kernel.
const (
	Clean      Exit = "clean"       // the agent said done or stopped, and the guest went down
	Panic      Exit = "panic"       // the kernel panicked
	HangExit   Exit = "hang"        // a test did not end even when killed; the run went on as far as it could
	TimedOut   Exit = "timeout"     // the whole run exceeded its limit
	Silent     Exit = "silent"      // neither console nor agent said anything for the silence limit
	NoBoot     Exit = "no-boot"     // the agent never said ready within the boot limit
	QEMUFailed Exit = "qemu-failed" // QEMU itself did not run
)

// An Outcome is one boot of a kernel.
type Outcome struct {
	Exit    Exit
	Detail  string // one line in words: which limit, which test, QEMU's last words
	Console string // path of the console log
	Events  []wire.Event
	Ready   time.Duration // from process start to the ready event; 0 when it never came
	Total   time.Duration // from process start to exit
}
