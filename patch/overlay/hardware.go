// SPDX-License-Identifier: MIT

package overlay

// scheduler is drm/sched. No device of the VM uses it: what runs it is a test
// driver, package harness.
func scheduler() []Overlay {
	return []Overlay{{
		Name: "sched-main", Title: "the work that runs jobs", RFC: []int{8}, Releases: on(InVM),
		Sites: []string{"drm_sched_run_job_work"},
		Tests: []string{"fence_sched@run-work", "fence_sched@depend", "fence_sched@prepare"},
	}, {
		Name: "sched-tdr", Title: "the work that handles a timeout", RFC: []int{13}, Releases: on(InVM),
		Sites: []string{"drm_sched_job_timedout"},
		Tests: []string{"fence_sched@timeout-cancel", "fence_sched@timeout-resubmit", "fence_sched@fault"},
	}, {
		Name: "sched-free", Title: "the work that frees jobs", Releases: on(InVM),
		Sites: []string{"drm_sched_free_job_work"},
		Tests: []string{"fence_sched@run-work", "fence_sched@destroy"},
	}}
}

// amdgpu is most of the RFC.
func amdgpu() []Overlay {
	return []Overlay{{
		Name: "amdgpu-commit-tail", Title: "the commit tail of amdgpu", RFC: []int{7}, Releases: on(Static),
		Sites: []string{"amdgpu_dm_atomic_commit_tail"},
	}, {
		Name: "amdgpu-cs-submit", Title: "submission, from the first published fence on", RFC: []int{9}, Releases: on(Static),
		Sites: []string{"amdgpu_cs_submit"},
	}, {
		Name: "amdgpu-sched-alloc", Title: "no reclaim in hooks of the scheduler", RFC: []int{10}, Releases: on(InTree),
		Note: "6.12: GFP_ATOMIC in amdgpu_fence_emit(), GFP_NOWAIT in amdgpu_ids.c; 7.2: the fence is part of the job, GFP_ATOMIC in amdgpu_ids.c",
	}, {
		Name: "amdgpu-dc-alloc", Title: "no reclaim in the commit path", RFC: []int{11}, Releases: on(Static),
		Note: "leaves out the DML2 code below dc_state_create_copy(), which needs vzalloc()",
	}, {
		Name: "amdgpu-resv-inversion", Title: "no dma_resv lock in the commit tail", RFC: []int{12}, Releases: on(InTree),
		Note: "amdgpu_dm.c reserves no buffer in its commit tail: tiling flags are taken when the framebuffer is made",
	}, {
		Name: "amdgpu-reset", Title: "the reset of the GPU, whoever asks for it", RFC: []int{14}, Releases: on(Static),
		Sites: []string{"amdgpu_device_gpu_recover"},
	}, {
		Name: "amdgpu-reset-fbdev", Title: "no console lock in the reset", RFC: []int{15}, Releases: on(Static),
	}, {
		Name: "amdgpu-reset-modeset", Title: "no modeset locks in the reset", RFC: []int{16}, Releases: on(Static),
		Note: "with DC the tree has none; the old display blocks stay dark until the next modeset",
	}}
}

func i915() []Overlay {
	return []Overlay{{
		Name: "i915-fence-work", Title: "the work behind a dma_fence_work", RFC: []int{17}, Releases: on(Static),
		Sites: []string{"fence_work"},
	}}
}
