// SPDX-License-Identifier: MIT

package overlay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bluekeyes/go-gitdiff/gitdiff"

	"github.com/fencebot/fencebot/patch"
)

// A source is the part of a kernel that its patches show: at every line of a
// hunk what stands there, anything else in between. They are all made on the
// same release, so that together they tell one text.
type source map[string]string

func (s source) Entry(_ context.Context, path string) (patch.Entry, bool, error) {
	text, ok := s[path]
	return patch.Entry{Mode: patch.ModeFile, Data: []byte(text)}, ok, nil
}

func (source) Blob(context.Context, string) ([]byte, error) { return nil, patch.ErrNoBlob }

// A variant is an overlay with the patch for one kernel.
type variant struct {
	Overlay
	patch []byte
}

// The patches for a kernel apply in the order of the table, and each of them
// also when any other one is dropped.
func TestPatchesApplyInOrder(t *testing.T) {
	t.Parallel()
	for _, kernel := range Kernels() {
		t.Run(kernel, func(t *testing.T) {
			t.Parallel()
			all := variantsFor(t, kernel)
			for without := range len(all) + 1 {
				tree := sourceOf(t, all)
				dropped := ""
				for i, o := range all {
					if i == without {
						dropped = o.Name
						continue
					}
					if err := apply(t, tree, tree, o); err != nil {
						t.Errorf("%s without %q: %v", o.Name, dropped, err)
					}
				}
			}
		})
	}
}

// variantsFor returns what was made for a kernel alone. A patch that fits two
// has the line numbers of the older one and would tell lies about the other's
// source; whoever owns the kernels checks that with `fencebot overlay check`.
func variantsFor(t *testing.T, kernel string) []variant {
	t.Helper()
	var all []variant
	for _, o := range withPatch(t) {
		if v, ok := o.For(kernel); ok && v.Kernels[0] == kernel {
			all = append(all, variant{o, v.Patch})
		}
	}
	if len(all) < 10 {
		t.Fatalf("%d overlays for %s", len(all), kernel)
	}
	return all
}

// apply puts a patch on tree, which finds the result in changed.
func apply(t *testing.T, tree patch.Tree, changed source, o variant) error {
	t.Helper()
	s, err := o.series(Variant{Patch: o.patch})
	if err != nil {
		t.Fatal(err)
	}
	d, err := patch.ParseDiff(s.Patches[0])
	if err != nil {
		t.Fatalf("%s: %v", o.Name, err)
	}
	changes, err := d.Apply(t.Context(), tree)
	for _, c := range changes {
		changed[c.Path] = string(c.Entry.Data)
	}
	return err
}

// A checkout is a work tree or unpacked tarball, with what was changed in it.
type checkout struct {
	dir     string
	changed source
}

func (c checkout) Entry(ctx context.Context, path string) (patch.Entry, bool, error) {
	if e, ok, err := c.changed.Entry(ctx, path); ok {
		return e, ok, err
	}
	fi, err := os.Stat(filepath.Join(c.dir, path))
	if errors.Is(err, fs.ErrNotExist) {
		return patch.Entry{}, false, nil
	}
	if err != nil || fi.IsDir() {
		return patch.Entry{Mode: patch.ModeDir}, err == nil, err
	}
	data, err := os.ReadFile(filepath.Join(c.dir, path))
	return patch.Entry{Mode: patch.ModeFile, Data: data}, err == nil, err
}

func (checkout) Blob(context.Context, string) ([]byte, error) { return nil, patch.ErrNoBlob }

// On the sources themselves all patches for a kernel apply one after the other,
// without any merge.
func TestPatchesApplyToSource(t *testing.T) {
	t.Parallel()
	dirs := filepath.SplitList(os.Getenv("FENCEBOT_KERNEL_SOURCES"))
	if len(dirs) == 0 {
		t.Skip("FENCEBOT_KERNEL_SOURCES names no kernel sources (directories, separated by a colon)")
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			makefile, err := os.ReadFile(filepath.Join(dir, "Makefile"))
			if err != nil {
				t.Fatal(err)
			}
			tree := checkout{dir, source{}}
			for _, o := range withPatch(t) {
				v, ok := o.For(release(string(makefile)))
				if !ok {
					t.Errorf("%s: no patch for Linux %q", o.Name, release(string(makefile)))
					continue
				}
				if err := apply(t, tree, tree.changed, variant{o, v.Patch}); err != nil {
					t.Errorf("%s: %v", v.File, err)
				}
			}
		})
	}
}

// release reads "7.2" from the top Makefile of a kernel.
func release(makefile string) string {
	set := map[string]string{}
	for line := range strings.Lines(makefile) {
		if k, v, ok := strings.Cut(line, "="); ok && set[strings.TrimSpace(k)] == "" {
			set[strings.TrimSpace(k)] = strings.TrimSpace(v)
		}
	}
	return set["VERSION"] + "." + set["PATCHLEVEL"]
}

// sourceOf puts the old lines of all hunks in their places.
func sourceOf(t *testing.T, all []variant) source {
	t.Helper()
	lines := map[string]map[int64]string{}
	for _, o := range all {
		files, _, err := gitdiff.Parse(strings.NewReader(string(o.patch)))
		if err != nil {
			t.Fatalf("%s: %v", o.Name, err)
		}
		for _, f := range files {
			if lines[f.OldName] == nil {
				lines[f.OldName] = map[int64]string{}
			}
			for _, h := range f.TextFragments {
				place(t, o.Name, lines[f.OldName], h)
			}
		}
	}
	tree := source{}
	for name, at := range lines {
		tree[name] = fill(at)
	}
	return tree
}

func place(t *testing.T, name string, at map[int64]string, h *gitdiff.TextFragment) {
	t.Helper()
	n := h.OldPosition
	for _, l := range h.Lines {
		if l.Op == gitdiff.OpAdd {
			continue
		}
		if have, ok := at[n]; ok && have != l.Line {
			t.Errorf("%s: line %d is %q, but %q in another overlay: not made on the same release", name, n, l.Line, have)
		}
		at[n] = l.Line
		n++
	}
}

// fill writes the lines in order and something between them.
func fill(at map[int64]string) string {
	var last int64
	for n := range at {
		last = max(last, n)
	}
	var b strings.Builder
	for n := int64(1); n <= last; n++ {
		if l, ok := at[n]; ok {
			b.WriteString(l)
		} else {
			fmt.Fprintf(&b, "/* line %d */\n", n)
		}
	}
	b.WriteString("/* end */\n")
	return b.String()
}
