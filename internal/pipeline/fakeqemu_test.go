// SPDX-License-Identifier: MIT

package pipeline

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
)

// The test binary is QEMU, too, when it is called by this name: a guest whose
// kernel does what the words in its image say.
const fakeQEMU = "fake-qemu"

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == fakeQEMU {
		os.Exit(playGuest())
	}
	os.Exit(m.Run())
}

// splat is what lockdep says of the lock that a patch of the tests takes twice.
const splat = `============================================
WARNING: possible recursive locking detected
6.12.0 #1 Not tainted
--------------------------------------------
fence_fake/35 is trying to acquire lock:
ffffffff81cedc00 (&%[1]s->lock){+.+.}-{3:3}, at: %[1]s_ioctl+0x10/0x20

but task is already holding lock:
ffffffff81cedc00 (&%[1]s->lock){+.+.}-{3:3}, at: %[1]s_ioctl+0x8/0x20

other info that might help us debug this:
 Possible unsafe locking scenario:

       CPU0
       ----
  lock(&%[1]s->lock);
  lock(&%[1]s->lock);

 *** DEADLOCK ***

stack backtrace:
CPU: 0 UID: 0 PID: 35 Comm: fence_fake Not tainted 6.12.0 #1
Call Trace:
 <TASK>
 dump_stack_lvl+0x5d/0x80
 __lock_acquire+0x10/0x20
 %[1]s_ioctl+0x10/0x20
 </TASK>
`

// playGuest runs the plan. A job "x" with the word BUG-x in the kernel splats;
// with FAIL-x it fails, with FLAKY-x the first time only, and with LATE-x the
// third time splats.
func playGuest() int {
	if len(os.Args) > 1 && os.Args[1] == "--version" {
		fmt.Println("QEMU emulator version 0 (fake)")
		return 0
	}
	if slices.Contains(os.Args, "help") {
		fmt.Println(`name "bochs-display", bus PCI`)
		return 0
	}
	image, agent := []byte{}, os.Stdin
	for i, arg := range os.Args {
		if arg == "-kernel" {
			image, _ = os.ReadFile(os.Args[i+1]) // an empty image shows in the test
		}
		if rest, ok := strings.CutPrefix(arg, "socket,fd="); ok {
			n, _ := strconv.Atoi(strings.SplitN(rest, ",", 2)[0])
			agent = os.NewFile(uintptr(n), "agent")
		}
	}
	fmt.Println("[    0.000000] Linux version 6.12 (fake)")
	if bytes.Contains(image, []byte("BUG-boot")) {
		fmt.Println("[    0.100000] Kernel panic - not syncing: no boot")
		return 0
	}
	enc := wire.NewEncoder(agent)
	alive := wire.Lockdep{Known: true, Alive: true}
	if enc.Event(wire.Event{Kind: wire.Ready, Kernel: "6.12", Lockdep: alive}) != nil {
		return 1
	}
	plan, err := wire.NewDecoder(agent).Plan()
	if err != nil {
		return 1
	}
	return playJobs(enc, plan, image)
}

func says(image []byte, word, subtest string) bool {
	return bytes.Contains(image, []byte(word+subtest))
}

func playJobs(enc *wire.Encoder, plan wire.Plan, image []byte) int {
	alive := wire.Lockdep{Known: true, Alive: true}
	ran := map[string]int{}
	for i, job := range plan.Jobs {
		ran[job.Subtest]++
		enc.Event(wire.Event{Kind: wire.Start, Index: i, Name: job.Name()})
		fmt.Printf("[    1.000000] [IGT] %s: starting subtest %s\n", job.Binary, job.Subtest)
		if says(image, "BUG-", job.Subtest) || says(image, "LATE-", job.Subtest) && ran[job.Subtest] == 3 {
			fmt.Printf(splat, job.Subtest)
			alive.Alive = false
		}
		result := wire.Pass
		switch {
		case says(image, "SKIP-", "all"):
			result = wire.Skip
		case says(image, "FAIL-", job.Subtest), says(image, "FLAKY-", job.Subtest) && ran[job.Subtest] == 1:
			result = wire.Fail
		}
		enc.Event(wire.Event{Kind: wire.End, Index: i, Result: result, Lockdep: alive})
		if !alive.Alive && plan.StopOnDead {
			enc.Event(wire.Event{Kind: wire.Stopped, Index: i, Lockdep: alive})
			return 0
		}
	}
	enc.Event(wire.Event{Kind: wire.Done, Lockdep: alive})
	return 0
}
