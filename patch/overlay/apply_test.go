// SPDX-License-Identifier: MIT

package overlay

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/bluekeyes/go-gitdiff/gitdiff"

	"github.com/fencebot/fencebot/patch"
)

// A source is the part of a kernel that the patches show: at every line of a
// hunk what stands there, anything else in between. All patches are made on the
// same release, so that together they tell one text.
type source map[string]string

func (s source) Entry(_ context.Context, path string) (patch.Entry, bool, error) {
	text, ok := s[path]
	return patch.Entry{Mode: patch.ModeFile, Data: []byte(text)}, ok, nil
}

func (source) Blob(context.Context, string) ([]byte, error) { return nil, patch.ErrNoBlob }

// The patches apply in the order of the table, and each of them also when any
// other one is dropped.
func TestPatchesApplyInOrder(t *testing.T) {
	t.Parallel()
	all := withPatch(t)
	for without := range len(all) + 1 {
		tree := sourceOf(t, all)
		dropped := ""
		for i, o := range all {
			if i == without {
				dropped = o.Name
				continue
			}
			if err := apply(t, tree, o); err != nil {
				t.Errorf("%s without %q: %v", o.Name, dropped, err)
			}
		}
	}
}

func apply(t *testing.T, tree source, o Overlay) error {
	t.Helper()
	s, err := o.Series()
	if err != nil {
		t.Fatal(err)
	}
	d, err := patch.ParseDiff(s.Patches[0])
	if err != nil {
		t.Fatalf("%s: %v", o.Name, err)
	}
	changes, err := d.Apply(t.Context(), tree)
	for _, c := range changes {
		tree[c.Path] = string(c.Entry.Data)
	}
	return err
}

// sourceOf puts the old lines of all hunks in their places.
func sourceOf(t *testing.T, all []Overlay) source {
	t.Helper()
	lines := map[string]map[int64]string{}
	for _, o := range all {
		files, _, err := gitdiff.Parse(strings.NewReader(string(o.Patch)))
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
