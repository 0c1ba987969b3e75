// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"fmt"
	"time"

	"github.com/fencebot/fencebot/internal/static"
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
