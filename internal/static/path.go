// SPDX-License-Identifier: MIT

package static

// Calls that begin and end what is looked at.
const (
	begin     = "dma_fence_begin_signalling"
	end       = "dma_fence_end_signalling"
	saveNoRec = "memalloc_noreclaim_save"
	restNoRec = "memalloc_noreclaim_restore"
	hwDone    = "drm_atomic_helper_commit_hw_done"
)

// A kind of root is a way into a signalling path.
type kind struct {
	name   string // "drm_sched_backend_ops.run_job"
	until  string // function that ends the path when the root calls it; empty: it ends with the root
	atomic bool   // the fence's spinlock is held, with interrupts off
}

// section is the kind of what lies between begin and end.
func section() kind { return kind{name: begin + "()", until: end} }

// kindOf knows the hooks that are signalling paths although the driver does not
// annotate them, each with who says so. ok is false for other hooks.
//
//   - The drm scheduler: the works that call the hooks are annotated by RFC
//     patches 8 (run_job, prepare_job) and 13 (timedout_job), and free_job shares
//     the queue of run_job (our overlay sched-free). include/drm/gpu_scheduler.h
//     says the same of run_job since Linux 6.15.
//   - Commit tails: RFC patches 6 and 7, from the beginning of the tail to
//     drm_atomic_helper_commit_hw_done(); hooks of planes, and those of CRTCs that
//     program an update, run within it.
//   - i915's dma_fence_work: RFC patch 17.
//   - enable_signaling: dma_fence_enable_sw_signaling() and
//     dma_fence_add_callback() hold fence->lock (drivers/dma-buf/dma-fence.c).
func kindOf(typ, field string) (k kind, ok bool) {
	k.name = typ + "." + field
	switch k.name {
	case "drm_sched_backend_ops.run_job", "drm_sched_backend_ops.prepare_job", "drm_sched_backend_ops.dependency",
		"drm_sched_backend_ops.timedout_job", "drm_sched_backend_ops.free_job",
		"drm_crtc_helper_funcs.atomic_begin", "drm_crtc_helper_funcs.atomic_flush",
		"drm_plane_helper_funcs.atomic_update", "drm_plane_helper_funcs.atomic_disable",
		"dma_fence_work_ops.work":
		return k, true
	case "drm_mode_config_helper_funcs.atomic_commit_tail":
		k.until = hwDone
		return k, true
	case "dma_fence_ops.enable_signaling":
		k.atomic = true
		return k, true
	}
	return k, false
}

// words returns what of a driver names a root: its files are worth reading.
func words() []string {
	return []string{
		begin, "drm_sched_backend_ops", "atomic_commit_tail", "enable_signaling", "dma_fence_work_ops",
		"atomic_begin", "atomic_flush", "atomic_update", // old display code has other members of the same types
	}
}

// A span is a part of a function, by lines. Coccinelle could follow the paths
// between two calls; it takes minutes for long functions, so what lies between
// the first and the last line counts.
type span struct{ first, last int }

func (s span) has(line int) bool { return s.first <= line && line <= s.last }

// endless is the last line of a span that goes to the end of its function.
const endless = 1 << 30

// spans pairs each call of from with the last call of to before the next from.
// One that nothing ends goes to the end of the function, as a section with a
// cleanup attribute does.
func spans(calls []call, from, to string) []span {
	var out []span
	for _, c := range calls {
		n := len(out)
		switch {
		case c.Name == from:
			out = append(out, span{c.Line, endless})
		case c.Name == to && n > 0:
			out[n-1].last = c.Line
		}
	}
	return out
}

// before returns the part of a function that ends with its last call of until.
func before(calls []call, until string) span {
	s := span{0, endless}
	for _, c := range calls {
		if until != "" && c.Name == until {
			s.last = c.Line
		}
	}
	return s
}
