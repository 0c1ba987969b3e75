// SPDX-License-Identifier: MIT

package overlay

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"slices"

	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
)

//go:embed patches/*.patch
var patches embed.FS

// A State says how far the annotation of a path has come.
type State string

// The states. What is InTree has no patch.
const (
	InTree State = "in-tree"                                  // Linux 6.12 has it
	InVM   State = "overlay, run in the VM"                   // booted and run through by the tests of the table
	Static State = "overlay, compiled and statically checked" // no device in a VM gets there
)

// An Overlay is the annotation of one path through the kernel.
type Overlay struct {
	Name   string   // short and stable; the patch is patches/NAME.patch
	Title  string   // what is annotated, in a line
	RFC    []int    // numbers of the RFC patches that it stands for, see [RFC]; none for our own
	State  State    // see the constants
	Kernel string   // release that the patch was made and tried on; empty without a patch
	Sites  []string // functions that call dma_fence_begin_signalling() because of it, and those that gcc inlines them into
	Tests  []string // what runs through it, as BINARY@SUBTEST with " on DRIVER" where that matters
	Note   string   // where the tree has it, or what it leaves out; may be empty
	Patch  []byte   // in git format-patch form; nil when the state is InTree
}

// File returns the path of the patch below the package, empty without one.
func (o Overlay) File() string {
	if o.Patch == nil {
		return ""
	}
	return "patches/" + o.Name + ".patch"
}

// ErrUnknown reports a name that no overlay has.
var ErrUnknown = errors.New("overlay: no such overlay")

// ErrNoPatch reports an overlay that consists of what the tree has already.
var ErrNoPatch = errors.New("overlay: nothing to apply")

// All returns the table in the order in which the patches apply: by RFC number,
// then our own. The slice and its bytes are the caller's.
func All() []Overlay {
	all := slices.Concat(core(), display(), scheduler(), amdgpu(), i915(), drivers())
	slices.SortStableFunc(all, func(a, b Overlay) int { return cmp.Compare(a.rank(), b.rank()) })
	for i := range all {
		// A row without a file keeps a nil patch; a test holds both together.
		all[i].Patch, _ = patches.ReadFile("patches/" + all[i].Name + ".patch")
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

// Series returns the patch as a series of one, titled with the overlay's name,
// so that notes about it name the overlay. Without a patch the error is
// [ErrNoPatch].
func (o Overlay) Series() (patch.Series, error) {
	if o.Patch == nil {
		return patch.Series{}, fmt.Errorf("%w: %s", ErrNoPatch, o.Name)
	}
	msgs, err := mail.ReadMbox(bytes.NewReader(o.Patch), mail.Limits{})
	if err != nil {
		return patch.Series{}, fmt.Errorf("read overlay %s: %w", o.Name, err)
	}
	s, _, err := patch.Assemble(msgs).Pick()
	if err == nil {
		err = s.Validate()
	}
	if err != nil {
		return patch.Series{}, fmt.Errorf("read overlay %s: %w", o.Name, err)
	}
	s.Title = o.Name
	return s, nil
}

// Series returns all patches in order, each as a series of its own.
func Series() ([]patch.Series, error) {
	var list []patch.Series
	for _, o := range All() {
		s, err := o.Series()
		if errors.Is(err, ErrNoPatch) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}
