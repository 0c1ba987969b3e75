// SPDX-License-Identifier: MIT

package coverage_test

import (
	"fmt"

	"github.com/fencebot/fencebot/internal/coverage"
	"github.com/fencebot/fencebot/report"
)

// Sites come from coverage.Sites, hits from a guest; here there are none.
func ExampleMatch() {
	sites := []coverage.Site{
		{File: "drivers/gpu/drm/vkms/vkms_crtc.c", Line: 21, Function: "vkms_vblank_simulate", Call: coverage.Annotation},
		{File: "drivers/gpu/drm/xe/xe_hw_fence.c", Line: 58, Function: "hw_fence_irq_run_cb", Call: coverage.Annotation, Config: "CONFIG_DRM_XE"},
	}
	built := func(file string) bool { return file == sites[0].File }
	var all []report.Covered = coverage.Match(sites, coverage.Evidence{Built: built})
	for _, c := range all {
		fmt.Printf("%s: %d hits, %s\n", c.Site, c.Hits, c.WhyNot)
	}
	// Output:
	// drivers/gpu/drm/vkms/vkms_crtc.c:21 vkms_vblank_simulate: 0 hits, compiled, but no test got there
	// drivers/gpu/drm/xe/xe_hw_fence.c:58 hw_fence_irq_run_cb: 0 hits, not compiled in the kernel of the tests: it takes CONFIG_DRM_XE
}
