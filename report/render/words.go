// SPDX-License-Identifier: MIT

package render

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/contract"
	"github.com/fencebot/fencebot/report/lockdep"
	"github.com/fencebot/fencebot/report/render/picture"
)

// deadlocks reports whether a family means that something can wait for ever.
func deadlocks(f lockdep.Family) bool {
	switch f {
	case lockdep.CircularDependency, lockdep.RecursiveLocking, lockdep.InconsistentState, lockdep.IRQInversion,
		lockdep.IRQSafeUnsafe, lockdep.HungTask, report.FamilyHang, report.FamilySilent, lockdep.SoftLockup, lockdep.HardLockup:
		return true
	}
	return false
}

// headline says in one sentence what is wrong, or that nothing is.
func headline(r report.Report) string {
	switch r.Word {
	case report.Pass:
		return "No deadlock found"
	case report.Findings:
		for _, f := range r.Findings {
			if deadlocks(f.Family) {
				return "This series can deadlock"
			}
		}
		return "The kernel reports an error with this series"
	case report.BuildError:
		return "This series does not build"
	case report.ApplyConflict:
		return "This series does not apply"
	case report.BootFailure:
		return "The kernel does not boot with this series"
	case report.NotExercised:
		return "Nothing is known about this series: no test exercised it"
	}
	return "No answer: the test machine failed, not the series"
}

// site says in brackets which patch and which test, as far as they are known.
func site(r report.Report) string {
	var parts []string
	patch := func(n int) {
		switch {
		case n > 0 && r.Series.Total > 1:
			parts = append(parts, fmt.Sprintf("patch %d of %d", n, r.Series.Total))
		case n > 0:
			parts = append(parts, fmt.Sprintf("patch %d", n))
		}
	}
	switch {
	case r.Word == report.ApplyConflict && r.Conflict != nil:
		patch(r.Conflict.Patch)
	case len(r.Findings) > 0:
		f := r.Findings[0]
		patch(f.Culprit.Patch)
		if f.Subtest != "" {
			parts = append(parts, "test "+field(f.Subtest))
		}
	}
	s := strings.Join(parts, ", ")
	if n := len(r.Findings); n > 1 && s != "" {
		s = plural(n, "problem") + ", the first with " + s
	} else if n > 1 {
		s = plural(n, "problem")
	}
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

// lead is the paragraph below the headline: the reason, and what to make of it.
func lead(r report.Report) string {
	reason := sentence(field(r.Reason))
	switch r.Word {
	case report.Pass:
		return reason + " This is no proof: lockdep sees only the code that ran."
	case report.Findings:
		if len(r.Findings) == 0 {
			return reason
		}
		return explanation(r.Findings[0])[0]
	case report.BuildError:
		return buildLead(r)
	case report.ApplyConflict:
		return conflictSite(r.Conflict) + " Nothing was built or tested. The series may be made for another base: please rebase it, or name its base (git format-patch --base)."
	case report.BootFailure:
		return reason + " No test could run."
	case report.NotExercised:
		return reason + " This is neither a pass nor a fault of the series."
	}
	return reason + " The series was not judged."
}

// buildLead says what the compiler says first.
func buildLead(r report.Report) string {
	s := "The kernel does not compile."
	if len(r.Findings) == 0 {
		return s
	}
	f := r.Findings[0]
	if f.File != "" {
		s = fmt.Sprintf("%s:%d: %s.", field(f.File), f.Line, field(f.Title))
	}
	if f.MendedBy > 0 {
		return s + fmt.Sprintf(" Patch %d mends it, but nobody can bisect across the break.", f.MendedBy)
	}
	return s
}

// conflictSite names the place of a conflict in a sentence.
func conflictSite(c *report.Conflict) string {
	switch {
	case c == nil:
		return ""
	case c.Hunk == 0:
		return fmt.Sprintf("File %s: %s.", field(c.File), field(c.Reason))
	}
	return fmt.Sprintf("Hunk %d of %s: %s.", c.Hunk, field(c.File), field(c.Reason))
}

// explanation says what a finding means, in paragraphs: the rule that it
// breaks where there is one, and the kind of report where that says more than
// a picture does.
func explanation(f report.Finding) []string {
	c := f.Contract
	if c.Explanation == "" || c.Name == contract.None {
		return []string{cmp.Or(meaning(f.Family), "The kernel reports an error that it does not report without the series.")}
	}
	out := []string{sentence(prose(c.Explanation))}
	generic := c.Name == contract.IRQ || c.Name == contract.LockOrder || c.Name == contract.SleepInAtomic
	if deadlocks(f.Family) && !generic && !picture.Has(f.Splat) {
		out = append(out, meaning(f.Family))
	}
	return out
}

// sentence ends s with a full stop and begins it with a capital, unless it
// begins with the name of a function or a file.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	if word, _, _ := strings.Cut(s, " "); !strings.ContainsAny(word, "_(/.&") {
		s = strings.ToUpper(s[:1]) + s[1:]
	}
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// glossary explains lock classes that are no locks of a driver.
func glossary(class string) string {
	switch name, _, _ := strings.Cut(class, "/"); name {
	case "dma_fence_map":
		return "no lock, but a mark: held inside code that must finish before a dma-fence can signal, and while somebody waits for one"
	case "fs_reclaim":
		return "no lock, but a mark: memory is allocated in a way that may have to wait for other memory to be freed (GFP_KERNEL)"
	case "mmu_notifier_invalidate_range_start":
		return "no lock, but a mark: page tables change and drivers are told; memory reclaim does this"
	case "reservation_ww_class_mutex", "reservation_ww_class_acquire":
		return "the lock of a buffer's fences (dma_resv)"
	case "crtc_ww_class_mutex", "crtc_ww_class_acquire":
		return "a modeset lock of KMS"
	case "mmap_lock", "&mm->mmap_lock":
		return "the lock of a process's address space; page faults take it"
	case "console_lock", "console_owner":
		return "the lock of the kernel consoles; printk may take it"
	}
	return ""
}

// baseWord says in words how sure it is that the base is free of a finding.
func baseWord(f report.Finding) string {
	switch {
	case f.Family == report.FamilyBuild:
		return "builds"
	case f.MaskedBy != "":
		return "cannot tell: there the same test ends with \"" + field(f.MaskedBy) + "\""
	case f.Replayed == 0:
		return "does not show it (not replayed)"
	case f.Replayed == 1:
		return "does not show it, nor when the same tests ran again"
	}
	return fmt.Sprintf("does not show it, nor in %d replays of the same tests", f.Replayed)
}

// overlayWord says what a finding has to do with our own annotations.
func overlayWord(f report.Finding) string {
	if f.Overlay == "" {
		return "seen with fencebot's lockdep annotations on top of both kernels; the code is the series' own"
	}
	return "seen with fencebot's annotation " + field(f.Overlay) + " on top of both kernels (fencebot overlay show " + field(f.Overlay) + "); the code is the series' own"
}

// plural returns "1 test" and "2 tests".
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// tested says what ran, and what that is worth.
func tested(r report.Report) string {
	skipped, notrun := 0, 0
	for _, c := range r.Cases {
		switch c.Patched {
		case "skip":
			skipped++
		case "notrun", "":
			notrun++
		}
	}
	s := "no test ran on the patched kernel"
	if r.Lockdep.Ran > 0 {
		s = fmt.Sprintf("%s ran on the patched kernel, %d of them with lockdep alive", plural(r.Lockdep.Ran, "test"), r.Lockdep.Tested)
	}
	if skipped > 0 {
		s += fmt.Sprintf("; %d skipped", skipped)
	}
	if notrun > 0 {
		s += fmt.Sprintf("; %d did not run", notrun)
	}
	if r.Lockdep.Reason != "" && r.Lockdep.Ran > 0 {
		s += ". lockdep: " + field(strings.TrimPrefix(r.Lockdep.Reason, "lockdep "))
	}
	return s + "."
}

// culprit names the patch that a finding is laid to, in words.
func culprit(r report.Report, f report.Finding) string {
	name := r.Series.PatchName(f.Culprit.Patch)
	if name == "" {
		if r.Series.Total > 1 {
			return fmt.Sprintf("one of the %d (which one is not determined)", r.Series.Total)
		}
		return "not determined"
	}
	name = strings.TrimPrefix(name, "patch ")
	if f.MendedBy > 0 {
		name += fmt.Sprintf("; patch %d mends it", f.MendedBy)
	}
	return field(name)
}
