// SPDX-License-Identifier: MIT

package qemu

import (
	"context"
	"fmt"
	"time"

	"github.com/fencebot/fencebot/qemu/wire"
)

// watch follows the guest until QEMU is gone.
func (b *boot) watch(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	events := b.events
	for {
		passing, at := b.limits.next()
		if passing == noLimit {
			at = time.Now().Add(time.Hour)
		}
		timer.Reset(time.Until(at))
		select {
		case <-b.p.done:
			return
		case ev, ok := <-events:
			if !ok {
				events = nil // QEMU is about to end
				continue
			}
			b.event(ev, time.Now())
		case <-b.active:
			if !b.limits[silenceLimit].IsZero() {
				b.limits.set(silenceLimit, time.Now(), b.o.SilenceTimeout)
			}
		case <-b.panicked:
			b.panic(time.Now())
		case <-timer.C:
			b.passed(passing, time.Now())
		case <-ctx.Done():
			// The command has the same context: QEMU is being stopped.
			<-b.p.done
			return
		}
	}
}

// event takes what the agent says.
func (b *boot) event(ev wire.Event, now time.Time) {
	ev, ok := b.ledger.take(ev, now)
	if !ok {
		return
	}
	if b.exit == HangExit && ev.Kind != wire.Output && !b.ledger.closed {
		// It was given up, and goes on all the same.
		b.exit, b.detail = "", ""
		b.limits.clear(endLimit)
		b.limits.set(silenceLimit, now, b.o.SilenceTimeout)
	}
	switch ev.Kind {
	case wire.Ready:
		b.ready = now.Sub(b.p.started)
		b.limits.clear(bootLimit)
		if ev.Lockdep.Known && !ev.Lockdep.Alive {
			b.ledger.plan.StopOnDead = false
		}
		b.sendPlan()
	case wire.Start:
		b.limits.set(testLimit, now, b.o.TestTimeout)
		if b.o.Started != nil {
			b.o.Started(ev.Name)
		}
	case wire.End:
		b.limits.clear(testLimit)
		if b.stuck {
			// What is stuck holds devices and locks that later tests need: they
			// get a guest of their own.
			b.ledger.closed = true
			b.conclude(HangExit, ev.Name+" hung", now)
			b.p.stop()
		}
	case wire.Hang:
		b.hung, b.stuck = true, true // the agent has asked SysRq already
		b.limits.clear(testLimit)
	case wire.Stopped, wire.Done:
		b.conclude(Clean, "", now)
	case wire.Failed:
		b.conclude(AgentFailed, "agent cannot go on: "+ev.Text, now)
	}
}

// panic notes that the kernel gave up. With panic=-1 it resets by itself;
// if even that fails, there is only Grace to wait for.
func (b *boot) panic(now time.Time) {
	// Which test it was is for settle to say: its start may still be unread.
	b.conclude(Panic, "", now)
}

// conclude settles how the boot ended and leaves Grace for the rest. A panic
// stays one: the agent's last words may be read after those of the kernel.
func (b *boot) conclude(exit Exit, detail string, now time.Time) {
	if b.exit == Panic {
		return
	}
	b.exit, b.detail = exit, detail
	b.limits.clear(bootLimit, testLimit, silenceLimit, runLimit)
	b.limits.set(endLimit, now, b.o.Grace)
}

// passed acts on a limit.
func (b *boot) passed(l limit, now time.Time) {
	switch l {
	case endLimit:
		if b.exit == Clean {
			b.ask()
			b.hung = true
			b.conclude(HangExit, fmt.Sprintf("guest did not go down within %v of the last test", b.o.Grace), now)
			return
		}
		b.limits.clear(endLimit)
		b.p.stop()
		return
	case runLimit:
		b.conclude(TimedOut, fmt.Sprintf("run exceeded %v", b.o.RunTimeout)+b.during(), now)
	case bootLimit:
		b.conclude(NoBoot, fmt.Sprintf("agent not ready after %v", b.o.BootTimeout), now)
	case testLimit:
		b.hung = true
		detail := fmt.Sprintf("%s exceeded %v", b.ledger.running(), b.o.TestTimeout)
		b.ledger.hang(detail)
		b.conclude(HangExit, detail, now)
		b.limits.set(runLimit, b.p.started, b.o.RunTimeout) // it may go on yet
	case silenceLimit:
		b.conclude(Silent, fmt.Sprintf("no byte for %v", b.o.SilenceTimeout)+b.during(), now)
	}
	b.ask()
}

// during names the test that runs, if one does.
func (b *boot) during() string {
	if name := b.ledger.running(); name != "" {
		return " during " + name
	}
	return ""
}

// sysrq is what makes the kernel print blocked tasks (w) and held locks (d):
// on a virtconsole ^O is the SysRq key (hvc_poll in drivers/tty/hvc/hvc_console.c).
const sysrq = "\x0fw\x0fd"

// ask makes the guest print who waits and who holds what. A guest that is
// past answering is no error.
func (b *boot) ask() {
	if b.p.keys.SetWriteDeadline(time.Now().Add(time.Second)) == nil {
		b.p.keys.Write([]byte(sysrq))
	}
}

// finish collects what is left once QEMU is gone and sums up.
func (b *boot) finish() Outcome {
	total := time.Since(b.p.started)
	for ev := range b.events {
		b.event(ev, time.Now())
	}
	b.readers.Wait()
	b.p.close()
	select {
	case <-b.panicked:
		b.panic(time.Now())
	default:
	}
	b.settle()
	return Outcome{
		Exit: b.exit, Detail: oneLine(b.detail, maxDetail), Console: b.o.ConsolePath,
		Events: b.ledger.events, Refused: b.ledger.refused + int(b.garbage.Load()),
		Accel: b.o.Accel, Ready: b.ready, Total: total,
	}
}

// settle decides the cases that only the end of the process tells apart.
func (b *boot) settle() {
	failure := b.p.failure()
	switch {
	case b.exit == Panic:
		b.detail = "kernel panic" + b.during()
	case b.exit == Clean && b.hung:
		b.exit, b.detail = HangExit, "a test hung"
	case b.exit != "":
	case failure != nil:
		b.exit, b.detail = QEMUFailed, failure.Error()
	case b.ready == 0:
		b.exit, b.detail = NoBoot, "guest went down before the agent was ready"
	default:
		b.exit, b.detail = Panic, "guest reset without a word"+b.during()
	}
}
