// SPDX-License-Identifier: MIT

package testplan

import (
	"errors"
	"fmt"
	"slices"

	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report/igt"
	"github.com/fencebot/fencebot/report/igt/expect"
)

// Expectations are the lists that the kernel's own CI keeps, by driver
// (drivers/gpu/drm/ci/xfails). A list speaks for IGT tests on its driver only:
// the pattern gem_.* of virtio_gpu also matches vgem_basic. The zero value
// expects nothing.
type Expectations map[string]*expect.Lists

// ReadExpectations reads the lists in dir for the drivers that jobs run on and
// those of the default list, whichever of them a series is tested with. A driver
// without lists is fine; a directory without any list is an error that wraps
// expect.ErrNoLists.
func ReadExpectations(dir string, jobs []wire.Job) (Expectations, error) {
	all := Expectations{}
	for _, j := range append(parseList(igtList), jobs...) {
		if _, seen := all[j.Driver]; seen || !j.IGT || j.Driver == "" {
			continue
		}
		lists, err := expect.ReadDir(dir, j.Driver)
		if err != nil && !errors.Is(err, expect.ErrNoLists) {
			return nil, err
		}
		all[j.Driver] = lists // nil without lists
	}
	for _, lists := range all {
		if lists != nil {
			return all, nil
		}
	}
	return nil, fmt.Errorf("%s: %w", dir, expect.ErrNoLists)
}

// Keep returns the jobs that the lists do not skip, and the names of the others.
func (e Expectations) Keep(jobs []wire.Job) (kept []wire.Job, skipped []string) {
	kept = slices.DeleteFunc(slices.Clone(jobs), func(j wire.Job) bool {
		lists := e.of(j)
		if lists == nil {
			return false
		}
		_, skip := lists.Skip(j.Name())
		if skip {
			skipped = append(skipped, j.Name()+" on "+j.Driver)
		}
		return skip
	})
	return kept, skipped
}

// Judge says what a result means under the lists, in a word of package expect;
// "" where no list speaks for the test.
func (e Expectations) Judge(j wire.Job, result string) string {
	lists := e.of(j)
	if lists == nil {
		return ""
	}
	return string(lists.Judge(j.Name(), igt.Word(result)).Verdict)
}

func (e Expectations) of(j wire.Job) *expect.Lists {
	if !j.IGT {
		return nil
	}
	return e[j.Driver]
}
