// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"fmt"
	"slices"

	"github.com/fencebot/fencebot/qemu"
	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report"
)

// StageSteps tests the kernels between base and tip, for whoever bisects across
// the series later.
const StageSteps Stage = "test each patch"

// maxSteps is how many kernels between base and tip are tested. Two run at once,
// and take as long as the tip; of a longer series those are tested that cut it
// into equal parts.
const maxSteps = 4

// steps runs the built-in tests on kernels between base and tip, and replays on
// the base what one of them shows. A series with findings will come again
// anyway, so its steps are left alone.
func (k *check) steps(ctx context.Context, guest qemu.Options, built kernels) error {
	if report.Compare(k.ev).Word != report.Pass {
		return nil
	}
	between, err := stepsOf(built)
	if err != nil || len(between) == 0 {
		return err
	}
	jobs := slices.DeleteFunc(slices.Clone(k.req.Jobs), func(j wire.Job) bool { return j.IGT })
	step, end := k.begin(StageSteps, len(between))
	k.ev.Steps = make([]report.Step, len(between))
	g, gctx := k.guests(ctx, guest)
	for i, p := range between {
		g.Go(func() error {
			step(i, fmt.Sprintf("up to patch %d", p.patch))
			run, err := k.boot(gctx, guest, p.image, k.log(fmt.Sprintf("console-step-%d.log", p.patch)), jobs)
			k.ev.Steps[i] = report.Step{Patch: p.patch, Run: run}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i := range k.ev.Steps {
		if err := k.replayStep(ctx, guest, built.base, jobs, &k.ev.Steps[i]); err != nil {
			return err
		}
	}
	end(fmt.Sprintf("kernels: %d", len(between)))
	return nil
}

// replayStep replays on the base the boots of a step that showed what it did not.
func (k *check) replayStep(ctx context.Context, guest qemu.Options, base string, jobs []wire.Job, s *report.Step) error {
	for _, r := range report.NeedsReplay(k.ev.Base, s.Run) {
		var same []wire.Job
		for _, c := range r.Cases {
			same = append(same, jobs[c.Job])
		}
		replays, err := k.replayBoot(ctx, guest, base, r.Boot, same, fmt.Sprintf("console-step-%d-replay", s.Patch))
		if err != nil {
			return err
		}
		s.Replays = append(s.Replays, replays...)
	}
	return nil
}

// stepsOf chooses the prefixes to test: those that build, that are not the tip,
// and whose kernel is another one than that before and that of the tip.
func stepsOf(built kernels) ([]prefix, error) {
	tip, err := hashFile(built.tip)
	if err != nil {
		return nil, err
	}
	before, err := hashFile(built.base)
	if err != nil {
		return nil, err
	}
	var all []prefix
	for _, p := range built.prefixes[:len(built.prefixes)-1] {
		if p.image == "" {
			continue
		}
		hash, err := hashFile(p.image)
		if err != nil {
			return nil, err
		}
		if hash != before && hash != tip {
			all = append(all, p)
		}
		before = hash
	}
	return spread(all, maxSteps), nil
}

// spread picks at most n of all, at equal distances.
func spread(all []prefix, n int) []prefix {
	if len(all) <= n {
		return all
	}
	var out []prefix
	for i := range n {
		out = append(out, all[(2*i+1)*len(all)/(2*n)])
	}
	return out
}
