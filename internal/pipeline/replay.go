// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"fmt"

	"github.com/fencebot/fencebot/qemu"
	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report"
)

// replay runs on the base what showed something new on the patched kernel.
func (k *check) replay(ctx context.Context, guest qemu.Options, built kernels) error {
	reruns := report.NeedsReplay(k.ev.Base, k.ev.Patched)
	if len(reruns) == 0 {
		return nil
	}
	step, end := k.begin(StageReplay, len(reruns))
	for n, r := range reruns {
		jobs := k.jobsOf(r)
		step(n, fmt.Sprintf("boot %d, tests: %d, %d times", r.Boot+1, len(jobs), report.Replays))
		replays, err := k.replayBoot(ctx, guest, built.base, r.Boot, jobs, fmt.Sprintf("console-replay-%d", r.Boot+1))
		if err != nil {
			return err
		}
		k.ev.Replays = append(k.ev.Replays, replays...)
	}
	end(fmt.Sprintf("%d times", len(k.ev.Replays)))
	return nil
}

// replayBoot runs the tests of one boot on the base, report.Replays times.
func (k *check) replayBoot(ctx context.Context, guest qemu.Options, base string, boot int, jobs []wire.Job, console string) ([]report.Replay, error) {
	replays := make([]report.Replay, report.Replays)
	g, ctx := k.guests(ctx, guest)
	for i := range replays {
		g.Go(func() error {
			run, err := k.boot(ctx, guest, base, k.log(fmt.Sprintf("%s-%d.log", console, i+1)), jobs)
			replays[i] = report.Replay{Boot: boot, Run: run}
			return err
		})
	}
	return replays, g.Wait()
}

// jobsOf returns the jobs of the plan that a rerun is about.
func (k *check) jobsOf(r report.Rerun) []wire.Job {
	jobs := make([]wire.Job, 0, len(r.Cases))
	for _, c := range r.Cases {
		jobs = append(jobs, k.req.Jobs[c.Job])
	}
	return jobs
}
