// SPDX-License-Identifier: MIT

package static

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/contract"
)

// warnings compares both sides. One call is one warning, however many paths
// lead to it: the first is told. When not all calls of one side were followed,
// whole is false and there are none: the sides cannot be compared.
func (s *survey) warnings(ctx context.Context) (out []report.Static, whole bool, err error) {
	before, after := newGraph(s.baseFacts()), newGraph(s.tip)
	base, tip := before.hits(), after.hits()
	if before.left < 0 || after.left < 0 || max(len(base), len(tip)) >= maxWarnings {
		return nil, false, nil
	}
	from, err := s.origins(ctx, tip)
	if err != nil {
		return nil, false, err
	}
	type place struct {
		file string
		call call
	}
	seen := map[place]bool{}
	for _, h := range fresh(base, tip, func(h hit) bool { return from.of(h.leaf()).Patch > 0 }) {
		l := h.leaf()
		if key := (place{l.fn.file, l.call}); !seen[key] {
			seen[key] = true
			out = append(out, from.warning(h))
		}
	}
	slices.SortStableFunc(out, func(a, b report.Static) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return out, true, nil
}

// lineage tells where lines of files that the series or an overlay changes come
// from.
type lineage map[string]map[int]gittree.Origin

// origins asks git about the lines that hits go through.
func (s *survey) origins(ctx context.Context, hits []hit) (lineage, error) {
	differ, err := s.repo.ChangedFiles(ctx, s.o.Range.Base, s.o.Tip())
	if err != nil {
		return nil, err
	}
	lines := map[string]map[int]bool{}
	add := func(file string, line int) {
		if _, found := slices.BinarySearch(differ, file); !found {
			return
		}
		if lines[file] == nil {
			lines[file] = map[int]bool{}
		}
		lines[file][line] = true
	}
	for _, h := range hits {
		add(h.root.file, h.root.line)
		add(h.root.fn.file, h.root.span.last)
		for _, st := range h.steps {
			add(st.fn.file, st.call.Line)
		}
	}
	out := lineage{}
	for file, set := range lines {
		var list []int
		for n := range set {
			list = append(list, n)
		}
		slices.Sort(list)
		if out[file], err = s.repo.Origins(ctx, s.o, file, list); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// at returns where a line comes from; one of a file that nobody changes is what
// it is.
func (l lineage) at(file string, line int) gittree.Origin {
	lines, ok := l[file]
	if !ok {
		return gittree.Origin{Line: line}
	}
	return lines[line]
}

func (l lineage) of(st step) gittree.Origin { return l.at(st.fn.file, st.call.Line) }

// warning puts a hit into the words of a report.
func (l lineage) warning(h hit) report.Static {
	leaf := h.leaf()
	w := report.Static{
		Rule: h.ban.rule, File: leaf.fn.file, Line: l.of(leaf).Line, Patch: l.patch(h),
		Function: leaf.fn.name, Call: callText(h), Section: h.root.kind.name,
	}
	for _, st := range h.steps {
		w.Path = append(w.Path, st.fn.name)
	}
	w.Text = strings.Join(w.Path, "() -> ") + "() -> " + w.Call + ": " + what(h) + ", " + where(h.root.kind)
	return w
}

// patch returns the patch that brings a hit: that of the nearest line to the
// call which the series adds, or else that of the beginning or the end of the
// section. 0 when no such line is left, as when a patch only takes an end away.
func (l lineage) patch(h hit) int {
	for _, st := range slices.Backward(h.steps) {
		if p := l.of(st).Patch; p > 0 {
			return p
		}
	}
	return cmp.Or(l.at(h.root.file, h.root.line).Patch, l.at(h.root.fn.file, h.root.span.last).Patch)
}

func callText(h hit) string {
	return fmt.Sprintf("%s(%s)", h.leaf().call.Name, h.ban.flags)
}

// what says what the call does.
func what(h hit) string {
	switch h.ban.rule {
	case contract.AllocInSignalling:
		return "may wait for free memory"
	case contract.ResvLockInSignalling:
		return "takes the reservation lock of a buffer"
	case contract.ModesetLockInSignalling:
		return "takes a display lock"
	case contract.MmapLockInSignalling:
		return "needs the lock of the address space (mmap_lock)"
	case contract.ConsoleLockInSignalling:
		return "takes the console lock"
	case contract.FlushWorkInSignalling:
		return "waits for work to end"
	case contract.SleepInAtomic:
		return "may sleep"
	}
	return "waits for a fence, which must not be one that needs this code"
}

func where(k kind) string {
	switch {
	case k.atomic:
		return "in " + k.name + ", which is called with the spinlock of the fence held"
	case k.until == end:
		return "in a fence signalling section"
	}
	return "in " + k.name + ", which fences wait for"
}
