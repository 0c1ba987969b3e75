// SPDX-License-Identifier: MIT

package lockdep

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// benchSize is the size of a log: too much to be held in memory by accident.
const benchSize = 200 << 20

// headers are the words that reports begin with, as a list for grep.
func headers() []byte {
	var out bytes.Buffer
	for _, s := range lockdepStarts {
		fmt.Fprintln(&out, s.words)
	}
	for _, s := range bugStarts {
		fmt.Fprintln(&out, "BUG: "+s.words)
	}
	for _, s := range plainStarts {
		fmt.Fprintln(&out, s.words)
	}
	for _, s := range []string{
		"BUG: MAX_", "BUG: using ", "WARNING: CPU: ", "WARNING: at ", "INFO: rcu_", "INFO: task ",
		"-unsafe lock order detected", " still has locks held!", "list_add ", "list_del ",
	} {
		fmt.Fprintln(&out, s)
	}
	return out.Bytes()
}

// quietLines are what a console says on an ordinary day; %d is replaced by a number.
var quietLines = []string{
	"usb 1-%d: new high-speed USB device number %d using xhci_hcd",
	"EXT4-fs (vda%d): mounted filesystem with ordered data mode. Quota mode: none.",
	"systemd[1]: Started Daily Cleanup of Temporary Directories (%d of %d).",
	"audit: type=1400 audit(1763839370.%d:%d): apparmor=\"STATUS\" operation=\"profile_load\"",
	"[drm] Initialized vkms %d.0.0 for vkms on minor %d",
	"pci 0000:00:%d.0: BAR 4 [mem 0xfe000000-0xfe00%dfff 64bit pref]",
	"input: AT Translated Set 2 keyboard as /devices/platform/i8042/serio%d/input/input%d",
	"random: crng init done (%d bits)",
	"clocksource: Switched to clocksource tsc-early (%d)",
	"Bluetooth: hci%d: unexpected event for opcode 0x%d",
	"IPv6: ADDRCONF(NETDEV_CHANGE): eth%d: link becomes ready",
	"loop%d: detected capacity change from 0 to %d",
	"Warning: unable to open an initial console (%d).",
	"Booting node %d, processor %d",
	"[IGT] kms_flip: starting subtest basic-%d",
}

// writeQuiet writes a console log with few reports to a file.
func writeQuiet(b *testing.B, name string, report []byte) {
	b.Helper()
	f, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	out := bufio.NewWriter(f)
	for size, next := 0, benchSize/16; size < benchSize; {
		form := quietLines[rnd.IntN(len(quietLines))]
		args := []any{rnd.IntN(10), rnd.IntN(10_000)}
		n, _ := fmt.Fprintf(out, "[%5d.%06d] "+form+"\n", append([]any{size >> 12, size & 0xfffff},
			args[:strings.Count(form, "%d")]...)...)
		if size += n; size > next {
			n, _ = out.Write(report)
			size, next = size+n, next+benchSize/16
		}
	}
	if err := errors.Join(out.Flush(), f.Close()); err != nil {
		b.Fatal(err)
	}
}

// scanAll reads a log to its end and returns the number of reports.
func scanAll(b *testing.B, in io.Reader) int {
	b.Helper()
	n := 0
	for _, err := range Scan(in, Options{}) {
		if err != nil {
			b.Fatal(err)
		}
		n++
	}
	return n
}

// oneCore makes the benchmark use one processor, for the collector, too.
func oneCore(b *testing.B) {
	before := runtime.GOMAXPROCS(1)
	b.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

// used is the time that processors spent for this process: unlike the clock on the
// wall, it does not count who else is at work on the machine.
func used(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// speed reports bytes per second of processor time, and the memory of the process.
func speed(b *testing.B, spent time.Duration) {
	b.ReportMetric(float64(b.N)*benchSize/1e6/spent.Seconds(), "cpu-MB/s")
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/1e6, "MB-memory")
}

// BenchmarkQuiet reads a console log of 200 MB with a few reports, and has grep look
// for the same headers in the same file in the same run.
func BenchmarkQuiet(b *testing.B) {
	grep, err := exec.LookPath("grep")
	if err != nil {
		b.Skip(err)
	}
	report, err := os.ReadFile(filepath.Join("testdata", "reports", "irq-unsafe-lock.log"))
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	log, list := filepath.Join(dir, "console.log"), filepath.Join(dir, "headers")
	writeQuiet(b, log, report)
	if err := os.WriteFile(list, headers(), 0o600); err != nil {
		b.Fatal(err)
	}
	oneCore(b)
	var ours, theirs time.Duration
	found := 0
	b.SetBytes(benchSize)
	for b.Loop() {
		b.StopTimer()
		cmd := exec.CommandContext(b.Context(), grep, "-aFc", "-f", list, log)
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		if out, err := cmd.Output(); err != nil {
			b.Fatalf("run grep: %v: %s", err, out)
		}
		theirs += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		f, err := os.Open(log)
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		start := used(b)
		found = scanAll(b, f)
		ours += used(b) - start
		f.Close()
	}
	b.ReportMetric(float64(found), "reports")
	b.ReportMetric(float64(theirs)/float64(ours), "x-grep")
	speed(b, ours)
}

// A loop repeats a text until size bytes are read.
type loop struct {
	text     []byte
	at, size int
}

func (l *loop) Read(p []byte) (int, error) {
	if l.at >= l.size {
		return 0, io.EOF
	}
	n := copy(p, l.text[l.at%len(l.text):])
	l.at += n
	return n, nil
}

// BenchmarkDense reads logs that consist of reports, one after the other, 200 MB of them.
func BenchmarkDense(b *testing.B) {
	root := cmp.Or(os.Getenv("FENCEBOT_SHARED"), filepath.Join("..", "..", "..", "shared"))
	dir := filepath.Join(root, "data", "lockdep")
	index, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		b.Skipf("no shared test data (set FENCEBOT_SHARED): %v", err)
	}
	var cases []struct{ File string }
	if err := json.Unmarshal(index, &cases); err != nil {
		b.Fatal(err)
	}
	var text []byte
	for _, c := range cases {
		data, err := os.ReadFile(filepath.Join(dir, c.File))
		if err != nil {
			b.Fatal(err)
		}
		if _, log, ok := bytes.Cut(data, []byte("\n\n")); ok {
			data = log
		}
		text = append(append(text, data...), '\n')
	}
	oneCore(b)
	b.SetBytes(benchSize)
	b.ReportAllocs()
	start := used(b)
	for b.Loop() {
		b.ReportMetric(float64(scanAll(b, &loop{text: text, size: benchSize})), "reports")
	}
	speed(b, used(b)-start)
}
