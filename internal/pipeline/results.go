// SPDX-License-Identifier: MIT

package pipeline

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/igt"
)

// Files of a run directory that hold what every test did, in the format of
// igt_runner's results.json. A kernel that was not started has none.
const (
	ResultsFile     = "results.json"
	BaseResultsFile = "base-results.json"
)

// writeResults keeps the runs of both kernels. Each test has the result of its
// first run: what came of running it again is in the report.
func (k *check) writeResults(began time.Time) error {
	title := k.req.Tree
	if k.req.Series != nil {
		title = k.req.Series.Title
	}
	for _, r := range []struct {
		file string
		run  report.Run
		name string
	}{
		{BaseResultsFile, k.ev.Base, fmt.Sprintf("%s, base %.12s", title, k.req.Base)},
		{ResultsFile, k.ev.Patched, title},
	} {
		if len(r.run.Boots) == 0 {
			continue
		}
		first := slices.DeleteFunc(slices.Clone(r.run.Cases), func(c igt.Case) bool { return c.Retry })
		about := igt.About{Name: r.name, Uname: kernelOf(r.run), Start: began, End: time.Now()}
		err := replaceFile(k.log(r.file), func(w io.Writer) error { return igt.WriteResults(w, igt.FromCases(about, first)) })
		if err != nil {
			return err
		}
	}
	return nil
}

// kernelOf is the release that a kernel names, "" when it did not get up.
func kernelOf(r report.Run) string {
	release := ""
	for _, b := range r.Boots {
		release = cmp.Or(release, b.Kernel)
	}
	return release
}
