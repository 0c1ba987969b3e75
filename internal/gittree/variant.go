// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"fmt"

	"github.com/fencebot/fencebot/patch"
)

// variants groups overlays next to each other that have one title, by index.
func variants(overlays []patch.Series) [][]int {
	var groups [][]int
	for i, s := range overlays {
		if i > 0 && overlays[i-1].Title == s.Title {
			last := &groups[len(groups)-1]
			*last = append(*last, i)
			continue
		}
		groups = append(groups, []int{i})
	}
	return groups
}

// columns gives the sets of overlays that are worth a try at once: of each its
// first variant, then of each its second, and so on. One without so many takes
// part with its last.
func columns(overlays []patch.Series) [][]int {
	groups := variants(overlays)
	var sets [][]int
	for k, more := 0, true; more; k++ {
		var set []int
		more = false
		for _, g := range groups {
			set = append(set, g[min(k, len(g)-1)])
			more = more || k+1 < len(g)
		}
		sets = append(sets, set)
	}
	return sets
}

// choose tries the overlays one after the other on the base and takes of each
// the variant that applies, by index, or none.
func (r *Repo) choose(ctx context.Context, rng Range, overlays []patch.Series) (set []int, dropped []Dropped, err error) {
	tip := rng.Base
	for _, group := range variants(overlays) {
		next, at, why, err := r.pick(ctx, tip, overlays, group)
		if err != nil {
			return nil, nil, fmt.Errorf("apply overlay %q: %w", overlays[at].Title, err)
		}
		if why != "" {
			dropped = append(dropped, Dropped{Overlay: at, Title: overlays[at].Title, Why: why})
			continue
		}
		tip, set = next, append(set, at)
	}
	return set, dropped, nil
}

// pick puts the first variant of a group on tip that applies. A merge comes
// last: it may well put the variant for another tree there, and that does not
// compile. Without any, why says what is wrong with the variant at.
func (r *Repo) pick(ctx context.Context, tip string, overlays []patch.Series, group []int) (next string, at int, why string, err error) {
	for _, strict := range []bool{true, false} {
		for _, at = range group {
			var tips []string
			tips, why, err = r.overlay(ctx, Range{Base: tip}, []string{tip}, overlays[at], attempt{strict: strict})
			if err != nil || why == hasIt {
				return "", at, why, err
			}
			if why == "" {
				return tips[0], at, "", nil
			}
		}
	}
	return "", at, why, nil
}
