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
// commits. Overlays next to each other with one title are variants of one for
// different trees, and at most one of them goes on: the first that applies to the
// base as it is, else the first that a merge gets there. One that does not apply
// somewhere, or is in the base already, is dropped everywhere, so that base and
// patched stay comparable. The error is never about an overlay.
func (r *Repo) Overlay(ctx context.Context, rng Range, overlays ...patch.Series) (OverlaidRange, error) {
	tips := []string{rng.Base}
	for _, c := range rng.Commits {
		tips = append(tips, c.ID)
	}
	o := OverlaidRange{Range: rng}
	// Nearly always they all apply, and at once takes a fraction of the time.
	for _, set := range columns(overlays) {
		if done, err := r.atOnce(ctx, &o, tips, overlays, set, true); done || err != nil {
			return o, err
		}
	}
	set, dropped, err := r.choose(ctx, rng, overlays)
	if err != nil {
		return OverlaidRange{}, err
	}
	o.Dropped = dropped
	if done, err := r.atOnce(ctx, &o, tips, overlays, set, false); done || err != nil {
		return o, err
	}
	for _, i := range set {
		next, why, err := r.overlay(ctx, rng, tips, overlays[i], attempt{})
		if err != nil {
			return OverlaidRange{}, fmt.Errorf("apply overlay %q: %w", overlays[i].Title, err)
		}
		if why != "" {
			o.Dropped = append(o.Dropped, Dropped{Overlay: i, Title: overlays[i].Title, Why: why})
			continue
		}
		tips = next
		o.Used = append(o.Used, i)
	}
	o.Base, o.Commits = tips[0], tips[1:]
	return o, nil
}

// atOnce puts the overlays of set on every tip as one series. done is false when
// that does not work out for one of them.
func (r *Repo) atOnce(ctx context.Context, o *OverlaidRange, tips []string, overlays []patch.Series, set []int, strict bool) (done bool, err error) {
	if len(set) == 0 {
		return false, nil
	}
	var list []patch.Series
	for _, i := range set {
		list = append(list, overlays[i])
	}
	next, why, err := r.overlay(ctx, o.Range, tips, patch.Join("overlays", list), attempt{whole: true, strict: strict})
	if err != nil {
		return false, fmt.Errorf("apply overlays: %w", err)
	}
	if why != "" {
		return false, nil
	}
	o.Used, o.Base, o.Commits = set, next[0], next[1:]
	return true, nil
}

// An attempt says what counts as applied.
type attempt struct {
	whole  bool // all patches of the series change something in the base
	strict bool // no merge on the base: every line of a hunk is there
}

// hasIt is why an overlay is dropped that the base does not need.
const hasIt = "the base has it already"

// overlay puts s on every tip, or says why it is dropped. One that the base has
// already is.
func (r *Repo) overlay(ctx context.Context, rng Range, tips []string, s patch.Series, how attempt) (next []string, why string, err error) {
	for i, tip := range tips {
		where := "the base"
		if i > 0 {
			where = fmt.Sprintf("patch %d", rng.Commits[i-1].Patch)
		}
		got, err := r.apply(ctx, tip, s, how.strict && i == 0)
		conflict, clash := errors.AsType[*patch.ConflictError](err)
		refused, bad := errors.AsType[*patch.RefusedError](err)
		switch {
		case clash:
			return nil, fmt.Sprintf("does not apply on top of %s: %v", where, conflict), nil
		case bad:
			return nil, fmt.Sprintf("refused: %v", refused), nil
		case err != nil:
			return nil, "", err
		case i == 0 && (len(got.Commits) == 0 || how.whole && len(got.Skipped) > 0):
			return nil, hasIt, nil
		}
		next = append(next, got.Tip())
	}
	return next, "", nil
}
