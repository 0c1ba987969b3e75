// SPDX-License-Identifier: MIT

package fencetest

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// open opens path and closes it at the end of the subtest.
func (t *trial) open(path string, flags int) int {
	fd, err := unix.Open(path, flags|unix.O_CLOEXEC, 0)
	t.need(err, "open "+path)
	return t.own(fd)
}

// own arranges for fd to be closed at the end of the subtest. A test that
// closes it earlier must use t.close.
func (t *trial) own(fd int) int {
	t.after(func() { _ = unix.Close(fd) })
	return fd
}

// dup gives a second descriptor that the caller closes by itself.
func (t *trial) dup(fd int) int {
	n, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	t.must(err, "dup")
	return n
}

// poll waits for events on fd and returns those that came, 0 after limit.
func poll(fd int, events int16, limit time.Duration) (int16, error) {
	deadline := time.Now().Add(limit)
	for {
		fds := []unix.PollFd{{Fd: int32(fd), Events: events}}
		left := max(0, time.Until(deadline).Milliseconds())
		n, err := unix.Poll(fds, int(left))
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return 0, err
		case n == 0:
			return 0, nil
		}
		return fds[0].Revents, nil
	}
}

// ready ends the subtest unless fd gets one of events in time.
func (t *trial) ready(fd int, events int16, what string) {
	got, err := poll(fd, events, patience)
	t.must(err, "poll "+what)
	t.check(got&events != 0, "%s: not ready after %v (events %#x)", what, patience, got)
}

// busy ends the subtest when fd has one of events within limit, which may be 0.
func (t *trial) busy(fd int, events int16, limit time.Duration, what string) {
	got, err := poll(fd, events, limit)
	t.must(err, "poll "+what)
	t.check(got&events == 0, "%s: ready too early (events %#x)", what, got)
}

// mmap maps size bytes of fd at offset, writes to each page and unmaps it at
// the end of the subtest.
func (t *trial) mmap(fd int, offset int64, size int) []byte {
	mem, err := unix.Mmap(fd, offset, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	t.must(err, "mmap")
	t.after(func() { _ = unix.Munmap(mem) })
	for i := 0; i < len(mem); i += pageSize {
		mem[i] = byte(i / pageSize)
	}
	return mem
}

// pageSize is x86's.
const pageSize = 4096
