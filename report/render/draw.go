// SPDX-License-Identifier: MIT

package render

import (
	"bytes"
	"fmt"
	"html/template"
	"io"

	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/render/picture"
)

// drawing adds the picture of who waits for whom, in letters. A page that is
// narrower than the picture does without.
func drawing(t *text, r report.Report, f report.Finding) {
	lines := picture.Text(f.Splat, pictureOptions(r, f))
	if len(lines) == 0 || t.width < mailWidth {
		return
	}
	t.gap()
	t.add(lines...)
	t.gap()
}

// pagePicture draws a finding for a page; it is empty for reports without locks.
func pagePicture(r report.Report, f report.Finding) template.HTML {
	var b bytes.Buffer
	if err := picture.SVG(&b, f.Splat, pictureOptions(r, f)); err != nil {
		return ""
	}
	return template.HTML(b.String()) // package picture escapes what strangers wrote
}

func pictureOptions(r report.Report, f report.Finding) picture.Options {
	return picture.Options{Patch: f.Culprit.Patch, Subject: r.Series.PatchSubject(f.Culprit.Patch), Series: len(r.Series.Patches) > 0}
}

// SVG writes the picture of one report of a log as a file. The error is
// picture.ErrNone for a report without locks.
func SVG(w io.Writer, f LogFinding) error {
	if !picture.Has(f.Splat) {
		return picture.ErrNone
	}
	if _, err := fmt.Fprintf(w, "%s%d -->\n", svgHead, report.FormatVersion); err != nil {
		return fmt.Errorf("write picture: %w", err)
	}
	return picture.SVG(w, f.Splat, picture.Options{})
}
