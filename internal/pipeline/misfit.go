// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/patch"
)

// A misfitError says that test drivers do not compile where they were put: the
// tree, or a series, has changed an interface that they use. They are then left
// out everywhere; nobody else hears of it as an error.
type misfitError struct {
	Drivers []int // indexes of Request.Harness
	Where   string
	Message string // of the compiler
}

func (e *misfitError) Error() string {
	return fmt.Sprintf("a test driver does not compile with %s: %s", e.Where, e.Message)
}

// misfits returns a *misfitError when a build of commit broke in a file that
// only our test drivers bring, and nil when it did not.
func (k *check) misfits(res kernelbuild.Result, where string) error {
	if res.OK {
		return nil
	}
	for _, d := range res.Diagnostics {
		if !isError(d) {
			continue
		}
		var drivers []int
		for i, s := range k.req.Harness {
			if brings(s, d.File) {
				drivers = append(drivers, i)
			}
		}
		if len(drivers) > 0 {
			return &misfitError{drivers, where, d.String()}
		}
	}
	return nil
}

// brings reports whether a series makes a file: git writes one that was not
// there as /dev/null.
func brings(s patch.Series, file string) bool {
	made := "--- /dev/null\n+++ b/" + file + "\n"
	return file != "" && slices.ContainsFunc(s.Patches, func(p patch.Patch) bool { return strings.Contains(p.Diff, made) })
}

// leaveOut takes test drivers off base and series.
func (k *check) leaveOut(ctx context.Context, m *misfitError) error {
	var keep []patch.Series
	for i, s := range k.req.Harness {
		if !slices.Contains(m.Drivers, i) {
			keep = append(keep, s)
			continue
		}
		k.notes = append(k.notes, fmt.Sprintf("test driver %q was left out: it does not compile with %s: %s", s.Title, m.Where, m.Message))
	}
	k.req.Harness, k.ev.Builds = keep, nil
	return k.overlay(ctx, k.rng.Range)
}

// warmWithout is warm without the test drivers that do not fit the tree.
func (k *check) warmWithout(ctx context.Context, slot *gittree.Slot, m *misfitError) (warmBuild, error) {
	if err := k.leaveOut(ctx, m); err != nil {
		return warmBuild{}, err
	}
	return k.warm(ctx, slot)
}

// keepMisfit notes what the commit of a warm build has taught, so that not each
// check of the tree has to break on it again.
func (k *check) keepMisfit(home string, m *misfitError) error {
	key, err := misfitKey(home)
	if err != nil {
		return err
	}
	return saveJSON(k.state.result(key), m)
}

func (k *check) knownMisfit(home string) (*misfitError, bool) {
	m := new(misfitError)
	key, err := misfitKey(home)
	if err != nil || !loadJSON(k.state.result(key), m) || len(m.Drivers) == 0 {
		return nil, false
	}
	touch(k.state.result(key))
	return m, true
}

func misfitKey(home string) (string, error) { return keyOf("misfit 1", home) }
