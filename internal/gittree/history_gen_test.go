// SPDX-License-Identifier: MIT

package gittree

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/patch"
)

// A history makes up a tree and changes it step by step, the way a driver
// changes: mostly a few lines, now and then a rename or a new file. The same
// seed gives the same history.
type history struct {
	rnd  *rand.Rand
	tree files
	n    int
}

func newHistory(seed uint64) *history {
	h := &history{rnd: rand.New(rand.NewPCG(seed, 1)), tree: files{}}
	for i := range 24 {
		h.tree[fmt.Sprintf("drivers/gpu/drm/d%d/file%d.c", i%4, i)] = file{data: h.source(6 + h.rnd.IntN(14))}
	}
	h.tree["include/crlf.h"] = file{data: strings.ReplaceAll(h.source(8), "\n", "\r\n")}
	h.tree["no-newline.txt"] = file{data: strings.TrimSuffix(h.source(3), "\n")}
	h.tree["blob.bin"] = file{data: h.binary()}
	h.tree["link"] = file{mode: patch.ModeSymlink, data: "include/crlf.h"}
	h.tree["run.sh"] = file{mode: patch.ModeExec, data: "#!/bin/sh\n" + h.source(2)}
	return h
}

// kernelHistory starts from real files of a kernel repository.
func kernelHistory(t *testing.T, dir string, seed uint64) *history {
	t.Helper()
	h := newHistory(seed)
	names := strings.Split(runGit(t, dir, "ls-tree", "-r", "--name-only", "HEAD",
		"drivers/gpu/drm/vkms", "drivers/gpu/drm/scheduler", "drivers/gpu/drm/virtio", "drivers/dma-buf"), "\n")
	for _, name := range names {
		data, err := tryGit(t, dir, "show", "HEAD:"+name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(data, "\x00") {
			h.tree[name] = file{data: data}
		}
	}
	return h
}

// source writes functions that look much alike, so that a hunk has more than
// one place where it might go.
func (h *history) source(functions int) string {
	var b strings.Builder
	b.WriteString("// SPDX-License-Identifier: GPL-2.0\n#include <linux/dma-fence.h>\n\n")
	for range functions {
		h.n++
		fmt.Fprintf(&b, "static int fence_%d(struct fence *f)\n{\n\tint ret;\n\n\tmutex_lock(&f->lock);\n", h.n%40)
		for range h.rnd.IntN(5) {
			fmt.Fprintf(&b, "\tret = step_%d(f);\n\tif (ret)\n\t\tgoto out;\n", h.rnd.IntN(9))
		}
		b.WriteString("out:\n\tmutex_unlock(&f->lock);\n\treturn ret;\n}\n\n")
	}
	return b.String()
}

func (h *history) binary() string {
	b := make([]byte, 300+h.rnd.IntN(3000))
	for i := range b {
		b[i] = byte(h.rnd.IntN(256))
	}
	b[10] = 0
	return string(b)
}

// steps makes n commits and returns their trees, the first one included.
func (h *history) steps(n int) []files {
	all := []files{maps.Clone(h.tree)}
	for len(all) < n {
		for h.step(); maps.Equal(h.tree, all[len(all)-1]) || h.rnd.IntN(3) > 0; {
			h.step()
		}
		all = append(all, maps.Clone(h.tree))
	}
	return all
}

func (h *history) pick() string {
	names := slices.Sorted(maps.Keys(h.tree))
	return names[h.rnd.IntN(len(names))]
}

func (h *history) step() {
	name := h.pick()
	f := h.tree[name]
	switch k := h.rnd.IntN(40); {
	case f.mode == patch.ModeSymlink:
		f.data = path.Join("include", fmt.Sprintf("target%d", h.rnd.IntN(3)))
	case name == "blob.bin":
		at := h.rnd.IntN(len(f.data))
		f.data = f.data[:at] + h.binary()[:60] + f.data[at:]
	case k == 0: // move, with a change on top
		delete(h.tree, name)
		name = path.Join(path.Dir(name), fmt.Sprintf("moved%d.c", h.rnd.IntN(1000)))
		f.data = h.edit(f.data)
	case k == 1: // copy
		h.tree[path.Join(path.Dir(name), fmt.Sprintf("copy%d.c", h.rnd.IntN(1000)))] = file{f.mode, h.edit(f.data)}
		f.data = h.edit(f.data)
	case k == 2 && len(h.tree) > 20:
		delete(h.tree, name)
		return
	case k == 3:
		name, f = fmt.Sprintf("drivers/new%d/file.c", h.rnd.IntN(1000)), file{data: h.source(4)}
	case k == 4 && f.mode == 0:
		f.mode = patch.ModeExec
	case k == 4:
		f.mode = 0
	case k == 5:
		f.data = strings.TrimSuffix(f.data, "\n") + []string{"", "\n", "\n\n"}[h.rnd.IntN(3)]
	case k == 6:
		f.data = ""
	default:
		f.data = h.edit(f.data)
	}
	h.tree[name] = f
}

// edit changes a few lines of a text.
func (h *history) edit(data string) string {
	lines := strings.SplitAfter(data, "\n")
	for range 1 + h.rnd.IntN(3) {
		at := h.rnd.IntN(len(lines))
		if h.rnd.IntN(8) == 0 {
			at = []int{0, len(lines) - 1}[h.rnd.IntN(2)]
		}
		h.n++
		switch h.rnd.IntN(4) {
		case 0:
			lines[at] = fmt.Sprintf("\tchanged_%d(f);\n", h.n)
		case 1:
			lines = slices.Delete(lines, at, min(at+1+h.rnd.IntN(4), len(lines)))
		case 2:
			lines = slices.Insert(lines, at, strings.SplitAfter(h.source(1), "\n")...)
		default:
			lines = slices.Insert(lines, at, fmt.Sprintf("\tadded_%d(f);\n", h.n%7))
		}
		if len(lines) == 0 {
			lines = []string{"\n"}
		}
	}
	return strings.Join(lines, "")
}
