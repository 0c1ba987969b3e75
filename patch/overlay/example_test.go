// SPDX-License-Identifier: MIT

package overlay_test

import (
	"fmt"

	"github.com/fencebot/fencebot/patch/overlay"
)

// What lockdep says about a held dma_fence_map names a function; the overlay
// that has put the section there is looked up by it.
func ExampleBySite() {
	o, ok := overlay.BySite("virtio_gpu_dequeue_ctrl_func")
	fmt.Println(o.Name, ok)
	all, err := o.Series()
	fmt.Println(len(all), all[0].Title, all[0].Patches[0].Subject, err)
	_, ok = overlay.BySite("vkms_vblank_simulate") // Linux has this one
	fmt.Println(ok)
	// Output:
	// virtio-gpu-response true
	// 1 virtio-gpu-response drm/virtio: annotate the handling of responses <nil>
	// false
}
