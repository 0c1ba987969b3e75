// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/qemu"
	"github.com/fencebot/fencebot/report"
)

// StageBare boots the series without overlays, to say which findings need them.
const StageBare Stage = "without overlays"

// bare runs what showed the findings on the series without overlays. A finding
// that shows there, too, is no matter of annotations. Not to know is no failure:
// the findings then count as seen with overlays only.
func (k *check) bare(ctx context.Context, guest qemu.Options) error {
	if !k.ev.Overlay || len(reported(report.Compare(k.ev).Findings)) == 0 {
		return nil
	}
	step, end := k.begin(StageBare, 0)
	image, err := k.bareKernel(ctx)
	if ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	if err != nil || image == "" {
		note := "the series was not tested without overlays: its kernel could not be built"
		if err != nil && os.WriteFile(k.log("bare.log"), []byte(err.Error()+"\n"), 0o644) == nil {
			note += "; bare.log of this check says why"
		}
		k.notes = append(k.notes, note)
		end("not built")
		return nil
	}
	defer os.Remove(image)
	var all report.Run
	for n, r := range report.NeedsReplay(k.ev.Base, k.ev.Patched) {
		step(n, fmt.Sprintf("boot %d", r.Boot+1))
		run, err := k.boot(ctx, guest, image, k.log(fmt.Sprintf("console-bare-%d.log", r.Boot+1)), k.jobsOf(r))
		if err != nil {
			return err
		}
		appendRun(&all, run)
	}
	k.ev.Bare = &all
	end(tally(all))
	return nil
}

// appendRun adds the boots of another run, which count on from those before.
func appendRun(all *report.Run, run report.Run) {
	before := len(all.Boots)
	for _, b := range run.Boots {
		b.Number += before
		all.Boots = append(all.Boots, b)
	}
	for _, c := range run.Cases {
		c.Boot += before
		all.Cases = append(all.Cases, c)
	}
}

// bareKernel builds the tip of the series without overlays, but with the test
// drivers: a mistake in code that nothing else runs would seem to need overlays.
// It returns "" when that does not compile.
func (k *check) bareKernel(ctx context.Context) (image string, err error) {
	tip, err := k.bareTip(ctx)
	if err != nil {
		return "", err
	}
	err = k.inLayer(ctx, func(slot *gittree.Slot, layer string) error {
		res, err := k.buildAt(ctx, slot, layer, tip, "build-bare.log")
		if err != nil || !res.OK {
			return err
		}
		image = k.log("vmlinux-bare")
		return keepFile(res.Image, image)
	})
	return image, err
}

// bareTip is the tip of the series with those test drivers on top that are in
// the other kernels.
func (k *check) bareTip(ctx context.Context) (string, error) {
	var drivers []patch.Series
	for _, i := range k.rng.Used {
		if !k.req.annotates(i) {
			drivers = append(drivers, k.req.Harness[i])
		}
	}
	bare, err := k.req.Repo.Overlay(ctx, k.rng.Range, drivers...)
	return bare.Tip(), err
}
