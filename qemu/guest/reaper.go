// SPDX-License-Identifier: MIT

package guest

import (
	"errors"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// A reaper waits for all children of the process: PID 1 inherits every orphan
// and must take its status. os/exec cannot be used beside it, because both
// would wait for the same children.
type reaper struct {
	mu      sync.Mutex
	waiting map[int]chan<- syscall.WaitStatus
	signals chan os.Signal
}

// newReaper starts a reaper. It lives as long as the process.
func newReaper() *reaper {
	r := &reaper{waiting: map[int]chan<- syscall.WaitStatus{}, signals: make(chan os.Signal, 1)}
	signal.Notify(r.signals, syscall.SIGCHLD)
	go func() {
		for range r.signals {
			r.reap()
		}
	}()
	return r
}

// start starts a child. Its status comes on the channel, once.
func (r *reaper) start(c command, stdin, output *os.File) (int, <-chan syscall.WaitStatus, error) {
	r.mu.Lock() // the child may end before it is in the map
	defer r.mu.Unlock()
	pid, err := syscall.ForkExec(c.path, c.args, &syscall.ProcAttr{
		Dir:   c.dir,
		Env:   c.env,
		Files: []uintptr{stdin.Fd(), output.Fd(), output.Fd()},
		Sys:   &syscall.SysProcAttr{Setpgid: true, Chroot: c.root},
	})
	if err != nil {
		return 0, nil, err
	}
	status := make(chan syscall.WaitStatus, 1)
	r.waiting[pid] = status
	return pid, status, nil
}

// reap takes the status of every child that has ended.
func (r *reaper) reap() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		if c, ok := r.waiting[pid]; ok {
			delete(r.waiting, pid)
			c <- status
		}
	}
}
