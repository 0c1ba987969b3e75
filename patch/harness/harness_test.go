// SPDX-License-Identifier: MIT

package harness

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/qemu/fencetest"
	"github.com/fencebot/fencebot/qemu/wire"
)

// Every entry has its file, every file its entry, and the header of a patch says
// what the list does.
func TestAll(t *testing.T) {
	t.Parallel()
	files := map[string]bool{}
	for _, h := range All() {
		files[h.Name+".patch"] = true
		for _, line := range []string{"Harness: " + h.Name, "Kernel: " + h.Kernel, "Tests: " + h.Binary, "SPDX-License-Identifier: GPL-2.0"} {
			if !strings.Contains(string(h.Patch), "\n"+line+"\n") {
				t.Errorf("%s: no line %q", h.Name, line)
			}
		}
		if !strings.Contains(string(h.Patch), h.File[strings.LastIndexByte(h.File, '/')+1:]) {
			t.Errorf("%s: the patch does not make %s", h.Name, h.File)
		}
		if !slices.ContainsFunc(fencetest.List(), func(j wire.Job) bool { return j.Binary == h.Binary }) {
			t.Errorf("%s: there are no tests %s", h.Name, h.Binary)
		}
	}
	entries, err := patches.ReadDir("patches")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !files[e.Name()] {
			t.Errorf("%s belongs to no entry", e.Name())
		}
	}
}

// A tree has the lines of two files that the patches change.
type tree map[string]string

func (s tree) Entry(_ context.Context, path string) (patch.Entry, bool, error) {
	text, ok := s[path]
	return patch.Entry{Mode: patch.ModeFile, Data: []byte(text)}, ok, nil
}

func (tree) Blob(context.Context, string) ([]byte, error) { return nil, patch.ErrNoBlob }

// The two places where a driver has to be named are alike in all releases that
// we know.
func TestApplies(t *testing.T) {
	t.Parallel()
	const ipu, trace = "obj-$(CONFIG_IMX_IPUV3_CORE)\t+= ipu-v3/\n", "obj-$(CONFIG_TRACE_GPU_MEM)\t\t+= trace/\n"
	const drm, menu = "source \"drivers/gpu/drm/Kconfig\"\n", "\nmenu \"Frame buffer Devices\"\n"
	for name, files := range map[string]tree{
		"6.12": {
			"drivers/gpu/Makefile":  "obj-y\t\t\t+= host1x/ drm/ vga/\n" + ipu + trace,
			"drivers/video/Kconfig": "source \"drivers/gpu/ipu-v3/Kconfig\"\n\n" + drm + menu,
		},
		"7.2": {
			"drivers/gpu/Makefile":  "obj-y\t\t\t+= host1x/ drm/ vga/ tests/\n" + ipu + trace + "obj-$(CONFIG_NOVA_CORE)\t\t+= nova-core/\n",
			"drivers/video/Kconfig": "source \"drivers/gpu/nova-core/Kconfig\"\n\n" + drm + menu,
		},
	} {
		list, err := Series()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			d, err := patch.ParseDiff(s.Patches[0])
			if err != nil {
				t.Fatal(err)
			}
			changes, err := d.Apply(t.Context(), files)
			if err != nil {
				t.Errorf("%s on %s: %v", s.Title, name, err)
			}
			for _, c := range changes {
				if _, was := files[c.Path]; was && !strings.Contains(string(c.Entry.Data), "fencebot/") {
					t.Errorf("%s on %s: nothing of ours in %s", s.Title, name, c.Path)
				}
			}
		}
	}
}
