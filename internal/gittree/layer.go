// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"strings"

	"github.com/fencebot/fencebot/patch"
)

// A layer is a tree object with changes on top that no object holds yet. It is
// what the patches of a series see.
type layer struct {
	repo  *Repo
	root  string                 // tree id; empty for no tree
	files map[string]patch.Entry // changed paths; Mode 0 is a deleted one
	dirs  map[string]int         // directories above changed paths that exist: how many
}

func newLayer(r *Repo, root string) *layer {
	return &layer{repo: r, root: root, files: map[string]patch.Entry{}, dirs: map[string]int{}}
}

// Entry implements [patch.Tree].
func (l *layer) Entry(ctx context.Context, path string) (patch.Entry, bool, error) {
	if e, ok := l.files[path]; ok && e.Mode != 0 {
		return e, true, nil
	} else if l.dirs[path] > 0 {
		return patch.Entry{Mode: patch.ModeDir}, true, nil
	} else if ok || l.root == "" {
		return patch.Entry{}, false, nil
	}
	return l.repo.entry(ctx, l.root, path)
}

// Blob implements [patch.Tree].
func (l *layer) Blob(ctx context.Context, id string) ([]byte, error) {
	return l.repo.blob(ctx, id)
}

// apply lays changes on top.
func (l *layer) apply(changes []patch.Change) {
	for _, c := range changes {
		was := l.files[c.Path].Mode != 0
		l.files[c.Path] = c.Entry
		if is := c.Entry.Mode != 0; is != was {
			l.count(c.Path, is)
		}
	}
}

func (l *layer) count(path string, more bool) {
	for i := range len(path) {
		if path[i] != '/' {
			continue
		}
		if more {
			l.dirs[path[:i]]++
		} else {
			l.dirs[path[:i]]--
		}
	}
}

// sizeOf is the number of new bytes in changes.
func sizeOf(changes []patch.Change) int {
	n := 0
	for _, c := range changes {
		n += len(c.Entry.Data)
	}
	return n
}

// quote writes a path as fast-import reads it (quote_c_style in git's quote.c).
func quote(path string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(path) {
		switch c := path[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < 0x20 || c == 0x7f:
			b.WriteByte('\\')
			b.WriteByte('0' + c>>6)
			b.WriteByte('0' + c>>3&7)
			b.WriteByte('0' + c&7)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
