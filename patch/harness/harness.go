// SPDX-License-Identifier: MIT

package harness

import (
	"bytes"
	"embed"
	"fmt"

	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
)

//go:embed patches/*.patch
var patches embed.FS

// A Harness is a test driver.
type Harness struct {
	Name   string // short and stable; the patch is patches/NAME.patch
	Title  string // what it drives, in a line
	Kernel string // releases that it was built and run on
	Binary string // the built-in tests that use it, as package fencetest names them
	File   string // what the kernel has where it is in: how the tests find it
	Patch  []byte // in git format-patch form
}

// All returns the list in the order in which the patches apply. The slice and
// its bytes are the caller's.
func All() []Harness {
	all := []Harness{{
		Name: "drm-sched", Title: "drm/scheduler, with rings that have no hardware", Kernel: "6.12, 7.2",
		Binary: "fence_sched", File: "/sys/kernel/debug/fencebot_sched",
	}}
	for i := range all {
		// A test holds that every entry has its file.
		all[i].Patch, _ = patches.ReadFile("patches/" + all[i].Name + ".patch")
	}
	return all
}

// Series returns the patch as a series of one, titled with the harness's name,
// so that notes about it name the harness.
func (h Harness) Series() (patch.Series, error) {
	msgs, err := mail.ReadMbox(bytes.NewReader(h.Patch), mail.Limits{})
	if err != nil {
		return patch.Series{}, fmt.Errorf("read harness %s: %w", h.Name, err)
	}
	s, _, err := patch.Assemble(msgs).Pick()
	if err == nil {
		err = s.Validate()
	}
	if err != nil {
		return patch.Series{}, fmt.Errorf("read harness %s: %w", h.Name, err)
	}
	s.Title = h.Name
	return s, nil
}

// Series returns all patches in order, each as a series of its own.
func Series() ([]patch.Series, error) {
	var list []patch.Series
	for _, h := range All() {
		s, err := h.Series()
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}
