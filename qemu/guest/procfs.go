// SPDX-License-Identifier: MIT

package guest

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/fencebot/fencebot/qemu/wire"
)

// Files of procfs that the agent reads or writes.
const (
	cmdlinePath = "/proc/cmdline"
	lockdepPath = "/proc/lockdep_stats"
	uptimePath  = "/proc/uptime"
	releasePath = "/proc/sys/kernel/osrelease"
	sysrqPath   = "/proc/sysrq-trigger"
	kmsgPath    = "/dev/kmsg"
)

// maxStats is how much of a file in procfs is read.
const maxStats = 64 << 10

// lockdepState reads debug_locks, which the kernel sets to 0 with its first
// report (kernel/locking/lockdep_proc.c, lib/debug_locks.c).
func lockdepState(path string) wire.Lockdep {
	stats, err := readSome(path)
	if err != nil {
		return wire.Lockdep{Text: err.Error()}
	}
	return parseLockdep(stats)
}

func parseLockdep(stats []byte) wire.Lockdep {
	for line := range bytes.Lines(stats) {
		name, value, ok := strings.Cut(string(line), ":")
		if !ok || strings.TrimSpace(name) != "debug_locks" {
			continue
		}
		switch strings.TrimSpace(value) {
		case "0":
			return wire.Lockdep{Known: true}
		case "1":
			return wire.Lockdep{Known: true, Alive: true}
		}
		return wire.Lockdep{Text: fmt.Sprintf("debug_locks is %.20q", strings.TrimSpace(value))}
	}
	return wire.Lockdep{Text: "no debug_locks in lockdep_stats"}
}

// uptime returns the seconds since the kernel started, 0 when it is not known.
func uptime(path string) float64 {
	text, err := readSome(path)
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) == 0 {
		return 0
	}
	seconds, err := strconv.ParseFloat(fields[0], 64)
	if err != nil || !(seconds >= 0 && seconds < 1e6) {
		return 0
	}
	return seconds
}

// release returns the kernel's release, for example 6.12.117.
func release(path string) string {
	text, err := readSome(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text[:min(len(text), wire.MaxName)]))
}

func readSome(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxStats))
}

// sysrq does one SysRq command (Documentation/admin-guide/sysrq.rst).
func sysrq(path string, command byte) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return // a kernel without SysRq: there is less in the log
	}
	defer f.Close()
	_, _ = f.Write([]byte{command}) // as above
}

// kmsg writes lines to the kernel log.
type kmsg struct {
	path string
}

// printf writes one line at level info, as IGT does. The file is opened for
// each line because the kernel limits the rate of each open file (devkmsg_open
// in kernel/printk/printk.c). An error has nowhere to go.
func (k kmsg) printf(format string, args ...any) {
	const info = "<6>"
	f, err := os.OpenFile(k.path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return
	}
	defer f.Close()
	_, _ = f.WriteString(info + fmt.Sprintf(format, args...) + "\n")
}

// igt writes one of IGT's marker lines: "[IGT] kms_flip: starting subtest x".
func (k kmsg) igt(binary, format string, args ...any) {
	k.printf("[IGT] %s: %s", binary, fmt.Sprintf(format, args...))
}
