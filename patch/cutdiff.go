// SPDX-License-Identifier: MIT

package patch

import "strings"

// cutDiff returns tail from its first diff on: a "diff --git" or "Index: " line,
// or a "---" line with a "+++" line below. A diffstat before it is dropped.
func cutDiff(tail string) string {
	if i := diffStart(tail); i >= 0 {
		return tail[i:]
	}
	return ""
}

// hasDiff reports whether text holds a diff that is not quoted.
func hasDiff(text string) bool { return diffStart(text) >= 0 }

// diffStart returns the offset of the first line that begins a diff, or -1.
func diffStart(text string) int {
	pos := 0
	for line := range strings.Lines(text) {
		next := text[pos+len(line):]
		switch {
		case strings.HasPrefix(line, "diff --git "):
			return pos
		case strings.HasPrefix(line, "--- ") && strings.HasPrefix(next, "+++ "):
			return pos
		case strings.HasPrefix(line, "Index: ") && strings.HasPrefix(next, "====="):
			return pos
		}
		pos += len(line)
	}
	return -1
}
