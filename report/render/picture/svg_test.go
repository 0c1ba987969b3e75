// SPDX-License-Identifier: MIT

package picture_test

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
	"github.com/fencebot/fencebot/report/render/picture"
)

func TestSVGErrors(t *testing.T) {
	t.Parallel()
	if err := picture.SVG(io.Discard, lockdep.Splat{Family: lockdep.KASAN}, picture.Options{}); !errors.Is(err, picture.ErrNone) {
		t.Errorf("a report without locks: %v; want %v", err, picture.ErrNone)
	}
	r, w := io.Pipe()
	full := errors.New("disk full")
	r.CloseWithError(full)
	if err := picture.SVG(w, vkms(), picture.Options{}); !errors.Is(err, full) {
		t.Errorf("a writer that fails: %v; want %v", err, full)
	}
}

// TestSVGStaysInside wants everything that is drawn to be inside of the view box.
func TestSVGStaysInside(t *testing.T) {
	t.Parallel()
	size := regexp.MustCompile(`^<svg [^>]*width="(\d+)" height="(\d+)"`)
	at := regexp.MustCompile(`<(?:text|rect) x="(-?\d+)" y="(-?\d+)"(?: width="(\d+)" height="(\d+)")?`)
	for name, c := range samples() {
		var b bytes.Buffer
		if err := picture.SVG(&b, c.splat, c.opt); err != nil {
			t.Fatal(err)
		}
		m := size.FindSubmatch(b.Bytes())
		if m == nil {
			t.Fatalf("%s: no size", name)
		}
		width, height := number(m[1]), number(m[2])
		for _, m := range at.FindAllSubmatch(b.Bytes(), -1) {
			x, y := number(m[1]), number(m[2])
			if x < 0 || y < 0 || x+number(m[3]) > width || y+number(m[4]) > height {
				t.Errorf("%s: %s is outside of %d x %d", name, m[0], width, height)
			}
		}
	}
}

func number(b []byte) int {
	n, _ := strconv.Atoi(string(b)) // nothing counts as 0
	return n
}
