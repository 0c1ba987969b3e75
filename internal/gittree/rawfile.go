// SPDX-License-Identifier: MIT

package gittree

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// writeRaw creates a file with as few system calls as can be; a kernel has
// 86,000 of them. No part of the path is a symbolic link: the slot was empty
// and a tree cannot hold a link and files below it.
func writeRaw(name string, data []byte, perm os.FileMode, when time.Time) error {
	fd, err := unix.Open(name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC|unix.O_NOFOLLOW, uint32(perm))
	if err != nil {
		return fmt.Errorf("create %s: %w", name, err)
	}
	for len(data) > 0 && err == nil {
		var n int
		n, err = unix.Write(fd, data)
		if errors.Is(err, unix.EINTR) {
			err = nil
			continue
		}
		data = data[max(n, 0):]
	}
	if err == nil {
		err = unix.Fchmod(fd, uint32(perm)) // whatever the umask
	}
	if err == nil {
		t := unix.NsecToTimeval(when.UnixNano())
		err = unix.Futimes(fd, []unix.Timeval{t, t})
	}
	if err = errors.Join(err, unix.Close(fd)); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
