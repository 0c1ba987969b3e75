// SPDX-License-Identifier: MIT

package guest

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/fencebot/fencebot/qemu/fencetest"
	"github.com/fencebot/fencebot/qemu/wire"
)

// Limits on the output of one job. Beyond them its lines are still looked at
// for results, but not passed on.
const (
	maxJobOutput = 192 << 10 // bytes, with lineCost for each line
	lineCost     = 200       // what an event takes besides its text
)

// An outcome is how a job ended.
type outcome struct {
	result wire.Result
	exit   int
	why    string // for a result that no line of the test explains
}

// A jobRun is a job that is running.
type jobRun struct {
	a     *agent
	index int
	job   wire.Job
	child *child
	words words
	spent int
	err   error // of the port; nothing can be said any more
}

// job runs one job to its end. The error is the agent's own.
func (a *agent) job(index int, job wire.Job, limit time.Duration) (outcome, error) {
	r := &jobRun{a: a, index: index, job: job, words: words{subtest: job.Subtest}}
	c, err := a.childFor(job)
	if errors.Is(err, errNoTest) {
		return outcome{result: wire.Skip, exit: exitInvalid, why: err.Error()}, nil
	}
	if err != nil {
		return outcome{result: wire.Incomplete, exit: exitInvalid, why: err.Error()}, nil
	}
	r.child = c
	if c.server {
		a.log.igt(job.Binary, "executing")
		a.log.igt(job.Binary, "starting subtest %s", job.Subtest)
		// A server that is gone shows by its status.
		_, _ = fmt.Fprintln(c.stdin, job.Subtest)
	}
	got := r.watch(limit)
	if c.server {
		a.log.igt(job.Binary, "finished subtest %s, %s", job.Subtest, got.result)
		a.log.igt(job.Binary, "exiting, ret=%d", got.exit)
	}
	return got, r.err
}

// childFor returns the program for a job: the server that is running when it
// can do it, or else a new one.
func (a *agent) childFor(job wire.Job) (*child, error) {
	if c := a.server; c != nil && !job.IGT && c.job.Binary == job.Binary && c.job.Driver == job.Driver {
		return c, nil
	}
	a.retire()
	c, err := a.spawn(job)
	if err == nil && c.server {
		a.server = c
	}
	return c, err
}

// watch waits for the end of the job and passes its output on.
func (r *jobRun) watch(limit time.Duration) outcome {
	c := r.child
	timer := time.NewTimer(limit)
	defer timer.Stop()
	lines := c.lines
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				lines = nil // its status comes next
				continue
			}
			if code, done := fencetest.ParseDone(line); done && c.server {
				return outcome{result: r.words.result(code), exit: code}
			}
			r.output(line)
		case status := <-c.exited:
			c.status = &status
			c.drain(r.output)
			r.a.forget(c)
			return r.ended(status)
		case <-timer.C:
			return r.timeout(limit)
		}
	}
}

// ended returns the outcome of a job whose program is gone.
func (r *jobRun) ended(status syscall.WaitStatus) outcome {
	const signalled = 128 // as a shell reports a signal
	switch {
	case status.Signaled():
		return outcome{result: wire.Crash, exit: signalled + int(status.Signal()), why: "killed by " + status.Signal().String()}
	case r.child.server:
		return outcome{result: wire.Crash, exit: status.ExitStatus(), why: "the test program ended by itself"}
	}
	exit := status.ExitStatus()
	return outcome{result: r.words.result(exit), exit: exit}
}

// timeout ends a job that takes too long: first the kernel prints who is
// blocked (SysRq w) and who holds which locks (d), then the program is killed.
// One that does not die is reported and left behind.
func (r *jobRun) timeout(limit time.Duration) outcome {
	for _, command := range []byte("wd") {
		sysrq(r.a.sysrq, command)
	}
	got := outcome{result: wire.Timeout, exit: -1, why: fmt.Sprintf("no end after %v", limit)}
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		r.child.signal(s)
		if r.child.wait(r.a.grace, r.output) {
			r.child.drain(r.output)
			r.a.forget(r.child)
			return got
		}
	}
	got.why += fmt.Sprintf(", and still there %v after SIGKILL", r.a.grace)
	r.send(wire.Event{Kind: wire.Hang, Index: r.index, Name: r.job.Name(), Text: got.why})
	r.a.forget(r.child)
	return got
}

// output takes one line of the program.
func (r *jobRun) output(line string) {
	r.words.line(line)
	if r.spent > maxJobOutput {
		return
	}
	if r.spent += len(line) + lineCost; r.spent > maxJobOutput {
		line = "(more output is dropped)"
	}
	r.send(wire.Event{Kind: wire.Output, Index: r.index, Name: r.job.Name(), Text: line})
}

// send sends an event and keeps the first error.
func (r *jobRun) send(ev wire.Event) {
	if err := r.a.out.Event(ev); err != nil && r.err == nil {
		r.err = fmt.Errorf("send event: %w", err)
	}
}

// forget lets go of a child that ended or that cannot be ended.
func (a *agent) forget(c *child) {
	c.leave()
	if a.server == c {
		a.server = nil
	}
}

// retire ends the server, if there is one, so that the kernel cleans up what
// its tests left open.
func (a *agent) retire() {
	c := a.server
	if c == nil {
		return
	}
	defer a.forget(c)
	c.stdin.Close() // a server ends with its input
	ignore := func(string) {}
	if !c.wait(a.grace, ignore) {
		c.signal(syscall.SIGKILL)
		c.wait(a.grace, ignore)
	}
}
