// SPDX-License-Identifier: MIT

package fencetest

import (
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long a test waits for what the kernel promised to do soon.
// It is long for a guest that is emulated on a busy host; nothing waits that
// long unless something is wrong.
const patience = 10 * time.Second

// moment is how long a test watches that something does not happen. It is two
// frames.
const moment = 35 * time.Millisecond

// A trial is one subtest that is being run. Its methods end the subtest by a
// panic with a *verdict, as testing.T ends a test, because a sequence of forty
// ioctls with an error check after each hides what is tested. They must be
// called on the subtest's own goroutine.
type trial struct {
	driver   string // "vkms", or empty for tests that need no certain driver
	out      io.Writer
	cleanups []func()
}

// A verdict is why a subtest ended early.
type verdict struct {
	skip bool
	why  string
}

// attempt runs s and its cleanups. It returns nil when s passed.
func attempt(s subtest, driver string, out io.Writer) (got *verdict) {
	t := &trial{driver: driver, out: out}
	defer t.recover(&got)
	defer t.cleanup()
	s.run(t)
	return nil
}

// recover turns the panic of a trial's method into got. Any other panic is a
// bug in the test, which must not take the server down.
func (t *trial) recover(got **verdict) {
	switch r := recover().(type) {
	case nil:
	case *verdict:
		*got = r
	default:
		*got = &verdict{why: fmt.Sprintf("bug in the test: %v", r)}
	}
}

// cleanup runs the cleanups, last first.
func (t *trial) cleanup() {
	for len(t.cleanups) > 0 {
		last := t.cleanups[len(t.cleanups)-1]
		t.cleanups = t.cleanups[:len(t.cleanups)-1]
		last()
	}
}

// after arranges for f to run when the subtest ends.
func (t *trial) after(f func()) { t.cleanups = append(t.cleanups, f) }

// logf prints a line for the reader of the log.
func (t *trial) logf(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

// skip ends the subtest because the machine lacks something.
func (t *trial) skip(format string, args ...any) {
	panic(&verdict{skip: true, why: fmt.Sprintf(format, args...)})
}

// fail ends the subtest because the kernel broke a promise.
func (t *trial) fail(format string, args ...any) {
	panic(&verdict{why: fmt.Sprintf(format, args...)})
}

// must ends the subtest when err is not nil.
func (t *trial) must(err error, doing string) {
	if err != nil {
		t.fail("%s: %v", doing, err)
	}
}

// need is must for what a driver or kernel may lack: then the subtest is
// skipped.
func (t *trial) need(err error, doing string) {
	if missing(err) {
		t.skip("%s: %v", doing, err)
	}
	t.must(err, doing)
}

// missing reports whether err says that the kernel has no such thing.
func missing(err error) bool {
	for _, errno := range []unix.Errno{unix.ENOENT, unix.ENODEV, unix.ENXIO, unix.ENOTTY, unix.EOPNOTSUPP, unix.ENOSYS} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

// wants ends the subtest unless err is want.
func (t *trial) wants(err error, want unix.Errno, doing string) {
	if !errors.Is(err, want) {
		t.fail("%s: got %v, want %v", doing, err, want)
	}
}

// check ends the subtest unless ok.
func (t *trial) check(ok bool, format string, args ...any) {
	if !ok {
		t.fail(format, args...)
	}
}

// async runs f on another thread. The channel gives its error once; await
// waits for that.
func (t *trial) async(f func() error) <-chan error {
	c := make(chan error, 1)
	go func() { c <- f() }()
	return c
}

// await waits for what async started.
func (t *trial) await(c <-chan error, doing string) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case err := <-c:
		t.must(err, doing)
	case <-timer.C:
		t.fail("%s: no end after %v", doing, patience)
	}
}

// pending ends the subtest when c already has something.
func (t *trial) pending(c <-chan error, doing string) {
	timer := time.NewTimer(moment)
	defer timer.Stop()
	select {
	case err := <-c:
		t.fail("%s ended too early: %v", doing, err)
	case <-timer.C:
	}
}
