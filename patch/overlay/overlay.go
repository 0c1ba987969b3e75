// SPDX-License-Identifier: MIT

package overlay

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"slices"

	"github.com/fencebot/fencebot/patch"
)

//go:embed patches/*.patch patches/7.2/*.patch
var patches embed.FS

// A State says how far the annotation of a path has come.
type State string

// The states. What is InTree has no patch.
const (
	InTree State = "in-tree"                                  // the kernel has it
	InVM   State = "overlay, run in the VM"                   // booted and run through by the tests of the table
	Static State = "overlay, compiled and statically checked" // no device in a VM gets there
)

// An Overlay is the annotation of one path through the kernel.
type Overlay struct {
	Name     string    // short and stable; names the files of its patches
	Title    string    // what is annotated, in a line
	RFC      []int     // numbers of the RFC patches that it stands for, see [RFC]; none for our own
	Releases []Release // how far it has come on each kernel, oldest first
	Sites    []string  // functions that call dma_fence_begin_signalling() because of it, and those that gcc inlines them into
	Tests    []string  // what runs through it, as BINARY@SUBTEST with " on DRIVER" where that matters
	Note     string    // where the tree has it, or what it leaves out; may be empty
}

// Variants returns the different patches of the overlay, oldest kernel first; a
// kernel gets at most one of them. None when every kernel has the path already.
func (o Overlay) Variants() []Variant {
	var all []Variant
	for _, r := range o.Releases {
		n := len(all)
		switch {
		case r.File == "":
		case n > 0 && all[n-1].File == r.File:
			all[n-1].Kernels = append(all[n-1].Kernels, r.Kernel)
		default:
			text, _ := patches.ReadFile(r.File) // fileFor has found it
			all = append(all, Variant{Kernels: []string{r.Kernel}, File: r.File, Patch: text})
		}
	}
	return all
}

// ErrUnknown reports a name that no overlay has.
var ErrUnknown = errors.New("overlay: no such overlay")

// ErrNoPatch reports an overlay that consists of what the tree has already.
var ErrNoPatch = errors.New("overlay: nothing to apply")

// All returns the table in the order in which the patches apply: by RFC number,
// then our own. The slice is the caller's.
func All() []Overlay {
	all := slices.Concat(core(), display(), scheduler(), amdgpu(), i915(), drivers())
	slices.SortStableFunc(all, func(a, b Overlay) int { return cmp.Compare(a.rank(), b.rank()) })
	for i := range all {
		file := ""
		for j := range all[i].Releases {
			r := &all[i].Releases[j]
			file = fileFor(all[i].Name, r.Kernel, file)
			if r.State != InTree {
				r.File = file
			}
		}
	}
	return all
}

// rank sorts by the first RFC patch, what stands for none at the end.
func (o Overlay) rank() int {
	if len(o.RFC) == 0 {
		return len(rfcTitles()) + 1
	}
	return o.RFC[0]
}

// Find returns the overlay of that name. The error wraps [ErrUnknown].
func Find(name string) (Overlay, error) {
	all := All()
	i := slices.IndexFunc(all, func(o Overlay) bool { return o.Name == name })
	if i < 0 {
		return Overlay{}, fmt.Errorf("%w: %q", ErrUnknown, name)
	}
	return all[i], nil
}

// BySite returns the overlay whose section a function of the kernel begins, as
// lockdep names it behind "at:" for dma_fence_map. ok is false for sections that
// the tree has by itself.
func BySite(function string) (o Overlay, ok bool) {
	all := All()
	i := slices.IndexFunc(all, func(o Overlay) bool { return slices.Contains(o.Sites, function) })
	if i < 0 {
		return Overlay{}, false
	}
	return all[i], true
}

// Series returns the variants of the overlay, oldest kernel first, each as a
// series of one patch. All have the overlay's name for a title, so that notes
// about them name the overlay, and whoever applies them takes one at most.
// Without a patch the error is [ErrNoPatch].
func (o Overlay) Series() ([]patch.Series, error) {
	var list []patch.Series
	for _, v := range o.Variants() {
		s, err := o.series(v)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	if list == nil {
		return nil, fmt.Errorf("%w: %s", ErrNoPatch, o.Name)
	}
	return list, nil
}

// For returns the variant that was made for a kernel, one of [Kernels]. ok is
// false when that kernel needs none.
func (o Overlay) For(kernel string) (v Variant, ok bool) {
	all := o.Variants()
	i := slices.IndexFunc(all, func(v Variant) bool { return slices.Contains(v.Kernels, kernel) })
	if i < 0 {
		return Variant{}, false
	}
	return all[i], true
}

// SeriesFor returns the patches that were made for a kernel, one of [Kernels],
// in order.
func SeriesFor(kernel string) ([]patch.Series, error) {
	var list []patch.Series
	for _, o := range All() {
		v, ok := o.For(kernel)
		if !ok {
			continue
		}
		s, err := o.series(v)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// Series returns the patches of all overlays in order, the variants of one next
// to each other.
func Series() ([]patch.Series, error) {
	var list []patch.Series
	for _, o := range All() {
		s, err := o.Series()
		if err != nil && !errors.Is(err, ErrNoPatch) {
			return nil, err
		}
		list = append(list, s...)
	}
	return list, nil
}
