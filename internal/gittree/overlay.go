// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"errors"
	"fmt"

	"github.com/fencebot/fencebot/patch"
)

// An OverlaidRange is a range with overlays on top: of the base, and of each
// prefix of the series, which stay what they are below.
type OverlaidRange struct {
	Range   Range    // without overlays
	Base    string   // the base with overlays
	Commits []string // the commits of Range with overlays, same order
	Used    []int    // overlays that are in it, as indexes of the arguments
	Dropped []Dropped
}

// Tip returns the overlaid tip of the series, or the overlaid base.
func (o OverlaidRange) Tip() string {
	if len(o.Commits) == 0 {
		return o.Base
	}
	return o.Commits[len(o.Commits)-1]
}

// A Dropped is an overlay that is left out everywhere. That is never the fault
// of the author of the series.
type Dropped struct {
	Overlay int    // index of the argument
	Title   string // of the overlay
	Why     string
}

// Overlay puts overlays, in order, on top of the base of rng and of each of its
// commits. One that does not apply somewhere, or is in the base already, is
// dropped everywhere, so that base and patched stay comparable. The error is
// never about an overlay.
func (r *Repo) Overlay(ctx context.Context, rng Range, overlays ...patch.Series) (OverlaidRange, error) {
	tips := []string{rng.Base}
	for _, c := range rng.Commits {
		tips = append(tips, c.ID)
	}
	o := OverlaidRange{Range: rng}
	// Nearly always they all apply, and at once takes a fraction of the time.
	if len(overlays) > 1 {
		next, why, err := r.overlay(ctx, rng, tips, patch.Join("overlays", overlays), true)
		if err != nil {
			return OverlaidRange{}, fmt.Errorf("apply overlays: %w", err)
		}
		if why == "" {
			for i := range overlays {
				o.Used = append(o.Used, i)
			}
			o.Base, o.Commits = next[0], next[1:]
			return o, nil
		}
	}
	for i, s := range overlays {
		next, why, err := r.overlay(ctx, rng, tips, s, false)
		if err != nil {
			return OverlaidRange{}, fmt.Errorf("apply overlay %q: %w", s.Title, err)
		}
		if why != "" {
			o.Dropped = append(o.Dropped, Dropped{Overlay: i, Title: s.Title, Why: why})
			continue
		}
		tips = next
		o.Used = append(o.Used, i)
	}
	o.Base, o.Commits = tips[0], tips[1:]
	return o, nil
}

// overlay puts s on every tip, or says why it is dropped. One that the base has
// already is; with whole, one that it has in part is, too.
func (r *Repo) overlay(ctx context.Context, rng Range, tips []string, s patch.Series, whole bool) (next []string, why string, err error) {
	for i, tip := range tips {
		where := "the base"
		if i > 0 {
			where = fmt.Sprintf("patch %d", rng.Commits[i-1].Patch)
		}
		got, err := r.Apply(ctx, tip, s)
		conflict, clash := errors.AsType[*patch.ConflictError](err)
		refused, bad := errors.AsType[*patch.RefusedError](err)
		switch {
		case clash:
			return nil, fmt.Sprintf("does not apply on top of %s: %v", where, conflict), nil
		case bad:
			return nil, fmt.Sprintf("refused: %v", refused), nil
		case err != nil:
			return nil, "", err
		case i == 0 && (len(got.Commits) == 0 || whole && len(got.Skipped) > 0):
			return nil, "the base has it already", nil
		}
		next = append(next, got.Tip())
	}
	return next, "", nil
}
