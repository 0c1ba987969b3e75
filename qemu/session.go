// SPDX-License-Identifier: MIT

package qemu

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/fencebot/fencebot/qemu/wire"
)

// Limits bounds what RunAll does.
type Limits struct {
	Reboots     int // boots after the first; default 8, negative for none
	TestSeconds int // limit of one test in the guest; 0 is the agent's default of 60
}

// A Boot is one boot of RunAll.
type Boot struct {
	Outcome
	Results []JobResult // of the jobs that started in this boot
}

// fruitless is how many boots in a row may end before a test starts. One is
// tried again, because a loaded host can miss a limit; two are an answer.
const fruitless = 2

// RunAll runs jobs over as many boots as it takes.
//
// lockdep stops at its first report, so the guest stops after the test that
// caused one and the next boot goes on with the next test; so it does after a
// panic, a hang or a silent guest. The jobs of the same binary and driver then
// come last, and are given up when they end four boots in a row (two by hanging). A job is never
// run twice. Where lockdep is dead before the first test all jobs run in that
// one boot.
//
// The boots are returned in order, also with an error, and there is at least
// one unless o is no good. They end when all jobs were started, when
// o.RunTimeout is over, after l.Reboots, or after two boots in a row in which
// no test started; Results tells which jobs did not run. Each boot has a
// console log of its own: for o.ConsolePath "console.log" they are
// console-1.log, console-2.log, ...
//
// Errors are those of Run.
func RunAll(ctx context.Context, o Options, jobs []wire.Job, l Limits) ([]Boot, error) {
	o, err := prepare(ctx, o, wire.Plan{Jobs: jobs, TestSeconds: l.TestSeconds})
	if err != nil {
		return nil, err
	}
	if l.Reboots == 0 {
		l.Reboots = 8
	}
	var (
		boots []Boot
		todo  = newSchedule(jobs)
		idle  int // boots in a row that started no job
		end   = time.Now().Add(o.RunTimeout)
	)
	for {
		one := o
		one.ConsolePath = numbered(o.ConsolePath, len(boots)+1)
		one.RunTimeout = max(time.Until(end), time.Millisecond)
		out, err := Run(ctx, one, wire.Plan{Jobs: todo.plan(), TestSeconds: l.TestSeconds, StopOnDead: true})
		b := Boot{Outcome: out, Results: jobResults(jobs, todo.left, out.Events)}
		boots = append(boots, b)
		if err != nil {
			return boots, fmt.Errorf("boot %d: %w", len(boots), err)
		}
		idle++
		if n := b.started(); n > 0 {
			todo.ran(n, out.Exit == HangExit)
			idle = 0
		}
		if len(todo.left) == 0 && out.Ready > 0 || out.Exit == TimedOut || idle == fruitless || len(boots) > l.Reboots {
			return boots, nil
		}
	}
}

// numbered returns path with -n before its extension.
func numbered(path string, n int) string {
	ext := filepath.Ext(path)
	return fmt.Sprintf("%s-%d%s", strings.TrimSuffix(path, ext), n, ext)
}
