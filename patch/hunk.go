// SPDX-License-Identifier: MIT

package patch

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
)

// applyText puts text hunks on data: each is searched in the order of the diff
// and then applied by go-gitdiff. A hunk that fits nowhere gives a
// [*ConflictError] without patch and file.
func applyText(data []byte, frags []*gitdiff.TextFragment) ([]byte, error) {
	im := newImage(data)
	moved := make([]*gitdiff.TextFragment, 0, len(frags))
	for i, frag := range frags {
		pre, where := preimage(frag), placeOf(frag)
		at, ok, err := im.find(pre, where)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, im.conflict(i+1, pre, where)
		}
		moved = append(moved, im.relocate(frag, at, len(pre)))
		im.replace(at, len(pre), int(frag.NewLines))
	}
	// Git may find a later hunk further up; go-gitdiff wants them in order.
	slices.SortStableFunc(moved, func(a, b *gitdiff.TextFragment) int {
		return cmp.Compare(a.OldPosition, b.OldPosition)
	})
	return writeText(im.src, len(data), moved)
}

func writeText(src source, size int, frags []*gitdiff.TextFragment) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(size + 1024)
	applier := gitdiff.NewTextApplier(&out, src)
	for _, frag := range frags {
		if err := applier.ApplyFragment(frag); err != nil {
			return nil, fmt.Errorf("apply relocated hunk: %w", err)
		}
	}
	if err := applier.Close(); err != nil {
		return nil, fmt.Errorf("apply relocated hunks: %w", err)
	}
	return out.Bytes(), nil
}
