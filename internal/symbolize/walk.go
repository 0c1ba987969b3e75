// SPDX-License-Identifier: MIT

package symbolize

import (
	"debug/dwarf"
	"fmt"
)

// A walk looks for the functions around an address.
type walk struct {
	data  *dwarf.Data
	r     *dwarf.Reader // stands behind an entry whose children come next
	pc    uint64
	found []*dwarf.Entry // outermost first
}

// descend goes through the children of an entry and reports whether one of
// them has the address. It then stops: no two siblings have the same code.
func (w *walk) descend(depth int) (bool, error) {
	if depth > maxDepth {
		return false, fmt.Errorf("more than %d blocks within each other", maxDepth)
	}
	for {
		e, err := w.r.Next()
		if err != nil || e == nil || e.Tag == 0 {
			return false, err
		}
		in, err := w.contains(e)
		if err != nil {
			return false, err
		}
		if !in {
			w.r.SkipChildren()
			continue
		}
		if e.Tag != dwarf.TagLexDwarfBlock {
			w.found = append(w.found, e)
		}
		if e.Children {
			_, err = w.descend(depth + 1)
		}
		return true, err
	}
}

// contains reports whether e is a function or block with the address in it.
func (w *walk) contains(e *dwarf.Entry) (bool, error) {
	switch e.Tag {
	case dwarf.TagSubprogram, dwarf.TagInlinedSubroutine, dwarf.TagLexDwarfBlock:
	default:
		return false, nil
	}
	ranges, err := w.data.Ranges(e)
	for _, r := range ranges {
		if r[0] <= w.pc && w.pc < r[1] {
			return true, nil
		}
	}
	return false, err
}
