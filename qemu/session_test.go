// SPDX-License-Identifier: MIT

package qemu

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fencebot/fencebot/qemu/wire"
)

func TestRunAll(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		script  string
		jobs    string // binaries
		limits  Limits
		set     func(*Options)
		exits   string // of the boots
		results string // of the jobs
	}{
		"one boot":            {jobs: "a b", exits: "clean", results: "pass pass"},
		"no jobs":             {exits: "clean"},
		"lockdep dies twice":  {jobs: "a splat b splat c", exits: "clean clean", results: "pass pass pass pass pass"},
		"last test kills it":  {jobs: "a splat", exits: "clean", results: "pass pass"},
		"panic between":       {jobs: "a panic b", exits: "panic clean", results: "pass incomplete pass"},
		"reset between":       {jobs: "reset b", exits: "panic clean", results: "incomplete pass"},
		"hang between":        {jobs: "hang b", exits: "hang clean", results: "timeout pass", set: func(o *Options) { o.TestTimeout = 2 * time.Second }},
		"dead from the start": {script: "dead", jobs: "splat a splat", exits: "clean", results: "pass pass pass"},
		"limit on reboots":    {jobs: "panic panic panic a", limits: Limits{Reboots: 1}, exits: "panic panic", results: "incomplete incomplete notrun pass"},
		"no reboot":           {jobs: "panic a", limits: Limits{Reboots: -1}, exits: "panic", results: "incomplete notrun"},
		"panics at boot":      {script: "bootpanic", jobs: "a b", exits: "panic panic", results: "notrun notrun"},
		"whole run too long":  {jobs: "stay a", exits: "timeout", results: "incomplete notrun", set: func(o *Options) { o.RunTimeout, o.Grace = time.Second, soon }},
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
			list := jobs(strings.Fields(tc.jobs)...)
			boots, err := RunAll(t.Context(), o, list, tc.limits)
			if err != nil {
				t.Fatal(err)
			}
			var exits, results []string
			for i, b := range boots {
				exits = append(exits, string(b.Exit))
				if want := numbered(o.ConsolePath, i+1); b.Console != want {
					t.Errorf("console of boot %d is %s; want %s", i, b.Console, want)
				}
				gone(t, readConsole(t, b.Outcome))
			}
			for i, r := range Results(list, boots) {
				results = append(results, string(r.Result))
				if r.Index != i || r.Job != list[i] || (r.Boot < 0) != (r.Result == wire.NotRun) {
					t.Errorf("result %d is %+v", i, r)
				}
			}
			if got := strings.Join(exits, " "); got != tc.exits {
				t.Errorf("boots ended %s; want %s", got, tc.exits)
			}
			if got := strings.Join(results, " "); got != tc.results {
				t.Errorf("results are %s; want %s", got, tc.results)
			}
		})
	}
}

// What lockdep was before and after a test tells which of them ran with it.
func TestRunAllLockdep(t *testing.T) {
	t.Parallel()
	o := setFake(t, "guest")
	list := jobs("a", "splat", "b")
	boots, err := RunAll(t.Context(), o, list, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ before, after bool }{{true, true}, {true, false}, {true, true}} {
		r := Results(list, boots)[i]
		if r.Before.Alive != want.before || r.After.Alive != want.after || r.Output != "output of "+r.Job.Binary+"\n" {
			t.Errorf("job %s: %+v; want lockdep %+v and its output", r.Job.Name(), r, want)
		}
	}
}

func TestRunAllErrors(t *testing.T) {
	t.Parallel()
	o := setFake(t, "guest")
	boots, err := RunAll(t.Context(), o, jobs("a", "panic", "killed"), Limits{})
	if err == nil || !strings.Contains(err.Error(), "boot 2: qemu: signal: killed") || len(boots) != 2 {
		t.Errorf("RunAll = %d boots, %v; want the error of the second", len(boots), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := RunAll(ctx, o, jobs("a"), Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("RunAll = %v; want %v", err, context.Canceled)
	}
}

func TestNumbered(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"a/console.log": "a/console-2.log", "console": "console-2"} {
		if got := numbered(path, 2); got != want {
			t.Errorf("numbered(%q) = %q; want %q", path, got, want)
		}
	}
}

// The real thing: an image with an agent, and a kernel that is given by
// FENCEBOT_KERNEL_IMAGE. The agent is FENCEBOT_AGENT, a static fencebot.
func TestRealBoot(t *testing.T) {
	kernel, agent := os.Getenv("FENCEBOT_KERNEL_IMAGE"), os.Getenv("FENCEBOT_AGENT")
	if kernel == "" || agent == "" {
		t.Skip("FENCEBOT_KERNEL_IMAGE (a vmlinux) and FENCEBOT_AGENT (a static fencebot) are not both set")
	}
	dir := t.TempDir()
	image := filepath.Join(dir, "root.img")
	if err := MakeRootImage(t.Context(), image, agent); err != nil {
		t.Fatal(err)
	}
	o := Options{Kernel: kernel, RootImage: image, ConsolePath: filepath.Join(dir, "console.log"), CacheDir: dir}
	boots, err := RunAll(t.Context(), o, nil, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	b := boots[0]
	if b.Exit != Clean || b.Ready == 0 || len(b.Events) == 0 || !b.Events[0].Lockdep.Alive {
		t.Errorf("RunAll = %+v; want a clean boot with lockdep alive", b)
	}
	if console := readConsole(t, b.Outcome); !strings.Contains(console, "Linux version") {
		t.Errorf("console begins %.200q; want it from the first line", console)
	}
	t.Logf("ready after %v under %s, down after %v", b.Ready, b.Accel, b.Total)
}

// Not run: it needs a kernel. It is what a caller does.
func ExampleRunAll() {
	ctx := context.Background()
	if err := MakeRootImage(ctx, "root.img", "/usr/local/bin/fencebot"); err != nil {
		panic(err)
	}
	jobs := []wire.Job{{Binary: "fence_vgem", Subtest: "fence-signal"}}
	boots, err := RunAll(ctx, Options{
		Kernel: "vmlinux", RootImage: "root.img", ConsolePath: "console.log",
	}, jobs, Limits{})
	if err != nil {
		panic(err) // we are broken; a kernel that is broken is in boots
	}
	for _, r := range Results(jobs, boots) {
		fmt.Println(r.Job.Name(), r.Result, r.After.Alive)
	}
}
