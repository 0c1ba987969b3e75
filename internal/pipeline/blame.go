// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"fmt"

	"github.com/fencebot/fencebot/qemu"
	"github.com/fencebot/fencebot/report"
)

// A prefix is the kernel of the series up to one patch.
type prefix struct {
	patch int    // number of its last patch
	image string // vmlinux; empty when it does not build
}

// acquittals is how often a kernel must not show a finding before the patches
// in it are cleared. A race needs luck to show; blame must not.
const acquittals = 2

// blame finds for each finding the patch that brings it: the kernels of the
// prefixes are there, so the tests of its boot run on those in between.
func (k *check) blame(ctx context.Context, guest qemu.Options, built kernels) error {
	if len(built.prefixes) < 2 {
		return nil // the only patch, as package report says itself
	}
	reruns := report.NeedsReplay(k.ev.Base, k.ev.Patched)
	step, end := k.begin(StageBlame, len(reruns))
	k.ev.Culprits = map[string]report.Culprit{}
	for n, r := range reruns {
		jobs := k.jobsOf(r)
		for _, sig := range r.Signatures {
			step(n, fmt.Sprintf("boot %d, tests: %d", r.Boot+1, len(jobs)))
			runs := 0
			c, err := culprit(built.prefixes, func(p prefix) (bool, error) {
				runs++
				console := k.log(fmt.Sprintf("console-blame-%d-%d-%d.log", r.Boot+1, p.patch, runs))
				run, err := k.boot(ctx, guest, p.image, console, jobs)
				return run.Shows(sig), err
			})
			if err != nil {
				return err
			}
			k.ev.Culprits[sig] = c
		}
	}
	if len(reruns) > 0 {
		end(fmt.Sprintf("findings: %d", len(k.ev.Culprits)))
	}
	return nil
}

// culprit searches for the first prefix that shows a finding of the last one.
// shows runs the tests once. Prefixes that do not build cannot be asked, and
// what they hide is said.
func culprit(all []prefix, shows func(prefix) (bool, error)) (report.Culprit, error) {
	low, high := -1, len(all)-1 // low: shown not to have it, -1 is the base; high: has it
	for {
		mid := between(all, low, high)
		if mid < 0 {
			break
		}
		has := false
		for n := 0; n < acquittals && !has; n++ {
			var err error
			if has, err = shows(all[mid]); err != nil {
				return report.Culprit{}, err
			}
		}
		if has {
			high = mid
		} else {
			low = mid
		}
	}
	before := "the base"
	if low >= 0 {
		before = fmt.Sprintf("the kernel up to patch %d", all[low].patch)
	}
	if high-low > 1 {
		return report.Culprit{Why: fmt.Sprintf("%s does not show it and the one up to patch %d does; the kernels in between do not build", before, all[high].patch)}, nil
	}
	return report.Culprit{
		Patch: all[high].patch,
		Why:   fmt.Sprintf("%s does not show it, the one up to patch %d does", before, all[high].patch),
	}, nil
}

// between returns the prefix closest to the middle of low and high that has an
// image, or -1 when there is none strictly between them.
func between(all []prefix, low, high int) int {
	best, mid := -1, (low+high)/2
	for i := low + 1; i < high; i++ {
		if all[i].image != "" && (best < 0 || abs(i-mid) < abs(best-mid)) {
			best = i
		}
	}
	return best
}

func abs(n int) int { return max(n, -n) }
