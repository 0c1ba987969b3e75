// SPDX-License-Identifier: MIT

package mail

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// ReadMbox reads all mails of r: an mbox, or a single mail with or without an
// mbox line at its top. Errors are those of [Split] and [Parse] with the number
// of the mail in front. Input without any mail gives an empty slice.
func ReadMbox(r io.Reader, lim Limits) ([]*Message, error) {
	var msgs []*Message
	for raw, err := range Split(r, lim) {
		if err != nil {
			return nil, err
		}
		m, err := Parse(raw)
		if err != nil {
			return nil, fmt.Errorf("parse mail %d: %w", len(msgs)+1, err)
		}
		msgs = append(msgs, m)
	}
	return msgs, nil
}

// Split yields the raw mails of an mbox, each with its "From " line. A mail
// starts at a line "From x date" that is followed by a header field; any other
// line that begins with "From " belongs to the text, so that neither prose nor a
// diff splits a mail. It stops after the first error: of r, or a [*LimitError].
func Split(r io.Reader, lim Limits) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		s := splitter{in: bufio.NewReaderSize(r, 64<<10), lim: lim.WithDefaults()}
		for {
			raw, err := s.next()
			if len(bytes.TrimSpace(raw)) > 0 && (err == nil || errors.Is(err, io.EOF)) {
				if !yield(raw, nil) {
					return
				}
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					yield(nil, err)
				}
				return
			}
		}
	}
}

// A splitter cuts a stream into mails without ever holding more than one.
type splitter struct {
	in    *bufio.Reader
	lim   Limits
	total int64
	count int
	start []byte // the "From " line that ended the mail before
}

// next returns the bytes up to the next mbox line, and io.EOF with the last ones.
func (s *splitter) next() ([]byte, error) {
	s.count++
	if s.count > s.lim.Count+1 { // one more: the rest after the last mail may be blank
		return nil, &LimitError{What: "mailbox", Limit: int64(s.lim.Count), Unit: "mails",
			Hint: "pass only the thread of the series"}
	}
	cur := s.start
	s.start = nil
	for atStart := true; ; {
		line, err := s.in.ReadSlice('\n')
		s.total += int64(len(line))
		if s.total > s.lim.Mailbox {
			return nil, &LimitError{What: "mailbox", Limit: s.lim.Mailbox, Unit: "bytes",
				Hint: "pass only the thread of the series"}
		}
		if atStart && len(cur) > 0 && isMboxLine(line) {
			line = bytes.Clone(line) // Peek may move the buffer
			if next, _ := s.in.Peek(256); headerLike(next) {
				s.start = line
				return cur, nil
			}
		}
		cur = append(cur, line...)
		if int64(len(cur)) > s.lim.Message {
			return nil, &LimitError{What: fmt.Sprintf("mail %d", s.count), Limit: s.lim.Message, Unit: "bytes",
				Hint: "a patch of this size cannot be checked, take the mail out"}
		}
		atStart = !errors.Is(err, bufio.ErrBufferFull)
		if atStart && err != nil {
			if errors.Is(err, io.EOF) {
				return cur, io.EOF
			}
			return nil, fmt.Errorf("read mail %d: %w", s.count, err)
		}
	}
}

// isMboxLine reports whether line is "From sender date": a clock time with a
// day of the month before it and a year after it. The sender may hold blanks
// (Mailman writes "a at b"), a zone may stand before the year.
func isMboxLine(line []byte) bool {
	if len(line) > 1000 || !bytes.HasPrefix(line, []byte("From ")) {
		return false
	}
	f := strings.Fields(string(line[5:]))
	for i := 2; i < len(f)-1; i++ {
		if !isClock(f[i]) || !isNumber(f[i-1], 1, 31) {
			continue
		}
		if isNumber(f[i+1], 1970, 9999) || (i+2 < len(f) && isNumber(f[i+2], 1970, 9999)) {
			return true
		}
	}
	return false
}

// isClock reports whether s is HH:MM or HH:MM:SS.
func isClock(s string) bool {
	p := strings.Split(s, ":")
	return (len(p) == 2 || len(p) == 3) && isNumber(p[0], 0, 23) && isNumber(p[1], 0, 59) &&
		(len(p) == 2 || isNumber(p[2], 0, 60))
}

// isNumber reports whether s is a decimal number of at most four digits in lo..hi.
func isNumber(s string, lo, hi int) bool {
	if s == "" || len(s) > 4 {
		return false
	}
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
		n = n*10 + int(c-'0')
	}
	return lo <= n && n <= hi
}

// headerLike reports whether b begins with a header field or with an escaped
// mbox line, which some archives leave above the header.
func headerLike(b []byte) bool {
	return bytes.HasPrefix(b, []byte(">From ")) || fieldName(b) != ""
}

// fieldName returns the field name that line begins with, or "". It is RFC
// 5322's optional-field: printable ASCII up to a colon.
func fieldName(line []byte) string {
	for i, c := range line {
		switch {
		case c == ':':
			return string(line[:i])
		case c < 33 || c > 126:
			return ""
		}
	}
	return ""
}
