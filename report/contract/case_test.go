// SPDX-License-Identifier: MIT

package contract_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/contract"
	"github.com/fencebot/fencebot/report/lockdep"
)

// What the report of a real log tells must be in the text: who does it, to what, with
// which call, in whose section and through which locks.
func TestOfLogsTellTheCase(t *testing.T) {
	t.Parallel()
	for log, want := range map[string][]string{
		"alloc-in-signalling/virtio-edid":                    {"_drm_do_get_edid()", "GFP_KERNEL (kmalloc)", "of virtio_gpu_dequeue_ctrl_func()", "GFP_NOWAIT or GFP_ATOMIC"},
		"alloc-in-signalling/vgem-nofs":                      {"vgem_seed_signal()", "GFP_NOFS or GFP_NOIO (kmalloc)", "do not help"},
		"alloc-in-signalling/vkms-plane-update":              {"vkms_plane_atomic_update()", "vkms_crtc_atomic_begin() takes &vkms_out->lock"},
		"alloc-in-signalling/vkms-two-locks-in-between":      {"vkms_layout_apply() takes vkms_layout_lock", "under which vkms_stats_lock is taken", "vkms_read_layout() allocates"},
		"alloc-in-signalling/vgem-fence-mutex":               {"&vfile->fence_mutex", "vgem_fence_attach_ioctl() allocates memory", "(idr_alloc)"},
		"alloc-in-signalling/virtio-reset-lock-all":          {"drm_modeset_lock_all() allocates"},
		"alloc-in-signalling/vkms-unmap":                     {"unmap_mapping_range", "MMU notifiers may wait"},
		"resv-lock-in-signalling/vkms-pin":                   {"vkms_pin_planes() takes the reservation lock", "dma_resv_lock"},
		"resv-lock-in-signalling/vgem-ww-acquire":            {"vgem_lock_buffers() begins", "ww_acquire_init"},
		"modeset-lock-in-signalling/virtio-reset-mutex":      {"virtio_gpu_reset()", "mode_config.mutex", "hang recovery"},
		"modeset-lock-in-signalling/vkms-worker":             {"vkms_composer_worker() takes a display lock (drm_modeset_lock)"},
		"mmap-lock-in-signalling/sw-sync-copy-from-user":     {"sw_sync_ioctl() touches user memory (copy_from_user)"},
		"mmap-lock-in-signalling/vgem-pin-user":              {"vgem_pin_user() takes mmap_lock"},
		"console-lock-in-signalling/vkms-modeset":            {"vkms_restore_console() takes the console lock"},
		"flush-work-in-signalling/vkms-work":                 {"work item vkms_cleanup_work to end (flush_work)"},
		"flush-work-in-signalling/vgem-cancel":               {"work item vgem_work to end (cancel_work_sync)"},
		"flush-work-in-signalling/virtio-system-unbound":     {"all work on the work queue events_unbound (flush_workqueue)"},
		"wait-under-lock-needed-to-signal/virtio-rwsem-read": {"virtio_gpu_wait_idle() waits for a fence", "virtio_gpu_retire() takes virtio_gpu_state_sem"},
		"wait-under-lock-needed-to-signal/sw-sync-subclass":  {"sync_timeline_mutex/1 is held"},
		"wait-in-reclaim/vgem-memory-pressure":               {"in a shrinker while vgem_lru_lock is held"},
		"wait-in-reclaim/vgem-mmu-notifier":                  {"in an MMU notifier while vgem_notifier_lock is held"},
		"unbalanced-annotation/vgem-missing-end":             {"vgem_fence_signal_ioctl() began", "drm_ioctl(), which the report blames, is innocent"},
		"unbalanced-annotation/vkms-two-ends":                {"vkms_atomic_commit_tail() ends", "not open"},
		"sleep-in-atomic/vkms-hrtimer-alloc":                 {"vkms_vblank_simulate() allocates", "in an interrupt"},
		"sleep-in-atomic/sw-sync-sleep":                      {"sync_timeline_signal() goes to sleep (msleep)", "&obj->lock"},
		"irq/vgem-timer":                                     {"vgem_fence_signal_ioctl() takes &fence->lock", "soft interrupt", "spin_lock_bh()"},
		"irq/vkms-composer":                                  {"vkms_set_composer() takes &vkms_out->lock", "spin_lock_irqsave()"},
		"lock-order/vkms-recursive":                          {"vkms_read_layout() takes vkms_layout_lock while the task already holds it"},
		"lock-order/vgem-shrinker-alloc":                     {"vgem_shrink_scan() takes vgem_lru_lock while the kernel frees memory"},
		"none/hung-task-in-fence-wait":                       {"vgem_wait_forever() waits for a fence that nobody signals"},
	} {
		r := contract.Of(first(t, "testdata/logs/"+log+".log"))
		for _, w := range want {
			if !strings.Contains(r.Explanation+" "+r.Advice, w) {
				t.Errorf("%s: %s %s\nwant %q in it", log, r.Explanation, r.Advice, w)
			}
		}
	}
}

// lockdep prints the same circle in as many ways as it has edges, depending on which
// one it met last.
func TestRuleDoesNotDependOnTheSide(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"alloc-in-signalling/vkms-lock-in-between-commit-first", "alloc-in-signalling/vkms-lock-in-between-modes-first"},
		{"wait-under-lock-needed-to-signal/vkms-commit-first", "wait-under-lock-needed-to-signal/vkms-prepare-fb"},
		{"wait-in-reclaim/vgem-drop-caches", "wait-in-reclaim/vgem-reclaim-first"},
		{"lock-order/vkms-modes-first", "lock-order/vkms-commit-first"},
	} {
		a, b := first(t, "testdata/logs/"+pair[0]+".log"), first(t, "testdata/logs/"+pair[1]+".log")
		if contract.Of(a).Name != contract.Of(b).Name {
			t.Errorf("%s: rule %s; %s: rule %s", pair[0], contract.Of(a).Name, pair[1], contract.Of(b).Name)
		}
	}
	classes := []string{"dma_fence_map", "&a", "reservation_ww_class_mutex", "fs_reclaim"}
	for range classes {
		if got := contract.Of(circle(classes...)).Name; got != contract.ResvLockInSignalling {
			t.Errorf("%q: rule %s; want %s", classes, got, contract.ResvLockInSignalling)
		}
		classes = append(slices.Clone(classes[1:]), classes[0])
	}
}

// Of must not change what it is given: the report goes on to others.
func TestOfLeavesTheReportAlone(t *testing.T) {
	t.Parallel()
	s := first(t, "testdata/logs/alloc-in-signalling/vkms-two-locks-in-between.log")
	classes, edges := slices.Clone(s.Classes), slices.Clone(s.Edges)
	contract.Of(s)
	same := func(a, b lockdep.Edge) bool { return a.From == b.From && a.To == b.To }
	if !slices.Equal(classes, s.Classes) || !slices.EqualFunc(edges, s.Edges, same) {
		t.Errorf("classes %q, edges %v; want %q, %v", s.Classes, s.Edges, classes, edges)
	}
}
