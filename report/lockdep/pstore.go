// SPDX-License-Identifier: MIT

package lockdep

import (
	"bytes"
	"slices"
	"strconv"
)

// maxParts is the number of bytes of one dump of pstore that are kept to be put in
// order. The kernel writes 10 KiB by default (pstore.kmsg_bytes).
const maxParts = 1 << 20

// A dumps puts a dump of pstore in order. pstore_dump() in fs/pstore/platform.c cuts the
// end of the log into records and writes the newest one first, each with a heading
// such as "Panic#1 Part1". Files of all records one after the other therefore begin
// with the end of the log.
type dumps struct {
	name string // "Panic#1"; empty outside of a dump
	all  []record
	size int
}

type record struct {
	number int
	lines  []rawLine
}

type rawLine struct {
	text   []byte
	number int
}

// take keeps the line if it belongs to a dump. Lines that are in order are given to use.
func (p *dumps) take(raw []byte, number int, use func([]byte, int)) bool {
	if p.name == "" && (len(raw) < len("Oops#1 Part1") || raw[0] < 'A' || raw[0] > 'Z') {
		return false
	}
	if dump, n, ok := partHeading(raw); ok {
		if dump != p.name {
			p.flush(use)
		}
		p.name = dump
		p.all = append(p.all, record{number: n})
		p.grow(0, use)
		return true
	}
	if p.name == "" {
		return false
	}
	last := &p.all[len(p.all)-1]
	last.lines = append(last.lines, rawLine{bytes.Clone(raw), number})
	p.grow(len(raw), use)
	return true
}

// grow counts a line; a dump that is too large is used as it is.
func (p *dumps) grow(size int, use func([]byte, int)) {
	if p.size += size + lineCost; p.size > maxParts {
		p.flush(use)
	}
}

// flush gives the lines of the dump to use, the oldest part first.
func (p *dumps) flush(use func([]byte, int)) {
	slices.SortStableFunc(p.all, func(a, b record) int { return b.number - a.number })
	for _, r := range p.all {
		for _, l := range r.lines {
			use(l.text, l.number)
		}
	}
	*p = dumps{}
}

// partHeading reads "Panic#1 Part2".
func partHeading(raw []byte) (name string, number int, ok bool) {
	if len(raw) > 64 {
		return "", 0, false
	}
	head, tail, ok := bytes.Cut(raw, []byte(" Part"))
	why, count, hash := bytes.Cut(head, []byte("#"))
	if !ok || !hash || !digits(count) || !letters(why) {
		return "", 0, false
	}
	n, err := strconv.Atoi(string(bytes.TrimRight(tail, " ")))
	return string(head), n, err == nil && n >= 0
}

// letters says that b is one word of ASCII letters.
func letters(b []byte) bool {
	for _, c := range b {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return false
		}
	}
	return len(b) > 0
}
