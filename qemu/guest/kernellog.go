// SPDX-License-Identifier: MIT

package guest

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"
)

// maxRecord is the longest record that /dev/kmsg hands out, in bytes
// (PRINTK_MESSAGE_MAX in kernel/printk/internal.h; 8 KiB before Linux 6.5).
const maxRecord = 8 << 10

// A kernelLog reads what the kernel prints, record by record
// (Documentation/ABI/testing/dev-kmsg). It is for one question only: did the
// kernel say anything?
type kernelLog struct {
	fd  int
	buf []byte
}

// openKernelLog opens path behind its last record.
func openKernelLog(path string) (*kernelLog, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if _, err := unix.Seek(fd, 0, unix.SEEK_END); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("go to the end of %s: %w", path, err)
	}
	return &kernelLog{fd: fd, buf: make([]byte, maxRecord)}, nil
}

// silent reports whether the kernel printed nothing since the last call. Lines
// that programs write do not count. In doubt it is false: a log that cannot be
// read, or records that were overwritten. A nil log is never silent.
func (l *kernelLog) silent() bool {
	if l == nil {
		return false
	}
	silent := true
	for {
		n, err := unix.Read(l.fd, l.buf)
		switch {
		case errors.Is(err, unix.EAGAIN):
			return silent
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EPIPE): // the reader was too slow; the next read goes on
			silent = false
		case err != nil || n == 0:
			return false
		case !byProgram(l.buf[:n]):
			silent = false
		}
	}
}

// close closes the log.
func (l *kernelLog) close() {
	if l != nil {
		unix.Close(l.fd)
	}
}

// byProgram reports whether a record was written by a program: the number
// before the first comma is facility * 8 + level, and only the kernel itself
// has facility 0 (devkmsg_write in kernel/printk/printk.c).
func byProgram(record []byte) bool {
	prefix, _, ok := bytes.Cut(record, []byte(","))
	n, err := strconv.Atoi(string(prefix))
	return ok && err == nil && n>>3 != 0
}
