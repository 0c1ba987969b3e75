// SPDX-License-Identifier: MIT

package qemu

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fencebot/fencebot/qemu/wire"
)

// The test binary is QEMU, too: under a name that starts with fakePrefix it
// plays the script of the rest of the name.
const fakePrefix = "fakeqemu-"

// runnerArg makes the test binary call Run, to be killed in the middle of it.
const runnerArg = "-fencebot-runner="

func TestMain(m *testing.M) {
	if script, ok := strings.CutPrefix(filepath.Base(os.Args[0]), fakePrefix); ok {
		os.Exit(playFake(script))
	}
	if len(os.Args) > 1 && strings.HasPrefix(os.Args[1], runnerArg) {
		dir := strings.TrimPrefix(os.Args[1], runnerArg)
		_, err := Run(context.Background(), fakeOptions(dir), wire.Plan{Jobs: jobs("stay")})
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// fake is a QEMU with a guest in it, seen from inside.
type fake struct {
	keys  io.Reader
	agent *os.File
	enc   *wire.Encoder
	plan  wire.Plan
}

func playFake(script string) int {
	f := &fake{keys: os.Stdin}
	for _, arg := range os.Args {
		if fd, ok := strings.CutPrefix(arg, "socket,fd="); ok {
			fd, _, _ := strings.Cut(fd, ",")
			n, _ := strconv.Atoi(fd)
			f.agent = os.NewFile(uintptr(n), "agent")
		}
	}
	if script == "refuse" {
		fmt.Fprintln(os.Stderr, "qemu: -machine pc: no such\x1b[31m thing")
		return 1
	}
	switch script {
	case "kvmruns":
		return probeExit
	case "kvmaborts":
		fmt.Fprintln(os.Stderr, "error: failed to set MSR 0x10a")
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "kvmhangs":
		f.stay()
	}
	f.enc = wire.NewEncoder(f.agent)
	fmt.Printf("[    0.000000] Linux version 6.12 pid=%d\n", os.Getpid())
	switch script {
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		f.ready(true)
		f.stay()
	case "noboot":
		f.stay()
	case "bootpanic":
		fmt.Println("Kernel panic - not syncing: VFS: Unable to mount root fs")
		return 0
	case "bootreset":
		return 0
	case "agentfails":
		f.send(wire.Event{Kind: wire.Failed, Text: "no /proc\nat all"})
		return 0
	case "garbage":
		f.agent.Write(bytes.Repeat([]byte{0, 0xff, '\n', '{', '}'}, 100000))
		f.agent.Write(bytes.Repeat([]byte{'x'}, 3*wire.MaxLine))
		f.agent.WriteString("\n[1,2]\n{\"kind\":\"end\",\"index\":-7}\n")
	case "forged":
		return f.forge()
	case "flood":
		flood()
	}
	f.ready(script != "dead")
	return f.guest()
}

// guest runs the plan; a job's binary says what happens in it.
func (f *fake) guest() int {
	alive := true
	for i, job := range f.plan.Jobs {
		f.send(wire.Event{Kind: wire.Start, Index: i, Name: "no name of the guest counts"})
		end := wire.Event{Kind: wire.End, Index: i, Result: wire.Pass}
		switch job.Binary {
		case "panic":
			fmt.Println("Kernel pan" + "ic - not syncing: Fatal exception")
			return 0
		case "panicstay":
			fmt.Println(panicMark)
			f.stay()
		case "reset":
			return 0
		case "killed":
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
		case "stay":
			f.stay()
		case "hang": // answers SysRq and is gone
			f.sysrq()
			return 0
		case "hangs-a-while": // the agent wakes up again
			f.sysrq()
		case "agenthang":
			f.send(wire.Event{Kind: wire.Hang, Index: i, Text: "not dead after SIGKILL"})
			end.Result = wire.Timeout
		case "splat":
			alive = false
		}
		f.send(wire.Event{Kind: wire.Output, Index: i, Text: "output of " + job.Binary})
		end.Lockdep = wire.Lockdep{Known: true, Alive: alive}
		f.send(end)
		if !alive && f.plan.StopOnDead {
			f.send(wire.Event{Kind: wire.Stopped, Index: i})
			return 0
		}
	}
	f.send(wire.Event{Kind: wire.Done})
	if n := len(f.plan.Jobs); n > 0 {
		switch f.plan.Jobs[n-1].Binary {
		case "notdown":
			f.sysrq()
			f.stay()
		case "panicdown":
			fmt.Println(panicMark)
		}
	}
	return 0
}

// ready says so and takes the plan.
func (f *fake) ready(alive bool) {
	f.send(wire.Event{Kind: wire.Ready, Uptime: 1.5, Kernel: "6.12.0\x1b", Lockdep: wire.Lockdep{Known: true, Alive: alive}})
	plan, err := wire.NewDecoder(f.agent).Plan()
	if err != nil {
		fmt.Println("no plan:", err)
	}
	f.plan = plan
}

func (f *fake) send(ev wire.Event) {
	if err := f.enc.Event(ev); err != nil {
		fmt.Println("not sent:", err)
	}
}

// sysrq waits for the key sequence and answers it.
func (f *fake) sysrq() {
	keys := make([]byte, len(sysrq))
	if _, err := io.ReadFull(f.keys, keys); err == nil && string(keys) == sysrq {
		fmt.Println("sysrq: Show Blocked State")
	}
}

// stay does nothing until somebody ends it.
func (f *fake) stay() {
	io.Copy(io.Discard, f.keys)
	time.Sleep(time.Hour) // in the fake, not in a test: it is to be killed
}

// forge sends what no agent would.
func (f *fake) forge() int {
	f.send(wire.Event{Kind: wire.End, Index: 0, Result: wire.Pass}) // before ready
	f.ready(true)
	f.send(wire.Event{Kind: wire.Ready})
	f.send(wire.Event{Kind: wire.End, Index: 1, Result: wire.Pass}) // never started
	f.send(wire.Event{Kind: wire.Hang, Index: 0})
	f.send(wire.Event{Kind: wire.Start, Index: 60000})
	f.send(wire.Event{Kind: wire.Start, Index: 0, Name: "<b>"})
	for range 100000 {
		f.send(wire.Event{Kind: wire.Output, Index: 0, Text: "spam"})
		f.send(wire.Event{Kind: wire.Hang, Index: 0})
	}
	f.send(wire.Event{Kind: wire.End, Index: 0, Result: wire.Fail, Seconds: 999999, Name: "<b>"})
	f.send(wire.Event{Kind: wire.End, Index: 0, Result: wire.Pass}) // twice
	f.send(wire.Event{Kind: wire.Start, Index: 0})                  // again
	f.send(wire.Event{Kind: wire.Stopped, Index: 5})                // not asked for
	f.send(wire.Event{Kind: wire.Done})
	f.send(wire.Event{Kind: wire.Start, Index: 1}) // after the end
	return 0
}

// flood prints 200 MB.
func flood() {
	line := bytes.Repeat([]byte("0123456789abcde\n"), 1<<12)
	for range 200 << 20 / len(line) {
		os.Stdout.Write(line)
	}
	fmt.Println("last line of the flood")
}

// fakeOptions returns options that run the script that setFake put into dir.
func fakeOptions(dir string) Options {
	found, _ := filepath.Glob(filepath.Join(dir, fakePrefix+"*"))
	binary := filepath.Join(dir, "none")
	if len(found) == 1 {
		binary = found[0]
	}
	return Options{
		Binary: binary, Kernel: filepath.Join(dir, "vmlinux"), RootImage: filepath.Join(dir, "root.img"),
		ConsolePath: filepath.Join(dir, "console.log"), Accel: AccelTCG,
		// Another user could not reach the test binary.
		User: &Credential{UID: uint32(os.Getuid()), GID: uint32(os.Getgid())},
	}
}

// setFake makes a directory with a fake QEMU and all that Run wants to open.
func setFake(t *testing.T, script string) Options {
	t.Helper()
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(dir, fakePrefix+script)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"vmlinux", "root.img"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return fakeOptions(dir)
}

// jobs returns a job for each behaviour of the fake guest.
func jobs(binaries ...string) []wire.Job {
	var list []wire.Job
	for i, b := range binaries {
		list = append(list, wire.Job{Binary: b, Subtest: strconv.Itoa(i)})
	}
	return list
}
