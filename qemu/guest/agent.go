// SPDX-License-Identifier: MIT

package guest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/fencebot/fencebot/qemu/wire"
)

// defaultTestLimit is what Plan.TestSeconds 0 means.
const defaultTestLimit = 60 * time.Second

// An agent runs one plan.
type agent struct {
	in      *wire.Decoder
	out     *wire.Encoder
	log     kmsg
	reaper  *reaper
	command func(wire.Job) (command, error)
	server  *child // kept for the next job of the same binary, or nil
	grace   time.Duration
	lockdep string // path of lockdep_stats
	locks   string // path of lockdep
	count   func() *counter
	counter *counter     // from ready on
	kernel  *kernelLog   // what it printed since the last job; nil: nobody knows
	state   wire.Lockdep // when it was last read
	sysrq   string       // path of sysrq-trigger
}

func newAgent(port io.ReadWriter, log kmsg) *agent {
	kernel, err := openKernelLog(log.path)
	if err != nil {
		log.printf("fencebot: %v", err) // lockdep_stats is read after each job then
	}
	return &agent{
		in:      wire.NewDecoder(port),
		out:     wire.NewEncoder(port),
		log:     log,
		reaper:  newReaper(),
		command: commandFor,
		grace:   2 * time.Second,
		lockdep: lockdepPath,
		locks:   locksPath,
		count:   countCalls,
		kernel:  kernel,
		sysrq:   sysrqPath,
	}
}

// countCalls starts to count calls, unless the kernel command line says no.
func countCalls() *counter {
	if !counting(cmdlinePath) {
		return &counter{note: "turned off by " + noCoverage}
	}
	return newCounter(tracingPath)
}

// run says ready, reads the plan and runs it to its end. An error is the
// agent's own; whatever the tests do is told in events.
func (a *agent) run(ctx context.Context) error {
	a.state = lockdepState(a.lockdep)
	err := a.out.Event(wire.Event{
		Kind: wire.Ready, Uptime: uptime(uptimePath), Kernel: release(releasePath), Lockdep: a.state,
	})
	if err != nil {
		return fmt.Errorf("say ready: %w", err)
	}
	if err := a.prime(); err != nil {
		return err
	}
	defer a.counter.close()
	defer a.kernel.close()
	plan, err := a.in.Plan()
	if err != nil {
		return fmt.Errorf("read plan: %w", err)
	}
	if err := a.hits(0, ""); err != nil {
		return err
	}
	limit := defaultTestLimit
	if plan.TestSeconds > 0 {
		limit = time.Duration(plan.TestSeconds) * time.Second
	}
	defer func() { a.retire() }()
	for i, job := range plan.Jobs {
		if ctx.Err() != nil {
			return fmt.Errorf("run plan: %w", context.Cause(ctx))
		}
		dead, err := a.step(i, job, limit)
		if err != nil {
			return err
		}
		if dead && plan.StopOnDead {
			return a.out.Event(wire.Event{Kind: wire.Stopped, Index: i, Name: job.Name()})
		}
	}
	if err := a.out.Flush(); err != nil { // the end below may take its time
		return err
	}
	a.retire() // what its end makes the kernel say is still part of the run
	if n := len(plan.Jobs); n > 0 {
		if err := a.hits(n-1, plan.Jobs[n-1].Name()); err != nil {
			return err
		}
	}
	return a.out.Event(wire.Event{Kind: wire.Done, Lockdep: lockdepState(a.lockdep)})
}

// step runs one job and reports whether lockdep is dead after it.
func (a *agent) step(index int, job wire.Job, limit time.Duration) (dead bool, err error) {
	if err := a.out.Event(wire.Event{Kind: wire.Start, Index: index, Name: job.Name()}); err != nil {
		return false, fmt.Errorf("say start: %w", err)
	}
	begin := time.Now()
	got, err := a.job(index, job, limit)
	if err != nil {
		return false, err
	}
	state := a.lockdepNow()
	if err := a.hits(index, job.Name()); err != nil {
		return false, err
	}
	err = a.out.Hold(wire.Event{
		Kind: wire.End, Index: index, Name: job.Name(), Result: got.result, Exit: got.exit,
		Seconds: time.Since(begin).Seconds(), Text: got.why, Lockdep: state,
	})
	if err != nil {
		return false, fmt.Errorf("say end: %w", err)
	}
	return state.Known && !state.Alive, nil
}

// lockdepNow returns the state of lockdep after a job. To print lockdep_stats
// takes the kernel longer than many tests, because it walks the whole graph
// (lockdep_stats_show in kernel/locking/lockdep_proc.c), and lockdep does not
// turn itself off without a line in the log: every caller of debug_locks_off()
// prints, print_lockdep_off() at level debug. So while the kernel is silent,
// the state is what it was.
func (a *agent) lockdepNow() wire.Lockdep {
	if !a.kernel.silent() {
		a.state = lockdepState(a.lockdep)
	}
	return a.state
}

// prime says what lockdep knows before the first test, and starts to count.
func (a *agent) prime() error {
	priming, why := primingState(a.locks)
	if err := a.out.Event(wire.Event{Kind: wire.Primed, Priming: priming, Text: why}); err != nil {
		return fmt.Errorf("say primed: %w", err)
	}
	a.counter = a.count()
	return nil
}

// hits says what was called since the last time, if anything was.
func (a *agent) hits(index int, name string) error {
	hits, note := a.counter.hits()
	if len(hits) == 0 && note == "" {
		return nil
	}
	if err := a.out.Hold(wire.Event{Kind: wire.Hits, Index: index, Name: name, Hits: hits, Text: note}); err != nil {
		return fmt.Errorf("say hits: %w", err)
	}
	return nil
}

// fail tells the host that the agent cannot go on.
func (a *agent) fail(err error) {
	a.log.printf("fencebot: %v", err)
	if errors.Is(err, io.ErrClosedPipe) {
		return
	}
	_ = a.out.Event(wire.Event{Kind: wire.Failed, Text: err.Error()}) // the console has it, too
}
