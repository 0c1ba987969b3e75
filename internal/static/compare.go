// SPDX-License-Identifier: MIT

package static

// A place is what makes two hits the same: no line numbers, which patches move,
// and no way in between, which may change without a new call.
type place struct {
	kind, root string // what the path is, and the function that it begins in
	in, call   string
	flags      string
}

func placeOf(h hit) place {
	l := h.leaf()
	return place{h.root.kind.name, h.root.fn.name, l.fn.name, l.call.Name, h.ban.flags}
}

// A move is what a call keeps when it goes to another function, or when its
// function or the root gets another name.
type move struct{ kind, call, args string }

func moveOf(h hit) move {
	c := h.leaf().call
	return move{h.root.kind.name, c.Name, c.Args}
}

// fresh returns the hits of tip that base does not have. Where a place has more
// of them than before, those in lines of the series are the new ones: added
// tells. What only moved is not new.
func fresh(base, tip []hit, added func(hit) bool) []hit {
	had := map[place]int{}
	gone := map[move]int{}
	for _, h := range base {
		had[placeOf(h)]++
		gone[moveOf(h)]++
	}
	// Old lines first, so that they and not the new ones are the old calls.
	var left []hit
	for _, old := range []bool{true, false} {
		for _, h := range tip {
			if added(h) == old {
				continue
			}
			if p := placeOf(h); had[p] > 0 {
				had[p]--
				gone[moveOf(h)]--
				continue
			}
			left = append(left, h)
		}
	}
	var out []hit
	for _, h := range left {
		if m := moveOf(h); gone[m] > 0 {
			gone[m]--
			continue
		}
		out = append(out, h)
	}
	return out
}
