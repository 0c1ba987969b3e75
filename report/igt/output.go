// SPDX-License-Identifier: MIT

package igt

import (
	"slices"
	"strings"
)

// A stream is one of the two outputs of a test.
type stream bool

const (
	stdout stream = false
	stderr stream = true
)

// An output is the text of one stream with its marker lines. Looking one up
// costs no more than logarithmic time: a stranger wrote them.
type output struct {
	text   string
	marks  []mark
	places [kindCount]map[string][]int // of a name in marks, ascending
	bounds []int                       // places of start and end, ascending
	inner  []int                       // places of dynStart, ascending
}

func newOutput(text string) output {
	o := output{text: text}
	at := 0
	for line := range strings.Lines(text) {
		m := marker(strings.TrimSuffix(line, "\n"))
		m.at, m.next = at, at+len(line)
		at = m.next
		if m.kind == noMarker {
			continue
		}
		k := int(m.kind)
		if o.places[k] == nil {
			o.places[k] = map[string][]int{}
		}
		o.places[k][m.name] = append(o.places[k][m.name], len(o.marks))
		switch m.kind {
		case start, end:
			o.bounds = append(o.bounds, len(o.marks))
		case dynStart:
			o.inner = append(o.inner, len(o.marks))
		}
		o.marks = append(o.marks, m)
	}
	return o
}

// find returns the place of the first such marker at or after from and before
// to, or -1.
func (o output) find(k kind, name string, from, to int) int {
	places := o.places[k][name]
	i, _ := slices.BinarySearch(places, from)
	if i == len(places) || places[i] >= to {
		return -1
	}
	return places[i]
}

// bound returns the place of the first start or end of a subtest from the given
// place on; len(o.marks) when there is none.
func (o output) bound(from int) int {
	i, _ := slices.BinarySearch(o.bounds, from)
	if i == len(o.bounds) {
		return len(o.marks)
	}
	return o.bounds[i]
}

// A window is a range of marks, [first, last), with the text around it.
type window struct {
	first, last int
	from, to    int // offsets
}

// cut returns the offsets of the part of w's text that belongs to the test
// which begins at mark b and ends at mark e; -1 is none. What is written
// between two tests belongs to both.
func (o output) cut(w window, b, e int) (from, to int) {
	from, to = w.from, w.to
	at := b
	if b < 0 { // it skipped or failed before it began
		at = e
	}
	if at > w.first {
		from = o.marks[at-1].next
	}
	switch {
	case b < 0 && e < 0:
	case e < 0:
		if next := o.bound(b + 1); next < w.last {
			to = o.marks[next].at
		}
	case e < w.last-1:
		to = o.marks[e+1].at
	}
	return from, to
}

// output deals out one stream of a job. Without a version of its own the
// first line of the text that names one counts.
func (s *started) output(which stream, text, version string) {
	if version == "" {
		version = versionLine(text)
	}
	if len(s.pieces) == 1 && s.pieces[0].subtest == "" {
		s.pieces[0].put(which, text, version)
		return
	}
	o := newOutput(text)
	all := window{0, len(o.marks), 0, len(text)}
	for _, p := range s.pieces {
		b := o.find(start, p.subtest, 0, len(o.marks))
		e := o.find(end, p.subtest, max(b, 0), len(o.marks))
		from, to := o.cut(all, b, e)
		p.put(which, text[from:to], version)
		p.settle(o, e, Incomplete)
		if b >= 0 {
			s.dynamics(o, p, which, version, window{b, e, from, to})
		}
	}
}

// dynamics deals out the part of a subtest to its dynamic subtests. The
// subtest begins at mark w.first; it ends at w.last, which may be -1.
func (s *started) dynamics(o output, p *piece, which stream, version string, w window) {
	w.first++
	if w.last < w.first {
		w.last = o.bound(w.first)
	}
	missing := Incomplete
	if p.test.Result == Abort || p.test.Result == NotRun { // it stopped in the middle of the dynamic one
		missing = p.test.Result
	}
	i, _ := slices.BinarySearch(o.inner, w.first)
	for ; i < len(o.inner) && o.inner[i] < w.last && s.count(); i++ {
		k := o.inner[i]
		e := o.find(dynEnd, o.marks[k].name, k, w.last)
		from, to := o.cut(w, k, e)
		d := p.sub(o.marks[k].name)
		d.put(which, o.text[from:to], version)
		d.settle(o, e, missing)
	}
}

// put gives a test its part of a stream.
func (p *piece) put(which stream, text, version string) {
	if which == stderr {
		p.test.Err = text
		return
	}
	p.test.Out = text
	p.test.Version = version
}

// settle gives a test that has no result yet the one of its end marker.
func (p *piece) settle(o output, e int, missing Word) {
	if p.test.Result != "" {
		return
	}
	t := span(0, 0)
	p.test.Result, p.test.Time = missing, &t
	if e >= 0 {
		p.test.Result, t.End = o.marks[e].word, o.marks[e].seconds
		if p.test.Result == Incomplete {
			p.test.Result = missing
		}
	}
}
