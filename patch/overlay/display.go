// SPDX-License-Identifier: MIT

package overlay

// core is what package dma-fence itself has of the RFC: all of it.
func core() []Overlay {
	return []Overlay{{
		Name: "dma-fence-might-sleep", Title: "every wait for a fence may sleep", RFC: []int{1}, Releases: on(InTree),
		Tests: []string{"fence_sw_sync@wait", "fence_kms@in-fence"},
		Note:  "might_sleep() in dma_fence_wait_timeout() of drivers/dma-buf/dma-fence.c",
	}, {
		Name: "dma-fence-annotations", Title: "signalling sections, and waits that end them", RFC: []int{2}, Releases: on(InTree),
		Tests: []string{"fence_vgem@fence-signal", "fence_kms@in-fence"},
		Note:  "dma_fence_begin_signalling() and __dma_fence_might_wait() of drivers/dma-buf/dma-fence.c; dma_fence_signal() is a section",
	}, {
		Name: "dma-fence-priming", Title: "the order of mmap_lock, dma_resv, reclaim and fences, at boot", RFC: []int{3}, Releases: on(InTree),
		Note: "dma_resv_lockdep() of drivers/dma-buf/dma-resv.c; the mmu notifiers only with CONFIG_MMU_NOTIFIER",
	}}
}

// display is the common part of mode setting, and the tails of the drivers that
// run in a VM.
func display() []Overlay {
	return []Overlay{{
		Name: "vkms-vblank-timer", Title: "the vblank timer of vkms", RFC: []int{4}, Releases: on(InTree),
		Tests: []string{"fence_kms@vblank-event on vkms"},
		Note:  "vkms_vblank_simulate(), in 7.2 vkms_crtc_handle_vblank_timeout(), of drivers/gpu/drm/vkms/vkms_crtc.c; a no-op, because it runs in a hard interrupt",
	}, {
		Name: "drm-vblank", Title: "handling of a vblank", RFC: []int{5}, Releases: on(InVM),
		Sites: []string{"drm_handle_vblank"},
		Tests: []string{"fence_kms@vblank-event on vkms", "fence_kms@page-flip on vkms", "fence_kms@out-fence on vkms"},
		Note:  "a no-op on vkms, which calls it in a hard interrupt",
	}, {
		Name: "atomic-commit", Title: "commit_tail() and the tail for runtime PM", RFC: []int{6}, Releases: on(InVM),
		Sites: []string{"commit_tail", "drm_atomic_helper_commit_tail_rpm"},
		Tests: []string{"fence_kms@atomic-commit", "fence_kms@atomic-nonblock", "fence_kms@in-fence", "fence_kms@out-fence"},
		Note:  "no driver in the VM uses the tail for runtime PM",
	}, {
		Name: "vkms-commit-tail", Title: "the commit tail of vkms", RFC: []int{6}, Releases: on(InVM),
		Sites: []string{"vkms_atomic_commit_tail"},
		Tests: []string{"fence_kms@atomic-commit on vkms", "fence_kms@page-flip on vkms", "fence_kms@cursor-atomic on vkms"},
	}, {
		Name: "virtio-gpu-commit-tail", Title: "the commit tail of virtio-gpu, and the atomic helper's", RFC: []int{6}, Releases: on(InVM),
		Sites: []string{"virtio_gpu_commit_tail", "drm_atomic_helper_commit_tail"},
		Tests: []string{"fence_kms@atomic-commit on virtio_gpu", "fence_kms@page-flip on virtio_gpu", "fence_kms@cursor-legacy on virtio_gpu"},
		Note:  "leaves out planes with a fence, which lock dma_resv; allocates vbuffers without reclaim",
	}}
}
