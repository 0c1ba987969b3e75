// SPDX-License-Identifier: MIT

package lockdep

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Canonical is the text that Signature is the hash of, one fact per line: the
// family, and the sorted set of edges; a report without edges has its lock class,
// the usage of the lock, and the function with its file where the log tells it.
//
// Nothing in it changes from boot to boot or from build to build: no addresses,
// offsets, line numbers, process ids, CPU numbers or counters of lock classes.
func (s Splat) Canonical() string {
	lines := []string{string(s.Family)}
	for _, e := range s.Edges {
		lines = append(lines, e.From+" --> "+e.To)
	}
	slices.Sort(lines[1:])
	if len(s.Edges) > 0 {
		return strings.Join(lines, "\n")
	}
	if len(s.Locks) > 0 {
		lines = append(lines, "class "+s.Locks[0].Class)
	}
	if s.Usage != "" {
		lines = append(lines, "usage "+sortedUsage(s.Usage))
	}
	if s.Function != "" {
		lines = append(lines, "function "+s.fileOf(s.Function)+s.Function)
	}
	if len(lines) == 1 { // nothing but the words is left
		lines = append(lines, "title "+strings.Map(dropDigit, s.Title))
	}
	return strings.Join(lines, "\n")
}

// Exhausted says that lockdep gave up because one of its tables is full: it saw
// nothing of what came after, and the kernel needs larger CONFIG_LOCKDEP_*_BITS.
func (s Splat) Exhausted() bool {
	return s.Family == LockdepLimit ||
		s.Family == LockdepInternal && strings.Contains(s.Raw, "lockdep bfs error:-1") // BFS_EQUEUEFULL
}

// sortedUsage makes "{A} -> {B}" and "{B} -> {A}" equal: which side comes first
// depends on which of the two code paths ran first.
func sortedUsage(u string) string {
	sides := strings.Split(u, " -> ")
	slices.Sort(sides)
	return strings.Join(sides, " and ")
}

// fileOf is "dir/file.c:" where a symbolized trace tells the file of function.
func (s Splat) fileOf(function string) string {
	for _, f := range s.Trace {
		if f.Function == function && f.File != "" {
			return f.File + ":"
		}
	}
	return ""
}

func dropDigit(r rune) rune {
	if '0' <= r && r <= '9' {
		return -1
	}
	return r
}

// signature is 128 bits of SHA-256, in hex: short enough for a subject line of a
// database, long enough to never meet by chance.
func signature(canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	return hex.EncodeToString(sum[:16])
}
