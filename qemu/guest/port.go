// SPDX-License-Identifier: MIT

package guest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// hostLimit is how long the host may take to open its end.
const hostLimit = 30 * time.Second

// A port is the agent's virtio-serial port.
type port struct {
	file     *os.File
	deadline time.Time // for the host's end to be opened
}

// openPort opens the port, in blocking mode: the kernel makes a writer wait
// until the host has taken what is queued.
func openPort() (*port, error) {
	name, err := waitPort("/sys/class/virtio-ports", portLimit)
	if err != nil {
		return nil, err
	}
	path := "/dev/" + name
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return &port{file: os.NewFile(uintptr(fd), path), deadline: time.Now().Add(hostLimit)}, nil
}

// Read reads from the host. While the host has not opened its end the kernel
// reports the end of the file (port_fops_read in
// drivers/char/virtio_console.c); that is no end before the deadline.
func (p *port) Read(b []byte) (int, error) {
	const step = 10 * time.Millisecond
	for {
		n, err := p.file.Read(b)
		if n > 0 || !errors.Is(err, io.EOF) || time.Now().After(p.deadline) {
			return n, err
		}
		time.Sleep(step)
	}
}

// Write writes to the host.
func (p *port) Write(b []byte) (int, error) { return p.file.Write(b) }
