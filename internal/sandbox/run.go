// SPDX-License-Identifier: MIT

package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// killDelay is how long a cancelled child may take to go before it is killed.
const killDelay = 5 * time.Second

// Run runs the command of spec and waits for it. When it returns, no process of
// the command is alive. See the package comment for its errors.
func (s *Sandbox) Run(ctx context.Context, spec Spec) error {
	if err := spec.validate(); err != nil {
		return err
	}
	lim := spec.Limits.withDefaults()
	if lim.Wall > 0 {
		var done context.CancelFunc
		ctx, done = context.WithTimeoutCause(ctx, lim.Wall, &LimitError{Limit: "wall time", Max: lim.Wall.String()})
		defer done()
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)

	id := identity{root: s.root && !s.none, uid: os.Getuid(), gid: os.Getgid()}
	if id.root {
		lease, err := leaseUID(s.uidDir)
		if err != nil {
			return err
		}
		defer lease.release()
		id.uid, id.gid = lease.uid, lease.uid
		for _, m := range spec.Mounts {
			if m.Shared {
				id.groups = strconv.Itoa(sharedGID)
			}
		}
	}
	watch, err := s.prepareMounts(spec.Mounts, id, lim)
	if err != nil {
		return err
	}
	defer watch.start(ctx, s.tick, stop)()
	if s.none {
		return s.runBare(ctx, &spec)
	}
	return s.runConfined(ctx, &spec, id, lim)
}

// runConfined starts bubblewrap and waits for it and for the end of its pid
// namespace.
func (s *Sandbox) runConfined(ctx context.Context, spec *Spec, id identity, lim Limits) error {
	statusR, statusW, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("start sandbox: %w", err)
	}
	defer statusR.Close()
	defer statusW.Close()
	words := &wordsOf{out: orDiscard(spec.Stderr)}
	cmd := exec.CommandContext(ctx, s.bwrap)
	cmd.Env = []string{}
	cmd.Stdout, cmd.Stderr = orDiscard(spec.Stdout), words
	if spec.Stdout == spec.Stderr {
		cmd.Stdout = words // one pipe, so that the order of lines is kept
	}
	cmd.ExtraFiles = []*os.File{statusW}
	filter, err := filterFile()
	if err != nil {
		return fmt.Errorf("start sandbox: %w", err)
	}
	if filter != nil {
		defer filter.Close()
		cmd.ExtraFiles = append(cmd.ExtraFiles, filter)
	}
	cmd.Args = append(cmd.Args, s.bwrapArgs(spec, id, lim, filter != nil)...)
	// The death of the outer bubblewrap kills the namespace (--die-with-parent).
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = killDelay
	// Descriptors that fencebot itself inherited, from a shell or a service
	// manager, would otherwise pass through into the sandbox.
	if err := unix.CloseRange(3, math.MaxInt32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return fmt.Errorf("start sandbox: close inherited descriptors (needs Linux 5.11): %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start sandbox: %w", err)
	}
	statusW.Close()
	status := readStatus(statusR)
	waitErr := cmd.Wait()
	code, exited := <-status.exit
	<-status.gone
	return outcome(ctx, code, exited, waitErr, words.first())
}

// outcome turns the end of a run into the error that Run promises.
func outcome(ctx context.Context, code int, exited bool, waitErr error, words string) error {
	switch {
	case ctx.Err() != nil && (!exited || code != 0):
		return fmt.Errorf("run in sandbox: %w", context.Cause(ctx))
	case !exited:
		return fmt.Errorf("start sandbox: %w: %s", waitErr, words)
	case code != 0:
		return &ExitError{Code: code}
	case waitErr != nil && !errors.As(waitErr, new(*exec.ExitError)):
		return fmt.Errorf("run in sandbox: %w", waitErr) // a writer of the caller failed
	}
	return nil
}

// status is what bubblewrap says on its status descriptor.
type status struct {
	exit chan int      // the exit code; closed without one when the command was never started
	gone chan struct{} // closed when the first process of the namespace is dead
}

// readStatus follows bubblewrap's --json-status-fd until it is closed. The
// first process of the namespace dies after all others (pid_namespaces(7)), so
// waiting for it is waiting for everything.
func readStatus(r io.Reader) status {
	st := status{exit: make(chan int, 1), gone: make(chan struct{})}
	go func() {
		defer close(st.gone)
		pidfd := -1
		dec := json.NewDecoder(io.LimitReader(r, 1<<16))
		for {
			var msg struct {
				ChildPID int  `json:"child-pid"`
				ExitCode *int `json:"exit-code"`
			}
			if dec.Decode(&msg) != nil {
				break
			}
			if msg.ChildPID > 0 && pidfd < 0 {
				pidfd, _ = unix.PidfdOpen(msg.ChildPID, 0) // an error means it is gone
			}
			if msg.ExitCode != nil {
				st.exit <- *msg.ExitCode
				break
			}
		}
		close(st.exit)
		awaitExit(pidfd)
	}()
	return st
}

// awaitExit waits until the process of a pidfd is dead.
func awaitExit(pidfd int) {
	if pidfd < 0 {
		return
	}
	defer unix.Close(pidfd)
	for {
		_, err := unix.Poll([]unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}, -1)
		if !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

// runBare runs a command of [None] in a process group of its own.
func (s *Sandbox) runBare(ctx context.Context, spec *Spec) error {
	cmd := exec.CommandContext(ctx, spec.Argv[0], spec.Argv[1:]...)
	cmd.Dir = hostPath(spec.Mounts, spec.Dir)
	cmd.Env = append([]string{}, spec.Env...)
	cmd.Stdout, cmd.Stderr = orDiscard(spec.Stdout), orDiscard(spec.Stderr)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = killDelay
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start command: %w", err)
	}
	waitErr := cmd.Wait()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what the leader left behind
	code := cmd.ProcessState.ExitCode()
	if ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		code = 128 + int(ws.Signal())
	}
	return outcome(ctx, code, true, waitErr, "")
}

func orDiscard(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}

// wordsOf passes a stream on and keeps its first bytes, where bubblewrap says
// why it could not start.
type wordsOf struct {
	out  io.Writer
	head boundedBuffer
}

func (w *wordsOf) Write(p []byte) (int, error) {
	_, _ = w.head.Write(p)
	return w.out.Write(p)
}

// first gives the first line that bubblewrap or one of the wrappers said.
func (w *wordsOf) first() string {
	for line := range strings.Lines(w.head.String()) {
		if strings.HasPrefix(line, "bwrap: ") {
			return strings.TrimSpace(line)
		}
	}
	return "bubblewrap said nothing"
}

// boundedBuffer keeps the first 8 KiB that are written to it.
type boundedBuffer struct{ b []byte }

func (b *boundedBuffer) Write(p []byte) (int, error) {
	b.b = append(b.b, p[:min(len(p), 8192-len(b.b))]...)
	return len(p), nil
}

func (b *boundedBuffer) String() string { return string(b.b) }
