// SPDX-License-Identifier: MIT

package overlay

// An RFCPatch is one of the 17 patches of "dma-fence lockdep annotations" by
// Daniel Vetter, sent to dri-devel in 2020.
type RFCPatch struct {
	Number int // 1 to 17
	Title  string
}

// RFC returns the 17 patches in order. The titles say what each is about; they
// are not the subjects of the mails.
func RFC() []RFCPatch {
	var all []RFCPatch
	for i, title := range rfcTitles() {
		all = append(all, RFCPatch{Number: i + 1, Title: title})
	}
	return all
}

func rfcTitles() []string {
	return []string{
		"dma-fence: might_sleep in the wait",
		"dma-fence: basic annotations",
		"dma-fence: priming",
		"drm/vkms: vblank timer",
		"drm/vblank: drm_handle_vblank",
		"drm/atomic-helper: commit tail",
		"drm/amdgpu: atomic commit path",
		"drm/scheduler: main thread",
		"drm/amdgpu: cs_submit",
		"drm/amdgpu: allocations in scheduler code",
		"drm/amdgpu: allocations in DC",
		"drm/amdgpu: dma_resv inversion in commit_tail",
		"drm/scheduler: timeout work",
		"drm/amdgpu: GPU reset",
		"drm/amdgpu: revert of fbdev suspend on reset",
		"drm/amdgpu: full modesets on recovery",
		"drm/i915: fence work",
	}
}
