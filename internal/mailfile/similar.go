// SPDX-License-Identifier: MIT

package mailfile

import (
	"os"
	"path/filepath"
	"strings"
)

const (
	maxSimilar = 3    // names in a hint
	maxEntries = 5000 // names of a directory that are compared
)

// similar returns a hint with the names beside path that look like a typo of
// it, or that nothing does; "" when its directory cannot be read.
func similar(path string) string {
	dir, base := filepath.Split(path)
	f, err := os.Open(filepath.Clean(dir + "."))
	if err != nil {
		return ": its directory " + dir + " does not exist either"
	}
	defer f.Close()
	entries, _ := f.ReadDir(maxEntries)
	var names []string
	for _, e := range entries {
		if len(names) < maxSimilar && alike(base, e.Name()) {
			names = append(names, dir+e.Name())
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "; did you mean " + strings.Join(names, " or ") + "?"
}

// alike reports whether one name is a typo of the other, or the same but for
// its extension.
func alike(a, b string) bool {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if len(a) > 255 || len(b) > 255 {
		return false
	}
	stem := func(s string) string { return strings.TrimSuffix(s, filepath.Ext(s)) }
	if s := stem(a); s != "" && (s == stem(b) || s == b || a == stem(b)) {
		return true
	}
	return distance(a, b) <= 1+len(a)/6
}

// distance is the number of letters to insert, drop, replace or swap with their
// neighbour to turn a into b.
func distance(a, b string) int {
	before, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(b)]
}
