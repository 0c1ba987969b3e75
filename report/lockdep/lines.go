// SPDX-License-Identifier: MIT

package lockdep

import (
	"bytes"
	"io"
)

// A lineReader cuts a log into lines. LF, CRLF and a lone CR end a line: a prompt or
// a progress bar returns to the first column before the kernel writes.
//
// Its work is linear in the size of the log whatever the lines look like: lf, cr and
// esc remember how far it looked, so that no byte is searched twice for the same.
type lineReader struct {
	in      io.Reader
	buf     []byte
	start   int // of the next line in buf
	end     int // of what was read
	lf, cr  int // the bytes from start up to here are known to hold no LF, no CR
	esc     int // and no escape
	maxLine int
	err     error // of in, kept until all bytes are used

	coloured bool // the line that next returned last has an escape

	number int  // 1-based, of the line that next returned last: LF counts, as in editors; before the first LF, CR does
	inLine bool // a part of the line was returned, so that it is counted
	long   bool // the rest of an overlong line is being dropped
	seenLF bool
	work   int // bytes searched or moved, for the tests
}

func newLineReader(in io.Reader, maxLine int) *lineReader {
	return &lineReader{in: in, buf: make([]byte, max(64<<10, 2*maxLine)), maxLine: maxLine}
}

// next returns the next line without its end, cut at maxLine. It is valid until the
// next call. After the last line it returns io.EOF, or the error of the reader.
func (r *lineReader) next() ([]byte, error) {
	for {
		stop, terminator := r.find()
		if terminator == 0 && r.err == nil {
			if r.end-r.start < len(r.buf) {
				r.fill()
				continue
			}
			line := r.buf[r.start : r.start+r.maxLine]
			dropped := r.long
			r.long = true
			r.skipTo(r.end)
			if !dropped {
				return r.count(line), nil
			}
			continue
		}
		if terminator == 0 && r.start == r.end {
			return nil, r.err
		}
		line := r.buf[r.start:stop]
		r.skipTo(min(stop+1, r.end))
		if terminator == '\n' && !r.seenLF {
			r.seenLF = true
			if r.number > 0 { // all that came before is the first line
				r.number, r.inLine = 1, true
			}
		}
		keep := !r.long && (len(line) > 0 || terminator == '\n' && !r.inLine)
		r.long = false
		if keep {
			line = r.count(line[:min(len(line), r.maxLine)])
		}
		r.inLine = r.inLine && terminator == '\r' && r.seenLF
		if keep {
			return line, nil
		}
	}
}

// count numbers the line that is about to be returned.
func (r *lineReader) count(line []byte) []byte {
	if !r.inLine {
		r.number++
		r.inLine = true
	}
	return line
}

// find looks for the end of the line at start. It returns the byte that ends it, or
// 0 and the end of the buffer.
func (r *lineReader) find() (stop int, terminator byte) {
	r.lf = r.search(r.lf, r.end, '\n')
	r.cr = r.search(r.cr, r.end, '\r')
	r.esc = r.search(r.esc, r.end, escape)
	switch {
	case r.cr < r.lf:
		return r.cr, '\r'
	case r.lf < r.end:
		return r.lf, '\n'
	}
	return r.end, 0
}

// search returns the place of c in buf[from:to], or to. The byte at from may be the
// one that the last search found.
func (r *lineReader) search(from, to int, c byte) int {
	if from >= to {
		return to
	}
	i := bytes.IndexByte(r.buf[from:to], c)
	if i < 0 {
		i = to - from
	}
	r.work += i
	return from + i
}

// skipTo moves the start of the next line.
func (r *lineReader) skipTo(at int) {
	r.start = at
	r.coloured = r.esc < at
	r.lf, r.cr, r.esc = max(r.lf, at), max(r.cr, at), max(r.esc, at)
}

// fill moves what is left to the front of the buffer and reads more.
func (r *lineReader) fill() {
	if r.start > 0 {
		n := copy(r.buf, r.buf[r.start:r.end])
		r.work += n
		r.lf, r.cr, r.esc = r.lf-r.start, r.cr-r.start, r.esc-r.start
		r.start, r.end = 0, n
	}
	for tries := 0; r.err == nil; tries++ {
		var n int
		n, r.err = r.in.Read(r.buf[r.end:])
		r.end += n
		if n > 0 {
			break
		}
		if tries == 100 {
			r.err = io.ErrNoProgress
		}
	}
}
