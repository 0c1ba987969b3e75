// SPDX-License-Identifier: MIT

package overlay

// drivers are paths that the RFC has no patch for: how the devices of the VM
// come to signal a fence. The sections go around the driver's own locks, so
// that a lock held over a signal here and over a wait there is found.
func drivers() []Overlay {
	return []Overlay{{
		Name: "virtio-gpu-response", Title: "responses of the host to virtio-gpu", Releases: on(InVM),
		Sites: []string{"virtio_gpu_dequeue_ctrl_func", "virtio_gpu_dequeue_cursor_func", "virtio_gpu_fence_event_process"},
		Tests: []string{"fence_virtio@resource-create-wait", "fence_virtio@transfer-to-host", "fence_kms@cursor-legacy on virtio_gpu"},
		Note:  "leaves out the callbacks of responses: display info and EDID take mode_config.mutex and allocate",
	}, {
		Name: "virtio-gpu-queue", Title: "queueing commands to the host, up to the kick", Releases: on(InVM),
		Sites: []string{"virtio_gpu_queue_ctrl_sgs", "virtio_gpu_queue_fenced_ctrl_buffer", "virtio_gpu_notify"},
		Tests: []string{"fence_virtio@resource-create-wait", "fence_virtio@transfer-to-host", "fence_kms@page-flip on virtio_gpu"},
	}, {
		Name: "vkms-composer", Title: "the composer worker of vkms", Releases: on(InVM),
		Sites: []string{"vkms_composer_worker", "blend", "compose_active_planes"},
		Tests: []string{"fence_kms@crc on vkms", "fence_kms@crc-flip on vkms", "fence_kms@writeback on vkms", "fence_kms@writeback-flip on vkms"},
		Note:  "leaves out the allocation of the line buffers",
	}, {
		Name: "vgem-fence-signal", Title: "the signal ioctl of vgem, and closing its file", Releases: on(InVM),
		Sites: []string{"vgem_fence_signal_annotated", "vgem_postclose"},
		Tests: []string{"fence_vgem@fence-signal", "fence_vgem@dmabuf-fence", "fence_vgem@fence-close", "fence_vgem@sync-wait"},
		Note:  "the attach ioctl allocates without reclaim under fence_mutex",
	}, {
		Name: "sw-sync", Title: "advancing a timeline of sw_sync", Releases: on(InVM),
		Sites: []string{"sync_timeline_signal"},
		Tests: []string{"fence_sw_sync@inc-signals", "fence_sw_sync@wait", "fence_kms@in-fence"},
	}}
}
