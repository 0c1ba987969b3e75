// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"fmt"
	"slices"

	"github.com/fencebot/fencebot/qemu"
	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/igt"
)

// retry runs again what failed on the patched kernel only, before it counts as
// a change: all of it in one boot, as long as the kernel lets it. What the kernel
// reports in there is evidence like any other.
func (k *check) retry(ctx context.Context, guest qemu.Options, image string) error {
	again := report.NeedsRetry(k.ev.Base, k.ev.Patched, k.listedFlake)
	if len(again) == 0 {
		return nil
	}
	var jobs []wire.Job
	var plan []int // index in the plan of each job
	for range report.Retries {
		for _, c := range again {
			jobs, plan = append(jobs, k.req.Jobs[c.Job]), append(plan, c.Job)
		}
	}
	step, end := k.begin(StageRetry, len(jobs))
	begun := 0
	guest.Started = func(name string) {
		begun++
		step(begun, name)
	}
	run, err := k.boot(ctx, guest, image, k.log("console-retry.log"), jobs)
	if err != nil {
		return err
	}
	for i := range run.Cases {
		run.Cases[i].Job, run.Cases[i].Retry = plan[run.Cases[i].Job], true
	}
	k.dropUnended(&run)
	passed := passedOnce(run)
	appendRun(&k.ev.Patched, run)
	end(fmt.Sprintf("tests: %d, passed at least once: %d", len(again), passed))
	return nil
}

// confirm runs once more on the patched kernel what hung there without a word of
// the kernel: a busy host does that to a test, too.
func (k *check) confirm(ctx context.Context, guest qemu.Options, image string) error {
	for _, r := range report.NeedsConfirming(k.ev.Base, k.ev.Patched) {
		run, err := k.boot(ctx, guest, image, k.log(fmt.Sprintf("console-again-%d.log", r.Boot+1)), k.jobsOf(r))
		if err != nil {
			return err
		}
		k.ev.Patched.Again = append(k.ev.Patched.Again, report.Replay{Boot: r.Boot, Run: run})
	}
	return nil
}

// listedFlake reports whether somebody's lists call a failing test flaky.
func (k *check) listedFlake(c igt.Case) bool {
	return k.req.Judge != nil && k.req.Judge(k.req.Jobs[c.Job], string(c.Result)) == "flaky"
}

// dropUnended takes out the boots that our own limits ended, or QEMU: running
// tests again takes longer than running them once, which is no fault of the
// series. Their tests count as not run.
func (k *check) dropUnended(run *report.Run) {
	for i, b := range run.Boots {
		if b.Exit != report.ExitTimeout && b.Exit != report.ExitNoBoot && b.Exit != report.ExitQEMUFailed {
			continue
		}
		k.notes = append(k.notes, "running failed tests again came to no end: "+b.Detail)
		run.Boots = run.Boots[:i]
		run.Cases = slices.DeleteFunc(run.Cases, func(c igt.Case) bool { return c.Boot >= i })
		return
	}
}

// passedOnce counts the tests that passed in at least one of their runs.
func passedOnce(run report.Run) int {
	passed := map[string]bool{}
	for _, c := range run.Cases {
		if c.Result == wire.Pass {
			passed[c.Key()] = true
		}
	}
	return len(passed)
}
