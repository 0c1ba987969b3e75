// SPDX-License-Identifier: MIT

package qemu

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// A process is a running QEMU with our ends of its channels.
type process struct {
	channels
	cmd     *exec.Cmd
	stderr  *tail
	started time.Time
	stop    context.CancelFunc // SIGTERM, then SIGKILL after KillDelay
	done    chan struct{}      // closed when QEMU is gone and waited for
	err     error              // of Wait; valid once done is closed
}

// start runs QEMU with what o describes. The process is gone at the latest
// KillDelay after ctx ends or stop is called.
func start(ctx context.Context, o Options) (*process, error) {
	in, err := openInputs(o)
	if err != nil {
		return nil, err
	}
	defer in.release() // QEMU has its own copies
	ctx, stop := context.WithCancel(ctx)
	cmd := command(ctx, o, arguments(o, in.wiring()))
	cmd.Stdin, cmd.Stdout, cmd.ExtraFiles = in.stdin, in.stdout, in.files
	p := &process{
		channels: in.channels, cmd: cmd,
		stderr: &tail{limit: 4 << 10}, stop: stop, done: make(chan struct{}),
	}
	cmd.Stderr = p.stderr
	if err := p.run(); err != nil {
		stop()
		p.close()
		return nil, fmt.Errorf("start %s: %w", o.Binary, err)
	}
	return p, nil
}

// command returns a command for QEMU that dies with us and on ctx.
func command(ctx context.Context, o Options, args []string) *exec.Cmd {
	argv := launch(o, args)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = "/"
	cmd.Env = []string{"LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setpgid:   true, // Ctrl-C on the terminal is ours to handle
		Pdeathsig: syscall.SIGKILL,
	}
	if o.drops() && len(o.VFIO) == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{
			Uid: o.User.UID, Gid: o.User.GID, Groups: kvmGroup(o.Accel),
		}
	}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = o.KillDelay
	return cmd
}

// run starts the command and a goroutine that waits for it.
//
// The kernel sends Pdeathsig when the thread that forked ends, not the process
// (prctl(2), PR_SET_PDEATHSIG), so that thread is kept for as long as QEMU runs.
func (p *process) run() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		p.started = time.Now()
		err := p.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.err = p.cmd.Wait()
		p.stop()
		close(p.done)
	}()
	return <-started
}

// failure returns an error when QEMU ended in a way that was neither a guest's
// nor ours, and nil otherwise.
func (p *process) failure() error {
	exit, ok := errors.AsType[*exec.ExitError](p.err)
	if !ok || exit.Success() {
		return nil
	}
	if words := p.stderr.String(); words != "" {
		return fmt.Errorf("qemu: %s: %s", exit.ProcessState, words)
	}
	return fmt.Errorf("qemu: %s", exit.ProcessState)
}

// kvmGroup returns the supplementary group that may open /dev/kvm, if QEMU is
// to open it and a group may.
func kvmGroup(accel string) []uint32 {
	if accel != AccelKVM {
		return nil
	}
	info, err := os.Stat(kvmDevice)
	if err != nil {
		return nil // QEMU will say so
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || info.Mode().Perm()&0o060 != 0o060 || st.Gid == 0 {
		return nil
	}
	return []uint32{st.Gid}
}

// tail keeps the last bytes written to it. It is safe for concurrent use.
type tail struct {
	limit int
	mu    sync.Mutex
	buf   []byte
}

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p[max(0, len(p)-t.limit):]...)
	t.buf = t.buf[max(0, len(t.buf)-t.limit):]
	return len(p), nil
}

// String returns what is kept on one line of printable characters.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return oneLine(string(t.buf), t.limit)
}
