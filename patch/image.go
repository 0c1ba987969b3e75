// SPDX-License-Identifier: MIT

package patch

import (
	"io"
	"slices"
	"strings"
)

// A line of an image. from is its index in the file before the patch, or
// written for one that an earlier hunk put there: git lets no later hunk match
// such a line (LINE_PATCHED in its apply.c).
type line struct {
	text string // with its line end
	from int
}

const written = -1

// An image is a file while hunks go onto it one after the other.
type image struct {
	src    source
	lines  []line
	budget int // line comparisons and moves left
}

// workBudget bounds the search for hunks in one file. It is far more than any
// real patch needs: 50 hunks that each look at every line of a file of a
// million lines. Without it a short hostile patch could search for hours.
const workBudget = 50_000_000

func newImage(data []byte) *image {
	src := splitLines(string(data))
	im := &image{src: src, lines: make([]line, len(src)), budget: workBudget}
	for i, text := range src {
		im.lines[i] = line{text: text, from: i}
	}
	return im
}

// replace puts n new lines where old lines are. Their text does not matter any
// more: go-gitdiff writes the result, and no hunk may match them.
func (im *image) replace(at, old, n int) {
	const perUnit = 16 // lines that move in the time of one comparison
	im.budget -= (len(im.lines) - at) / perUnit
	fresh := make([]line, n)
	for i := range fresh {
		fresh[i].from = written
	}
	im.lines = slices.Replace(im.lines, at, at+old, fresh...)
}

// origin is the index in the file before the patch that a place in the image
// stands for.
func (im *image) origin(at int) int {
	for _, l := range im.lines[at:] {
		if l.from != written {
			return l.from
		}
	}
	return len(im.src)
}

// A source is a file split into lines. It is what go-gitdiff reads from.
type source []string

func splitLines(s string) source {
	lines := make(source, 0, strings.Count(s, "\n")+1)
	for s != "" {
		n := strings.IndexByte(s, '\n') + 1
		if n == 0 {
			n = len(s)
		}
		lines = append(lines, s[:n])
		s = s[n:]
	}
	return lines
}

// ReadLinesAt implements gitdiff.LineReaderAt.
func (s source) ReadLinesAt(lines [][]byte, offset int64) (int, error) {
	n := 0
	for ; n < len(lines) && offset+int64(n) < int64(len(s)); n++ {
		lines[n] = []byte(s[offset+int64(n)])
	}
	if n < len(lines) {
		return n, io.EOF
	}
	return n, nil
}

// ReadAt implements io.ReaderAt as far as go-gitdiff needs it: to ask whether
// there is any content.
func (s source) ReadAt(p []byte, off int64) (int, error) {
	for _, l := range s {
		if off < int64(len(l)) {
			n := copy(p, l[off:])
			if n < len(p) {
				return n, io.EOF
			}
			return n, nil
		}
		off -= int64(len(l))
	}
	return 0, io.EOF
}
