// SPDX-License-Identifier: MIT

package igt

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// MaxLog is how many bytes of the kernel log a Case keeps: the first ones,
// because what goes wrong first is what matters.
const MaxLog = 64 << 10

const maxLogLine = 4 << 10 // bytes; longer console lines are cut

// AddLog gives each case of one boot its part of that boot's console log: the
// lines from the one with which a test announces its subtest, "[IGT] binary:
// starting subtest name", to the next such line or the end of the binary.
// What comes before, between and after belongs to nobody.
//
// The log may have any size: one line of it is held at a time. The only error
// is that of the reader; the cases then have what was read so far.
func AddLog(cases []Case, boot int, log io.Reader) error {
	w := writer{byName: map[string][]*Case{}}
	for i := range cases {
		if c := &cases[i]; c.Boot == boot && c.Started() {
			w.byName[c.Name] = append(w.byName[c.Name], c)
		}
	}
	for _, same := range w.byName {
		slices.SortStableFunc(same, func(a, b *Case) int { return cmp.Compare(a.Place, b.Place) })
	}
	defer w.turn(nil)
	r := bufio.NewReaderSize(log, maxLogLine)
	for {
		line, more, err := r.ReadLine()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read console log: %w", err)
		}
		w.line(string(line))
		for more && err == nil { // the rest of a line that is too long
			_, more, err = r.ReadLine()
		}
	}
}

// A writer deals out the lines of a log.
type writer struct {
	byName map[string][]*Case // those still to come, in the order of the boot: one for each driver
	now    *Case              // whose lines these are; nil for nobody's
	buf    []byte
}

func (w *writer) line(s string) {
	if name, ok := announced(s); ok {
		w.turn(w.next(name))
	}
	if w.now != nil {
		room := MaxLog - len(w.now.Log) - len(w.buf)
		w.buf = append(w.buf, (s + "\n")[:max(0, min(len(s)+1, room))]...)
	}
	if strings.Contains(s, "[IGT] ") && strings.Contains(s, ": exiting, ret=") {
		w.turn(nil)
	}
}

// next returns the case that a subtest of this name is, or nil. The log does not
// say which driver a test runs on, the order does.
func (w *writer) next(name string) *Case {
	same := w.byName[name]
	if len(same) == 0 {
		return nil
	}
	if len(same) > 1 {
		w.byName[name] = same[1:]
	}
	return same[0]
}

// turn ends the part of one case and begins that of the next.
func (w *writer) turn(next *Case) {
	if w.now != nil {
		w.now.Log += string(w.buf)
	}
	w.now, w.buf = next, w.buf[:0]
}

// announced returns the name of the subtest that a line announces. Dynamic
// subtests are part of the one around them.
func announced(line string) (string, bool) {
	_, rest, ok := strings.Cut(line, "[IGT] ")
	if !ok {
		return "", false
	}
	binary, sub, ok := strings.Cut(rest, ": starting subtest ")
	if !ok || strings.ContainsAny(binary, " :") {
		return "", false
	}
	return binary + "@" + strings.TrimSpace(sub), true
}
