// SPDX-License-Identifier: MIT

package qemu

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/wire"
)

// soon is a limit that a test wants to see pass.
const soon = 100 * time.Millisecond

func TestRunExits(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		script  string
		jobs    []string
		set     func(*Options)
		exit    Exit
		detail  string // part of it
		console string // part of it
		results []wire.Result
	}{
		"clean": {
			jobs: []string{"a", "b"}, exit: Clean, console: "Linux version", results: []wire.Result{wire.Pass, wire.Pass},
		},
		"no jobs": {exit: Clean},
		"panic": {
			jobs: []string{"a", "panic", "b"}, exit: Panic, detail: "kernel panic during panic@1",
			console: "Fatal exception", results: []wire.Result{wire.Pass, wire.Incomplete},
		},
		"panic after the last test": {jobs: []string{"panicdown"}, exit: Panic, detail: "kernel panic", results: []wire.Result{wire.Pass}},
		"panic and no reset": {
			jobs: []string{"panicstay"}, exit: Panic, set: func(o *Options) { o.Grace = soon },
			results: []wire.Result{wire.Incomplete},
		},
		"panic at boot":       {script: "bootpanic", exit: Panic, detail: "kernel panic", console: "Unable to mount"},
		"reset at boot":       {script: "bootreset", exit: NoBoot, detail: "before the agent was ready"},
		"reset in a test":     {jobs: []string{"reset"}, exit: Panic, detail: "without a word during reset@0", results: []wire.Result{wire.Incomplete}},
		"no boot":             {script: "noboot", exit: NoBoot, set: func(o *Options) { o.BootTimeout, o.Grace = soon, soon }},
		"agent cannot go on":  {script: "agentfails", exit: AgentFailed, detail: "no /proc; at all"},
		"lockdep dead before": {script: "dead", jobs: []string{"splat", "b"}, exit: Clean, results: []wire.Result{wire.Pass, wire.Pass}},
		"lockdep dies": {
			jobs: []string{"splat", "b"}, exit: Clean, results: []wire.Result{wire.Pass},
		},
		"hang seen by the host": {
			jobs: []string{"hang", "b"}, exit: HangExit, detail: "hang@0 exceeded 100ms", console: "Show Blocked State",
			set: func(o *Options) { o.TestTimeout = soon }, results: []wire.Result{wire.Timeout},
		},
		"hang and nothing more": {
			jobs: []string{"stay"}, exit: HangExit, set: func(o *Options) { o.TestTimeout, o.Grace = soon, soon },
			results: []wire.Result{wire.Timeout},
		},
		"hang, and the run goes on": {
			jobs: []string{"hangs-a-while", "b"}, exit: HangExit, console: "Show Blocked State", detail: "a test hung",
			set: func(o *Options) { o.TestTimeout = time.Second }, results: []wire.Result{wire.Pass, wire.Pass},
		},
		"hang seen by the agent": {
			jobs: []string{"agenthang", "b"}, exit: HangExit, detail: "agenthang@0 hung",
			results: []wire.Result{wire.Timeout},
		},
		"not down after the last test": {
			jobs: []string{"notdown"}, exit: HangExit, detail: "did not go down", console: "Show Blocked State",
			set: func(o *Options) { o.Grace = time.Second }, results: []wire.Result{wire.Pass},
		},
		"silent": {
			jobs: []string{"stay"}, exit: Silent, detail: "no byte for 1s during stay@0",
			set:     func(o *Options) { o.SilenceTimeout, o.Grace = time.Second, soon },
			results: []wire.Result{wire.Incomplete},
		},
		"whole run too long": {
			jobs: []string{"stay"}, exit: TimedOut, detail: "run exceeded 1s",
			set:     func(o *Options) { o.RunTimeout, o.Grace = time.Second, soon },
			results: []wire.Result{wire.Incomplete},
		},
		"garbage from the agent": {script: "garbage", jobs: []string{"a"}, exit: Clean, results: []wire.Result{wire.Pass}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := tc.script
			if script == "" {
				script = "guest"
			}
			o := setFake(t, script)
			if tc.set != nil {
				tc.set(&o)
			}
			plan := wire.Plan{Jobs: jobs(tc.jobs...), StopOnDead: true}
			out, err := Run(t.Context(), o, plan)
			if err != nil {
				t.Fatalf("Run = %v; want an outcome", err)
			}
			if out.Exit != tc.exit || !strings.Contains(out.Detail, tc.detail) {
				t.Errorf("Run = %s, %q; want %s, %q", out.Exit, out.Detail, tc.exit, tc.detail)
			}
			console := readConsole(t, out)
			if !strings.Contains(console, tc.console) {
				t.Errorf("console is %.300q; want %q in it", console, tc.console)
			}
			results := jobResults(plan.Jobs, newSchedule(plan.Jobs).left, out.Events)
			if len(results) != len(tc.results) {
				t.Fatalf("results are %+v; want %v", results, tc.results)
			}
			for i, r := range results {
				if r.Result != tc.results[i] {
					t.Errorf("result of %s is %s; want %s", r.Job.Name(), r.Result, tc.results[i])
				}
			}
			gone(t, console)
		})
	}
}

func TestRunFailures(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		script string
		job    string
		set    func(*Options)
		want   string // in the error
	}{
		"refused arguments": {script: "refuse", want: "exit status 1: qemu: -machine pc: no such?[31m thing"},
		"killed":            {script: "guest", job: "killed", want: "signal: killed"},
		"not found":         {script: "guest", set: func(o *Options) { o.Binary = "/nonexistent/qemu" }, want: "no such file"},
		"no kernel":         {script: "guest", set: func(o *Options) { o.Kernel += "x" }, want: "open kernel"},
		"no image":          {script: "guest", set: func(o *Options) { o.RootImage += "x" }, want: "open image"},
		"no extra image":    {script: "guest", set: func(o *Options) { o.ExtraImage = "/nonexistent/x" }, want: "open image"},
		"no console":        {script: "guest", set: func(o *Options) { o.ConsolePath = "/nonexistent/x" }, want: "create console log"},
		"bad options":       {script: "guest", set: func(o *Options) { o.CPUs, o.Cmdline = -1, "a\nb" }, want: "-1 CPUs, want 1 to 64\nqemu: command line"},
		"bad plan":          {script: "guest", job: "../sh", want: "check plan: wire: bad line: job 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := setFake(t, tc.script)
			if tc.set != nil {
				tc.set(&o)
			}
			plan := wire.Plan{}
			if tc.job != "" {
				plan.Jobs = jobs(tc.job)
			}
			out, err := Run(t.Context(), o, plan)
			if err == nil || !strings.Contains(err.Error(), tc.want) || out.Exit != QEMUFailed {
				t.Errorf("Run = %s, %v; want %s and %q", out.Exit, err, QEMUFailed, tc.want)
			}
		})
	}
}

func TestRunForgedEvents(t *testing.T) {
	t.Parallel()
	o := setFake(t, "forged")
	plan := wire.Plan{Jobs: jobs("first", "second")}
	out, err := Run(t.Context(), o, plan)
	if err != nil {
		t.Fatal(err)
	}
	results := jobResults(plan.Jobs, newSchedule(plan.Jobs).left, out.Events)
	if len(results) != 1 || results[0].Result != wire.Fail || !results[0].Hung {
		t.Errorf("results are %d, first %s; want the first end of the only started job", len(results), results[0].Result)
	}
	if r := results[0]; r.Seconds > (out.Total+clockSlack).Seconds() || len(r.Output) > maxJobOutput {
		t.Errorf("job took %v s of %v and wrote %d bytes; want no more than was seen", r.Seconds, out.Total, len(r.Output))
	}
	for _, ev := range out.Events {
		if ev.Name != "" && ev.Name != "first@0" {
			t.Errorf("event %s has name %q; want names of the plan", ev.Kind, ev.Name)
		}
	}
	if last := out.Events[len(out.Events)-1]; last.Kind != wire.End || out.Refused < 100000 {
		t.Errorf("last event is %s, %d refused; want the end of the hung job and all the spam", last.Kind, out.Refused)
	}
}

func TestRunFlood(t *testing.T) {
	t.Parallel()
	o := setFake(t, "flood")
	o.ConsoleLimit = 1 << 20
	out, err := Run(t.Context(), o, wire.Plan{})
	if err != nil {
		t.Fatal(err)
	}
	console := readConsole(t, out)
	if len(console) > 1<<20+100 || !strings.HasPrefix(console, "[    0.000000] Linux version") ||
		!strings.Contains(console, "bytes of console dropped here]\n0123") || !strings.HasSuffix(console, "last line of the flood\n") {
		t.Errorf("console has %d bytes, from %.60q; want head, note and tail", len(console), console)
	}
}

func TestRunCancel(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{"polite": "guest", "stubborn": "stubborn"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := setFake(t, script)
			o.KillDelay = soon
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			interrupted := errors.New("interrupted")
			go func() {
				waitFor(t, o.ConsolePath, "pid=")
				cancel(interrupted)
			}()
			out, err := Run(ctx, o, wire.Plan{Jobs: jobs("stay")})
			if !errors.Is(err, interrupted) {
				t.Errorf("Run = %v, %v; want the cause of the context", out, err)
			}
			gone(t, readConsole(t, out))
		})
	}
}

// A killed fencebot leaves no QEMU behind.
func TestKilledRunner(t *testing.T) {
	t.Parallel()
	o := setFake(t, "guest")
	dir := strings.TrimSuffix(o.ConsolePath, "/console.log")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, runnerArg+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, o.ConsolePath, "pid=")
	b, err := os.ReadFile(o.ConsolePath)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.PidfdOpen(pid(t, string(b)), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() // killed, as it should be
	if n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 60_000); n != 1 {
		t.Errorf("QEMU runs on after fencebot was killed: %v", err)
	}
}

// waitFor returns once the file holds text.
func waitFor(t *testing.T, path, text string) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if b, err := os.ReadFile(path); err == nil && strings.Contains(string(b), text) {
			return
		}
		select {
		case <-tick.C:
		case <-t.Context().Done():
			return
		}
	}
}

func readConsole(t *testing.T, out Outcome) string {
	t.Helper()
	f, err := os.Open(out.Console)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 64<<20))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// pid returns the process id that the fake printed.
func pid(t *testing.T, console string) int {
	t.Helper()
	m := regexp.MustCompile(`pid=(\d+)\n`).FindStringSubmatch(console)
	if m == nil {
		t.Fatalf("no pid in console %.100q", console)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// gone checks that the fake QEMU does not exist any more, if it got so far as
// to say who it is.
func gone(t *testing.T, console string) {
	t.Helper()
	if console == "" {
		return
	}
	if err := syscall.Kill(pid(t, console), 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("QEMU is still there: %v", err)
	}
}
