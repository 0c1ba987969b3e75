// SPDX-License-Identifier: MIT

package overlay

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
)

// Kernels are the releases that the table speaks of, oldest first: of 6.12 it is
// 6.12.117, of 7.2 it is 7.2.13.
func Kernels() []string { return []string{v612, v72} }

const (
	v612 = "6.12"
	v72  = "7.2"
)

// A Release is the state of an overlay on one kernel.
type Release struct {
	Kernel string // one of [Kernels]
	State  State
	File   string // the patch for it, below this package; empty when the state is InTree
}

// A Variant is one patch of an overlay. Another kernel may have a shape that the
// first one does not fit; which of them a tree gets is found out by trying.
type Variant struct {
	Kernels []string // that it was made and tried on
	File    string   // below this package
	Patch   []byte   // in git format-patch form
}

// on gives all kernels the same state.
func on(s State) []Release {
	var all []Release
	for _, k := range Kernels() {
		all = append(all, Release{Kernel: k, State: s})
	}
	return all
}

// fileFor finds the patch of an overlay for a kernel: patches/KERNEL/NAME.patch,
// patches/NAME.patch for the oldest, and the one of the kernel before where there
// is none.
func fileFor(name, kernel, before string) string {
	file := "patches/" + kernel + "/" + name + ".patch"
	if kernel == v612 {
		file = "patches/" + name + ".patch"
	}
	if f, err := patches.Open(file); err == nil {
		f.Close()
		return file
	}
	return before
}

// series reads one of the variants of o.
func (o Overlay) series(v Variant) (patch.Series, error) {
	msgs, err := mail.ReadMbox(bytes.NewReader(v.Patch), mail.Limits{})
	if err != nil {
		return patch.Series{}, fmt.Errorf("read overlay %s: %w", v.File, err)
	}
	s, _, err := patch.Assemble(msgs).Pick()
	if err == nil {
		err = s.Validate()
	}
	if err != nil {
		return patch.Series{}, fmt.Errorf("read overlay %s: %w", v.File, err)
	}
	s.Title = o.Name
	return s, nil
}

// Ours finds the patches of a series among the variants and [Aids]: those that an earlier
// check has put on a tree, each as a series of its own. ok is false when one of
// them is not, or no longer, ours.
func Ours(s patch.Series) (list []patch.Series, ok bool, err error) {
	all, err := Series()
	if err != nil {
		return nil, false, err
	}
	aids, err := Aids()
	if err != nil {
		return nil, false, err
	}
	all = append(all, aids...)
	for _, p := range s.Patches {
		i := slices.IndexFunc(all, func(have patch.Series) bool { return same(have.Patches[0], p) })
		if i < 0 {
			return nil, false, nil
		}
		list = append(list, all[i])
	}
	return list, len(list) > 0, nil
}

// same tells whether two patches change the same in the same words. A mailbox
// adds and takes blank lines at the ends.
func same(a, b patch.Patch) bool {
	return a.Subject == b.Subject && strings.TrimSpace(a.Body) == strings.TrimSpace(b.Body) && strings.TrimSpace(a.Diff) == strings.TrimSpace(b.Diff)
}
