// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fencebot/fencebot/internal/static"
	"github.com/fencebot/fencebot/internal/symbolize"
	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/lockdep"
)

// StageStatic reads the drivers that the series changes, with Coccinelle. It is
// not run code that it looks at, so it sets no verdict.
const StageStatic Stage = "static check"

// static looks for what the tests cannot see, also when there is nothing that
// they can run.
func (k *check) static(ctx context.Context) error {
	began := time.Now()
	res, err := static.Check(ctx, k.req.Repo, k.opts.Sandbox, k.rng)
	if err != nil {
		return err
	}
	k.ev.Static = res.Warnings
	if res.Note != "" {
		k.notes = append(k.notes, res.Note)
	}
	if res.Files == 0 {
		return nil // the series changes no driver with such code
	}
	took := time.Since(began)
	k.note(string(StageStatic), took)
	k.tell(Progress{
		Stage: StageStatic, Ended: true, Took: took,
		Detail: fmt.Sprintf("files: %d, warnings: %d", res.Files, len(res.Warnings)),
	})
	return nil
}

// beside returns the warnings about lines that no finding goes through: what the
// kernel said itself needs no guess.
func beside(warnings []report.Static, findings []report.Finding) []report.Static {
	type line struct {
		file string
		line int
	}
	said := map[line]bool{}
	for i := range findings {
		symbolize.Each(&findings[i].Splat, func(f *lockdep.Frame) { said[line{f.File, f.Line}] = true })
	}
	return slices.DeleteFunc(warnings, func(w report.Static) bool { return w.Line > 0 && said[line{w.File, w.Line}] })
}
