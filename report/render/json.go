// SPDX-License-Identifier: MIT

package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/fencebot/fencebot/report"
)

// MaxJSON is the longest report in bytes that ReadJSON takes. The patches in
// it are at most a quarter of that even when every byte is escaped.
const MaxJSON = 128 << 20

// ErrNotReport reports that a file is no report of this program, or one of a
// newer version.
var ErrNotReport = errors.New("not a fencebot report")

// JSON writes the report for programs. The order of keys is fixed, and lists
// that are empty are [] and never null.
func JSON(w io.Writer, r report.Report) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false) // back traces are full of <TASK>
	if err := e.Encode(filled(r)); err != nil {
		return fmt.Errorf("write JSON report: %w", err)
	}
	return nil
}

// ReadJSON reads what JSON wrote. The error is ErrNotReport, with the cause,
// when the bytes are something else.
func ReadJSON(rd io.Reader) (report.Report, error) {
	var r report.Report
	data, err := io.ReadAll(io.LimitReader(rd, MaxJSON+1))
	if err != nil {
		return r, fmt.Errorf("read report: %w", err)
	}
	if len(data) > MaxJSON {
		return r, fmt.Errorf("%w: more than %d bytes", ErrNotReport, MaxJSON)
	}
	if KindOf(data) != KindJSON {
		return r, ErrNotReport
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return r, fmt.Errorf("%w: %w", ErrNotReport, err)
	}
	if v := r.Fencebot.Version; v > report.FormatVersion {
		return r, fmt.Errorf("%w of version %d: version %d was written by a newer program", ErrNotReport, report.FormatVersion, v)
	}
	return r, nil
}

// filled returns the report with empty lists in place of nil ones.
func filled(r report.Report) report.Report {
	if r.Fencebot.Format == "" {
		r.Fencebot = report.NewFormat(r.Fencebot.Program)
	}
	r.Findings, r.Known, r.Notes = list(r.Findings), list(r.Known), list(r.Notes)
	r.Mended = list(r.Mended)
	r.Cases, r.Build.Diagnostics = list(r.Cases), list(r.Build.Diagnostics)
	r.Series.Patches = list(r.Series.Patches)
	r.Static = list(r.Static)
	r.Coverage, r.Lockdep.Priming.Missing = list(r.Coverage), list(r.Lockdep.Priming.Missing)
	if r.Times == nil {
		r.Times = map[string]float64{}
	}
	p := &r.Reproduce
	p.Overlays, p.QEMU, p.Tests, p.Commands = list(p.Overlays), list(p.QEMU), list(p.Tests), list(p.Commands)
	if r.Conflict != nil {
		c := *r.Conflict
		c.Expected, c.Found = list(c.Expected), list(c.Found)
		r.Conflict = &c
	}
	return r
}

func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
