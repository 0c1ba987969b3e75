// SPDX-License-Identifier: MIT

package guest

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
)

func TestByProgram(t *testing.T) {
	t.Parallel()
	for record, want := range map[string]bool{
		"14,339,5140900,-;[IGT] kms_flip: executing\n":                     true,
		"30,340,5140900,-;systemd\n":                                       true,
		"4,341,5141000,-,caller=T42;=====================\n SUBSYSTEM=x\n": false,
		"7,342,5141000,-;turning off the locking correctness validator.":   false,
		"":        false,
		"14":      false,
		"x,1,2,-": false,
	} {
		if got := byProgram([]byte(record)); got != want {
			t.Errorf("byProgram(%q) = %v; want %v", record, got, want)
		}
	}
}

// A FIFO hands out what is written in one piece, as /dev/kmsg does a record.
func TestKernelLogSilent(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "kmsg")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	l := openFIFO(t, path)
	for _, step := range []struct {
		text string
		want bool
	}{
		{"", true},
		{"14,1,2,-;[IGT] x: executing\n", true},
		{"4,2,3,-;WARNING: possible circular locking dependency detected\n", false},
		{"", true},
	} {
		if _, err := w.WriteString(step.text); err != nil {
			t.Fatal(err)
		}
		if got := l.silent(); got != step.want {
			t.Errorf("silent() after %q = %v; want %v", step.text, got, step.want)
		}
	}
	w.Close()
	if l.silent() {
		t.Error("silent() of a log that ended = true; want false, nothing is known")
	}
	var none *kernelLog
	if none.silent() {
		t.Error("silent() without a log = true; want false, nothing is known")
	}
	none.close()
}

// openFIFO is openKernelLog for a file that has no end to go to.
func openFIFO(t *testing.T, path string) *kernelLog {
	t.Helper()
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	l := &kernelLog{fd: fd, buf: make([]byte, maxRecord)}
	t.Cleanup(l.close)
	return l
}

// While the kernel says nothing, lockdep_stats is not read again.
func TestLockdepNow(t *testing.T) {
	t.Parallel()
	b := newBench(t, wire.Plan{})
	fifo := filepath.Join(b.dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	b.kernel = openFIFO(t, fifo)
	b.state = lockdepState(b.lockdep)
	write(t, b.lockdep, " debug_locks:     0\n")
	for _, step := range []struct {
		text  string
		alive bool
	}{{"14,1,2,-;[IGT] x: executing\n", true}, {"7,2,3,-;turning off\n", false}} {
		if _, err := w.WriteString(step.text); err != nil {
			t.Fatal(err)
		}
		if got := b.lockdepNow(); got.Alive != step.alive {
			t.Errorf("lockdepNow() after %q = %+v; want alive %v", step.text, got, step.alive)
		}
	}
}

func TestOpenKernelLogFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := openKernelLog(filepath.Join(dir, "none")); err == nil {
		t.Error("openKernelLog of no file: no error")
	}
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openKernelLog(fifo); err == nil {
		t.Error("openKernelLog of a file without an end: no error")
	}
}
