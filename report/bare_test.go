// SPDX-License-Identifier: MIT

package report

import (
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

// What the kernel says of a bug by itself comes before what it says with our
// annotations; what needs them, or is the base's, stays as it is.
func TestBareReportsComeFirst(t *testing.T) {
	t.Parallel()
	annotated := circular("fs_reclaim", "dma_fence_map")
	sleep := splat("atomic-sleep", "vkms_crtc_atomic_begin", "fence_vkms@commit")
	caller := splat("atomic-sleep", "vkms_alloc", "fence_vkms@commit")
	caller.Trace = frames("vkms_alloc", "vkms_crtc_atomic_begin")
	elsewhere := splat("atomic-sleep", "vgem_open", "fence_vkms@commit")
	old := splat("atomic-sleep", "vkms_crtc_atomic_begin", "fence_vkms@commit")
	old.Signature = "another sleep there"
	for name, c := range map[string]struct {
		bare    Run
		family  string
		overlay bool
	}{
		"the kernel says it plainly": {run(boot(sleep)), "atomic-sleep", false},
		"nothing without overlays":   {run(boot()), "circular-dependency", true},
		"in code that it calls":      {run(boot(caller)), "atomic-sleep", false},
		"in other code":              {run(boot(elsewhere)), "circular-dependency", true},
		"the base's":                 {run(boot(old)), "circular-dependency", true},
		"the base's first":           {run(boot(old, sleep)), "atomic-sleep", false},
		"the same":                   {run(boot(annotated)), "circular-dependency", false},
	} {
		bare := c.bare
		v := Compare(Evidence{Base: run(boot(old)), Patched: run(boot(annotated)), Overlay: true, Bare: &bare, Patches: 3,
			Culprits: map[string]Culprit{signature(annotated): {Patch: 2, Why: "booted"}}})
		if len(v.Findings) != 1 {
			t.Errorf("%s: %d findings; want 1", name, len(v.Findings))
			continue
		}
		f := v.Findings[0]
		if string(f.Family) != c.family || f.NeedsOverlay != c.overlay || f.Culprit.Patch != 2 {
			t.Errorf("%s: %s, needs overlay %v, patch %d; want %s, %v, patch 2", name, f.Family, f.NeedsOverlay, f.Culprit.Patch, c.family, c.overlay)
		}
		if c.family == "atomic-sleep" && (len(f.Followed) != 1 || f.Followed[0].Family != "circular-dependency" || f.Contract.Name != "sleep-in-atomic") {
			t.Errorf("%s: then %+v, rule %s", name, f.Followed, f.Contract.Name)
		}
	}
}

// Two annotated findings that come of one plain report are one finding.
func TestBareReportIsUsedOnce(t *testing.T) {
	t.Parallel()
	one, two := circular("fs_reclaim", "dma_fence_map"), circular("&a", "dma_fence_map")
	bare := run(boot(splat("atomic-sleep", "vkms_crtc_atomic_begin", "fence_vkms@commit")))
	v := Compare(Evidence{Base: run(boot()), Patched: run(boot(one), boot(two)), Overlay: true, Bare: &bare, Patches: 1})
	if len(v.Findings) != 1 || v.Findings[0].Family != "atomic-sleep" || len(v.Findings[0].Followed) != 2 {
		t.Errorf("%d findings, %+v; want the plain one and two that came of it", len(v.Findings), v.Findings)
	}
	// The plain report may be a finding of its own already, from a later boot.
	v = Compare(Evidence{Base: run(boot()), Patched: run(boot(one), boot(bare.Boots[0].Splats[0])), Overlay: true, Bare: &bare, Patches: 1})
	if len(v.Findings) != 1 || v.Findings[0].Family != "atomic-sleep" || len(v.Findings[0].Followed) != 1 || v.Findings[0].NeedsOverlay {
		t.Errorf("%d findings, %+v; want the plain one and one that came of it", len(v.Findings), v.Findings)
	}
}

// frames makes a stack.
func frames(functions ...string) []lockdep.Frame {
	var out []lockdep.Frame
	for _, f := range functions {
		out = append(out, lockdep.Frame{Function: f, Reliable: true})
	}
	return out
}
