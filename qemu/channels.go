// SPDX-License-Identifier: MIT

package qemu

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// channels are our ends of what connects us with a guest.
type channels struct {
	console *os.File // read: what the kernel prints
	keys    *os.File // write: what is typed on the console
	agent   net.Conn
}

// openConsole makes the console and returns QEMU's ends of it.
//
// The console is a pair of pipes and not a socket because QEMU throws console
// bytes away that it cannot write at once (flush_buf in
// hw/char/virtio-console.c). The guest writes 16 bytes at a time: a socket
// counts each as most of a kilobyte and is full after 4 KiB of text, a pipe
// packs them into pages.
func (c *channels) openConsole() (stdin, stdout *os.File, err error) {
	stdin, c.keys, err = os.Pipe()
	if err != nil {
		return nil, nil, fmt.Errorf("make keyboard pipe: %w", err)
	}
	c.console, stdout, err = os.Pipe()
	if err != nil {
		return stdin, nil, fmt.Errorf("make console pipe: %w", err)
	}
	widen(stdout)
	return stdin, stdout, nil
}

// openAgent makes the agent's channel and returns QEMU's end of it. Here QEMU
// makes the guest wait while it cannot write.
func (c *channels) openAgent() (theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("make socket pair: %w", err)
	}
	theirs = os.NewFile(uintptr(fds[1]), "agent")
	ours := os.NewFile(uintptr(fds[0]), "agent")
	defer ours.Close() // FileConn makes a copy
	if c.agent, err = net.FileConn(ours); err != nil {
		theirs.Close()
		return nil, fmt.Errorf("use socket pair: %w", err)
	}
	return theirs, nil
}

// pipeSizes are what a pipe's buffer may become, best first: the second is as
// much as an ordinary user may have (/proc/sys/fs/pipe-max-size).
func pipeSizes() []int { return []int{8 << 20, 1 << 20} }

// widen gives a pipe the largest buffer it may have. It is what the guest can
// print while we do not get to run; less of it is no error.
func widen(f *os.File) {
	raw, err := f.SyscallConn()
	if err != nil {
		return
	}
	raw.Control(func(fd uintptr) {
		for _, size := range pipeSizes() {
			if _, err := unix.FcntlInt(fd, unix.F_SETPIPE_SZ, size); err == nil {
				return
			}
		}
	})
}

// close closes our ends.
func (c *channels) close() {
	c.console.Close() // of a nil *os.File: an error and nothing else
	c.keys.Close()
	if c.agent != nil {
		c.agent.Close()
	}
}
