// SPDX-License-Identifier: MIT

package contract

import (
	"slices"
	"strings"
)

// A ban is a rule about what must not be taken inside of a section.
type ban struct {
	rule     string
	classes  []string // lock classes, without subclass
	prefixes []string // beginnings of lock classes

	// tell says what was done, as the rest of a sentence that begins with who did it.
	// service is that of a call, class the lock class.
	tell func(service, class string) telling
}

// bans are in no order: the class nearest to the section decides.
var bans = []ban{
	{
		rule: AllocInSignalling, tell: alloc,
		classes: []string{"fs_reclaim", "mmu_notifier_invalidate_range_start"},
	},
	{
		rule: ResvLockInSignalling, tell: resv,
		classes: []string{"reservation_ww_class_acquire", "reservation_ww_class_mutex"},
	},
	{
		rule: ModesetLockInSignalling, tell: modeset,
		classes: []string{"crtc_ww_class_acquire", "crtc_ww_class_mutex", "&dev->mode_config.mutex"},
	},
	{
		rule: MmapLockInSignalling, tell: mmap,
		classes: []string{"&mm->mmap_lock", "&mm->mmap_sem", "mmap_lock", "&vma->vm_lock->lock", "vm_lock"},
	},
	{
		rule: ConsoleLockInSignalling, tell: console,
		classes: []string{"console_lock", "console_mutex", "(console_sem).lock", "console_owner"},
	},
	{
		rule: FlushWorkInSignalling, tell: flush,
		prefixes: []string{"(work_completion)", "(wq_completion)", `"`}, // the last before Linux 4.15: "events"
	},
}

// banOf finds what forbids class, taken by service, inside of a section; false for a
// lock of which the contract says nothing. Subclasses of a lock share its rule.
func banOf(class, service string) (ban, bool) {
	name, _, _ := strings.Cut(class, "/")
	for _, b := range bans {
		flushed := b.rule == FlushWorkInSignalling && flushes(service)
		if flushed || slices.Contains(b.classes, name) || hasAny(name, b.prefixes) {
			return b, true
		}
	}
	return ban{}, false
}

// alloc tells allocating from unmapping: both meet the class of the MMU notifiers.
func alloc(service, class string) telling {
	switch {
	case class == "fs_reclaim":
		return telling{happened: "allocates memory with GFP_KERNEL" + inBrackets(service)}
	case !unmaps(service):
		return telling{happened: "allocates memory with GFP_NOFS or GFP_NOIO" + inBrackets(service)}
	}
	return telling{
		happened: "takes memory away from user space" + inBrackets(service) + ", which calls MMU notifiers,",
		why:      "MMU notifiers may wait for fences, perhaps for the very one that this section has yet to signal: each then waits for the other, for ever.",
		advice:   "Take memory away from user space (unmap, invalidate) before the section begins or after it ends.",
	}
}

func unmaps(service string) bool {
	return strings.Contains(service, "unmap") || strings.HasPrefix(service, "zap_") || strings.HasPrefix(service, "mmu_notifier")
}

func resv(_, class string) telling {
	if strings.HasPrefix(class, "reservation_ww_class_acquire") {
		return telling{happened: "begins to take the reservation locks of buffers (ww_acquire_init)"}
	}
	return telling{happened: "takes the reservation lock of a buffer (dma_resv_lock)"}
}

func modeset(service, class string) telling {
	switch class {
	case "&dev->mode_config.mutex":
		return telling{happened: "takes the lock of the display configuration, mode_config.mutex" + inBrackets(service)}
	case "crtc_ww_class_acquire":
		return telling{happened: "begins to take display locks" + inBrackets(service)}
	}
	return telling{happened: "takes a display lock" + inBrackets(service)}
}

func mmap(service, _ string) telling {
	if strings.Contains(service, "user") || strings.Contains(service, "fault") {
		return telling{happened: "touches user memory" + inBrackets(service) + ", which may need mmap_lock,"}
	}
	return telling{happened: "takes mmap_lock" + inBrackets(service)}
}

func console(_, _ string) telling {
	return telling{happened: "takes the console lock"}
}

func flush(service, class string) telling {
	if queue, ok := strings.CutPrefix(class, "(wq_completion)"); ok || strings.HasPrefix(class, `"`) {
		return telling{happened: "waits for all work on the work queue " + short(strings.Trim(queue, `"`)) + inBrackets(service)}
	}
	work := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(class, "(work_completion)"), "("), ")")
	return telling{happened: "waits for the work item " + short(work) + " to end" + inBrackets(service)}
}

func inBrackets(s string) string {
	if s == "" {
		return ""
	}
	return " (" + short(s) + ")"
}
