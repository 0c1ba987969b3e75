// SPDX-License-Identifier: MIT

package picture

import (
	"slices"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

// sure makes reliable frames of functions, the innermost first; a question mark
// before a name makes its frame an unreliable one, as in the log.
func sure(functions ...string) []lockdep.Frame {
	var out []lockdep.Frame
	for _, f := range functions {
		frame := lockdep.Frame{Function: f, Reliable: true}
		if f[0] == '?' {
			frame = lockdep.Frame{Function: f[1:]}
		}
		out = append(out, frame)
	}
	return out
}

func TestWhere(t *testing.T) {
	t.Parallel()
	lines := sure("mutex_lock_nested", "inner", "outer")
	lines[1].File, lines[1].Line = "a/b.c", 12
	suspect := slices.Clone(lines)
	suspect[2].File, suspect[2].Line, suspect[2].Patch = "a/c.c", 7, 3
	both := slices.Clone(suspect)
	both[1].Patch = 2
	for name, c := range map[string]struct {
		stack    []lockdep.Frame
		function string
		want     []place
	}{
		"nothing":                    {nil, "", nil},
		"only a name":                {nil, "vkms_begin", []place{{"in", "vkms_begin", "", 0}}},
		"helpers are stepped over":   {sure("lock_acquire", "_raw_spin_lock", "vkms_begin"), "", []place{{"in", "vkms_begin", "", 0}}},
		"only helpers":               {sure("_raw_spin_lock", "mutex_lock_nested"), "", []place{{"in", "_raw_spin_lock", "", 0}}},
		"guesses are no places":      {sure("?guess", "vkms_begin"), "", []place{{"in", "vkms_begin", "", 0}}},
		"nothing but guesses":        {sure("?guess"), "", nil},
		"the function that is named": {sure("a", "b", "c"), "b", []place{{"in", "b", "", 0}}},
		"a name of another stack":    {sure("a", "b"), "z", []place{{"in", "z", "", 0}}},
		"line":                       {lines, "", []place{{"in", "inner", "a/b.c:12", 0}}},
		"the suspect called it":      {suspect, "", []place{{"in", "inner", "a/b.c:12", 0}, {"called by", "outer", "a/c.c:7", 3}}},
		"it is the suspect":          {both, "", []place{{"in", "inner", "a/b.c:12", 2}}},
	} {
		if got := where("in", c.stack, c.function); !slices.Equal(got, c.want) {
			t.Errorf("%s: where = %+v; want %+v", name, got, c.want)
		}
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stack []lockdep.Frame
		want  string
	}{
		"boot":                {sure("dma_resv_lockdep", "do_one_initcall", "kernel_init_freeable"), "at boot"},
		"early boot":          {sure("sched_fork", "rest_init", "start_kernel"), "at boot"},
		"work item":           {sure("vkms_composer_worker", "process_one_work", "worker_thread", "kthread"), "in a work item"},
		"kernel thread":       {sure("drm_sched_main", "kthread", "ret_from_fork"), "in a kernel thread"},
		"kswapd":              {sure("shrink_node", "balance_pgdat", "kswapd", "kthread"), "in kswapd, which frees memory"},
		"hrtimer":             {sure("vkms_vblank_simulate", "__hrtimer_run_queues"), "in an interrupt handler"},
		"softirq":             {sure("net_rx_action", "handle_softirqs"), "in a soft interrupt"},
		"page fault":          {sure("do_user_addr_fault", "exc_page_fault"), "in a page fault"},
		"x86 call":            {sure("drm_ioctl", "__x64_sys_ioctl", "do_syscall_64"), "in the system call ioctl"},
		"arm64 call":          {sure("drm_ioctl", "__arm64_sys_ioctl", "el0_svc"), "in the system call ioctl"},
		"old call":            {sure("sock_setsockopt", "SyS_setsockopt"), "in the system call setsockopt"},
		"a fault in a call":   {sure("filemap_fault", "do_page_fault", "copy_from_user", "__x64_sys_write"), "in a page fault"},
		"guess is no witness": {sure("f", "?kthread"), ""},
		"unknown":             {sure("f", "g"), ""},
		"empty":               {nil, ""},
	} {
		if got := origin(c.stack); got != c.want {
			t.Errorf("%s: origin = %q; want %q", name, got, c.want)
		}
	}
}

func TestPlaceLines(t *testing.T) {
	t.Parallel()
	const file = "drivers/gpu/drm/vkms/vkms_crtc.c:231"
	for name, c := range map[string]struct {
		in   place
		want []string
	}{
		"no line":      {place{"in", "f", "", 0}, []string{"in f"}},
		"no line, old": {place{"in", "f", "", 4}, []string{"in f <- patch 4"}},
		"one line":     {place{"in", "f", "a.c:1", 4}, []string{"in f a.c:1 <- patch 4"}},
		"two lines":    {place{"in", "vkms_crtc_atomic_begin", file, 0}, []string{"in vkms_crtc_atomic_begin", file}},
		"marked":       {place{"in", "vkms_crtc_atomic_begin", file, 2}, []string{"in vkms_crtc_atomic_begin", file + " <- patch 2"}},
	} {
		if got := placeLines(c.in); !slices.Equal(got, c.want) {
			t.Errorf("%s: placeLines = %q; want %q", name, got, c.want)
		}
	}
}
