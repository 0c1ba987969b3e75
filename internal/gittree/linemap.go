// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// A lineMap tells which line of an old file a line of the new one is.
type lineMap []hunk

// A hunk is one "@@ -a,b +c,d @@" of a diff without context.
type hunk struct{ oldStart, oldLines, newStart, newLines int }

// old returns the number of a line in the old file; false when the line is not
// in it.
func (m lineMap) old(line int) (int, bool) {
	shift := 0
	for _, h := range m {
		first := h.newStart
		if h.newLines == 0 {
			first++ // a deletion stands behind the line that it names
		}
		if line < first {
			break
		}
		if line < first+h.newLines {
			return 0, false
		}
		oldEnd := h.oldStart + h.oldLines
		if h.oldLines == 0 {
			oldEnd++
		}
		shift = oldEnd - (first + h.newLines)
	}
	return line + shift, true
}

// mapLines compares a file of two commits. Both must have it.
func (r *Repo) mapLines(ctx context.Context, from, to, path string) (lineMap, error) {
	out, err := r.git.output(ctx, "--literal-pathspecs", "diff-tree", "-p", "-U0", "-r", "--text", "--no-renames",
		"--no-ext-diff", "--no-textconv", "--no-color", from, to, "--", path)
	if err != nil {
		return nil, fmt.Errorf("compare %s: %w", path, err)
	}
	m, err := parseHunks(out)
	if err != nil {
		return nil, fmt.Errorf("compare %s: %w", path, err)
	}
	return m, nil
}

// parseHunks reads the hunk headers of a diff. Lines of the files themselves
// begin with '+', '-' or '\'.
func parseHunks(diff string) (lineMap, error) {
	var m lineMap
	for line := range strings.Lines(diff) {
		rest, ok := strings.CutPrefix(line, "@@ -")
		if !ok {
			continue
		}
		old, rest, ok1 := strings.Cut(rest, " +")
		now, _, ok2 := strings.Cut(rest, " @@")
		var h hunk
		var err1, err2 error
		h.oldStart, h.oldLines, err1 = parseSpan(old)
		h.newStart, h.newLines, err2 = parseSpan(now)
		if !ok1 || !ok2 || err1 != nil || err2 != nil {
			return nil, fmt.Errorf("unexpected hunk %q", strings.TrimSuffix(line, "\n"))
		}
		m = append(m, h)
	}
	return m, nil
}

// parseSpan reads "12,3", or "12" for one line.
func parseSpan(s string) (start, lines int, err error) {
	first, count, ok := strings.Cut(s, ",")
	if start, err = strconv.Atoi(first); err != nil || !ok {
		return start, 1, err
	}
	lines, err = strconv.Atoi(count)
	return start, lines, err
}
