// SPDX-License-Identifier: MIT

package qemu

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fencebot/fencebot/qemu/wire"
)

// Run boots the kernel of o once and has it run plan.
//
// The error is not nil when we are at fault: o is no good, QEMU is missing,
// refused its arguments or died (the Outcome then says QEMUFailed and what is
// known), a file could not be written, or ctx ended (context.Cause). All that
// a kernel does is in the Outcome. When lockdep is dead before the first test
// the plan is sent without StopOnDead: booting again would not help.
//
// No process is left when Run returns.
func Run(ctx context.Context, o Options, plan wire.Plan) (Outcome, error) {
	o, err := prepare(ctx, o, plan)
	if err != nil {
		return Outcome{Exit: QEMUFailed, Detail: oneLine(err.Error(), maxDetail), Console: o.ConsolePath}, err
	}
	log, err := createConsole(o.ConsolePath, o.ConsoleLimit)
	if err != nil {
		return Outcome{Exit: QEMUFailed, Detail: oneLine(err.Error(), maxDetail)}, err
	}
	p, err := start(ctx, o)
	if err != nil {
		return Outcome{
			Exit: QEMUFailed, Detail: oneLine(err.Error(), maxDetail), Console: o.ConsolePath, Accel: o.Accel,
		}, errors.Join(err, log.Close())
	}
	b := newBoot(o, plan, p, log)
	b.watch(ctx)
	out := b.finish()
	switch {
	case ctx.Err() != nil:
		out.Exit, out.Detail = QEMUFailed, "stopped by us"
		err = fmt.Errorf("run QEMU: %w", context.Cause(ctx))
	case out.Exit == QEMUFailed:
		err = errors.New(out.Detail)
	}
	o.Logger.InfoContext(ctx, "guest ended", "exit", string(out.Exit), "detail", out.Detail,
		"ready", out.Ready, "total", out.Total, "console", out.Console)
	return out, errors.Join(err, log.Close())
}

// prepare completes o: defaults, faults, the accelerator and the test limit.
func prepare(ctx context.Context, o Options, plan wire.Plan) (Options, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return o, err
	}
	if err := wire.NewEncoder(io.Discard).Plan(plan); err != nil {
		return o, fmt.Errorf("check plan: %w", err)
	}
	if o.TestTimeout == 0 {
		// The agent's own limit goes first; it can tell more.
		o.TestTimeout = time.Duration(max(plan.TestSeconds, 0))*time.Second + 30*time.Second
		if plan.TestSeconds == 0 {
			o.TestTimeout += time.Minute
		}
	}
	if o.Accel == "" {
		accel, err := Probe(ctx, o)
		if err != nil {
			return o, err
		}
		o.Accel = accel.Name
	}
	return o, nil
}

// A boot is one run of QEMU under watch. Its fields belong to the goroutine of
// watch, but for those that say otherwise.
type boot struct {
	o      Options
	p      *process
	ledger *ledger
	limits deadlines

	exit   Exit   // how it will be said to have ended; empty while nothing happened
	detail string // goes with exit
	hung   bool   // some test hung, whatever came later
	stuck  bool   // the test that runs now hung and cannot be killed
	ready  time.Duration

	readers  sync.WaitGroup
	log      *consoleLog     // the console reader's until readers is done
	events   chan wire.Event // closed by the agent reader at its end
	active   chan struct{}   // one token: the guest said something
	panicked chan struct{}   // one token: the console said so
	garbage  atomic.Int64    // lines of the agent that were no events
}

func newBoot(o Options, plan wire.Plan, p *process, log *consoleLog) *boot {
	b := &boot{
		o: o, p: p, ledger: newLedger(plan), log: log,
		events: make(chan wire.Event, 64), active: make(chan struct{}, 1), panicked: make(chan struct{}, 1),
	}
	b.limits.set(bootLimit, p.started, o.BootTimeout)
	b.limits.set(silenceLimit, p.started, o.SilenceTimeout)
	b.limits.set(runLimit, p.started, o.RunTimeout)
	b.readers.Go(b.readConsole)
	b.readers.Go(b.readAgent)
	return b
}

// notify leaves a token in c unless there is one.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (b *boot) readConsole() {
	var w watcher
	drain(b.p.console, func(p []byte) {
		b.log.Write(p) // keeps its error for Close
		notify(b.active)
		if w.saw(p) {
			notify(b.panicked)
		}
	})
}

func (b *boot) readAgent() {
	defer close(b.events)
	dec := wire.NewDecoder(b.p.agent)
	for {
		ev, err := dec.Event()
		if _, ok := errors.AsType[*wire.LineError](err); ok {
			b.garbage.Add(1)
			continue
		}
		if err != nil {
			return // the end, or our own close
		}
		b.events <- ev // watch and finish read until it is closed
	}
}

// sendPlan writes the plan in the background: a long one does not fit into the
// socket, and a guest need not read it. A guest that does not get its plan
// goes silent, and that is what the outcome says.
func (b *boot) sendPlan() {
	plan := b.ledger.plan
	b.readers.Go(func() {
		if b.p.agent.SetWriteDeadline(time.Now().Add(b.o.BootTimeout)) == nil {
			wire.NewEncoder(b.p.agent).Plan(plan)
		}
	})
}
