// SPDX-License-Identifier: MIT

package picture_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
	"github.com/fencebot/fencebot/report/render/picture"
)

func TestSafe(t *testing.T) {
	t.Parallel()
	for name, c := range samples() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkSafe(t, c.splat, c.opt)
		})
	}
}

// TestLargeGraphs draws what no kernel prints: a complete graph, and rings and
// lists as long as a report can be.
func TestLargeGraphs(t *testing.T) {
	t.Parallel()
	complete := lockdep.Splat{Family: lockdep.CircularDependency, Task: "k/1"}
	for i := range 64 {
		for j := range 64 {
			complete.Edges = append(complete.Edges, lockdep.Edge{From: fmt.Sprint("n", i), To: fmt.Sprint("n", j), New: i == 5 && j == 9})
		}
	}
	if got := picture.Text(complete, picture.Options{}); len(got) > 30 {
		t.Errorf("a complete graph is drawn in %d lines; want the shortest circle", len(got))
	}
	held := lockdep.Splat{Family: lockdep.HungTask, Task: "k/1", Function: "f"}
	for i := range 5000 {
		held.Held = append(held.Held, lockdep.Lock{Class: fmt.Sprint(i % 7), Function: "g", Task: fmt.Sprint("k/", i%900)})
	}
	for name, s := range map[string]lockdep.Splat{"complete": complete, "ring": longRing(5000), "held": held} {
		checkSafe(t, s, picture.Options{Patch: 1})
		if n := len(picture.Text(s, picture.Options{})); n > 400 {
			t.Errorf("%s: %d lines; want a bounded drawing", name, n)
		}
	}
}

func FuzzPicture(f *testing.F) {
	for _, c := range samples() {
		data, err := json.Marshal(c.splat)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, c.opt.Patch, c.opt.Subject)
	}
	f.Fuzz(func(t *testing.T, data []byte, patch int, subject string) {
		var s lockdep.Splat
		if json.Unmarshal(data, &s) != nil {
			t.Skip("no report")
		}
		checkSafe(t, s, picture.Options{Patch: patch, Subject: subject})
	})
}

// checkSafe holds a drawing against what is promised of all of them.
func checkSafe(t *testing.T, s lockdep.Splat, o picture.Options) {
	t.Helper()
	lines := picture.Text(s, o)
	if picture.Has(s) != (len(lines) > 0) {
		t.Errorf("Has = %v; Text has %d lines", picture.Has(s), len(lines))
	}
	for _, l := range lines {
		if len(l) > 72 || strings.ContainsFunc(l, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("line %q is not ASCII of at most 72 columns", l)
		}
	}
	checkFrames(t, lines)
	if again := picture.Text(s, o); !slices.Equal(lines, again) {
		t.Error("two drawings of one report differ")
	}
	var svg bytes.Buffer
	switch err := picture.SVG(&svg, s, o); {
	case errors.Is(err, picture.ErrNone) && len(lines) == 0:
	case err != nil:
		t.Errorf("SVG: %v", err)
	default:
		checkSVG(t, svg.Bytes())
	}
}

// checkFrames wants every line inside of a box to be as long as the box's edges.
func checkFrames(t *testing.T, lines []string) {
	t.Helper()
	width := 0 // of the box that is open
	for _, l := range lines {
		edge := strings.HasSuffix(l, "--+") && len(l) > 60 || strings.HasSuffix(l, "==+")
		switch {
		case edge && width == 0:
			width = len(l)
		case width > 0 && len(l) != width, width > 0 && !edge && !strings.HasSuffix(l, " |"):
			t.Errorf("line %q breaks the frame", l)
		case edge:
			width = 0
		}
	}
	if width > 0 {
		t.Error("a box is not closed")
	}
}

// checkSVG allows the elements and attributes that the package writes, and no
// others: no script, style, link, image, event handler or reference.
func checkSVG(t *testing.T, svg []byte) {
	t.Helper()
	elements := []string{"svg", "title", "rect", "path", "text"}
	attributes := []string{"xmlns", "width", "height", "viewBox", "role", "x", "y", "rx", "fill", "stroke", "stroke-width",
		"stroke-dasharray", "stroke-linejoin", "d", "font-family", "font-size", "font-weight", "font-style", "space"}
	dec := xml.NewDecoder(bytes.NewReader(svg))
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("parse SVG: %v", err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if !slices.Contains(elements, tok.Name.Local) {
				t.Errorf("element %q", tok.Name.Local)
			}
			for _, a := range tok.Attr {
				if !slices.Contains(attributes, a.Name.Local) || strings.Contains(a.Value, "NaN") || strings.HasPrefix(a.Value, "url") {
					t.Errorf("attribute %s=%q of %s", a.Name.Local, a.Value, tok.Name.Local)
				}
			}
		case xml.Comment, xml.Directive, xml.ProcInst:
			t.Errorf("token %T", tok)
		}
	}
}
