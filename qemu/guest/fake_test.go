// SPDX-License-Identifier: MIT

package guest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
)

// fakeEnv makes the test binary a test program instead.
const fakeEnv = "FENCEBOT_GUEST_FAKE"

func TestMain(m *testing.M) {
	switch os.Getenv(fakeEnv) {
	case "server":
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			code := fake(in.Text())
			fmt.Printf("\x00exit %d\n", code)
		}
		fakeCalls(line("f+0x1", 3) + line("end+0x1", 1))
		os.Exit(0)
	case "once":
		os.Exit(fake(os.Args[1]))
	}
	os.Exit(m.Run())
}

// fake does what its name says and returns the exit code.
func fake(name string) int {
	fmt.Println("Starting subtest: " + name)
	switch name {
	case "skip":
		fmt.Println("Test requirement not met: no device\nSubtest skip: SKIP (0.000s)")
		return 77
	case "fail":
		fmt.Println("Subtest fail: FAIL (0.100s)")
		return 98
	case "silent":
		return 0
	case "abort":
		return 112
	case "crash":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL) // Go handles the others
		select {}
	case "ends":
		os.Exit(3)
	case "kills-lockdep":
		_ = os.WriteFile(os.Getenv("FAKE_LOCKDEP"), []byte(" debug_locks:      0\n"), 0o600)
	case "counts":
		fakeCalls(line("f+0x1", 3))
	case "endless":
		for range 20000 {
			fmt.Println(strings.Repeat("x", 100))
		}
		fmt.Println(strings.Repeat("y", 1<<20))
	case "hangs":
		hang()
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		hang()
	case "unkillable":
		// A signal to its group misses it from here on, as a process in
		// uninterruptible sleep misses all. It ends with its input.
		parent, _ := syscall.Getpgid(os.Getppid())
		_ = syscall.Setpgid(0, parent)
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	fmt.Printf("Subtest %s: SUCCESS (0.001s)\n", name)
	return 0
}

// fakeCalls writes a histogram where one is asked for.
func fakeCalls(text string) {
	if path := os.Getenv("FAKE_HIST"); path != "" {
		_ = os.WriteFile(path, []byte(line("boot+0x1", 1)+text), 0o600)
	}
}

// hang does not come back. It is a system call because the runtime ends a
// program whose goroutines all wait, unless the race detector is in it.
func hang() {
	for {
		_ = syscall.Pause() // comes back for signals of the runtime
	}
}

// sharedReaper is one for all tests: it waits for any child of the process.
var sharedReaper = sync.OnceValue(newReaper)

// duplex is a port made of two streams.
type duplex struct {
	io.Reader
	io.Writer
}

// A bench is an agent with a made-up machine around it.
type bench struct {
	*agent
	dir  string
	hist string // histogram that the test program writes
	sent bytes.Buffer
}

func newBench(t *testing.T, plan wire.Plan) *bench {
	t.Helper()
	b := &bench{dir: t.TempDir()}
	var in bytes.Buffer
	if err := wire.NewEncoder(&in).Plan(plan); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"lockdep": " debug_locks:     1\n", "kmsg": "", "sysrq": ""} {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.agent = &agent{
		in:      wire.NewDecoder(&in),
		out:     wire.NewEncoder(&b.sent),
		log:     kmsg{path: filepath.Join(b.dir, "kmsg")},
		reaper:  sharedReaper(),
		command: b.fakeCommand,
		grace:   patience / 10,
		lockdep: filepath.Join(b.dir, "lockdep"),
		locks:   filepath.Join(b.dir, "locks"),
		count:   func() *counter { return &counter{} },
		sysrq:   filepath.Join(b.dir, "sysrq"),
	}
	return b
}

// fakeCommand starts the test binary: a server for built-in jobs, one run for
// IGT jobs.
func (b *bench) fakeCommand(job wire.Job) (command, error) {
	if job.Binary == "missing" {
		return command{path: filepath.Join(b.dir, "missing")}, nil
	}
	if job.Binary == "lacking" {
		return command{}, fmt.Errorf("%w: lacking", errNoTest)
	}
	self, err := os.Executable()
	c := command{
		path: self, args: []string{self, job.Subtest}, dir: b.dir, server: !job.IGT,
		env: []string{fakeEnv + "=once", "FAKE_LOCKDEP=" + b.lockdep, "FAKE_HIST=" + b.hist},
	}
	if c.server {
		c.env[0] = fakeEnv + "=server"
	}
	return c, err
}

// events returns what the agent sent.
func (b *bench) events(t *testing.T) []wire.Event {
	t.Helper()
	var events []wire.Event
	for d := wire.NewDecoder(bytes.NewReader(b.sent.Bytes())); ; {
		ev, err := d.Event()
		if errors.Is(err, io.EOF) {
			return events
		}
		if err != nil {
			t.Fatalf("the agent sent: %v", err)
		}
		events = append(events, ev)
	}
}

func (b *bench) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(b.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
