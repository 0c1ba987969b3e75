// SPDX-License-Identifier: MIT

package wire

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// A LineError reports a line that broke the rules of this package. Reading can
// go on after it.
type LineError struct {
	Why   string // what was wrong, in words of this package
	Start string // the first bytes of the line; hostile, to be escaped
}

func (e *LineError) Error() string {
	if e.Start == "" {
		return "wire: bad line: " + e.Why
	}
	return fmt.Sprintf("wire: bad line: %s: %q", e.Why, e.Start)
}

// A Decoder reads plans or events. It holds at most MaxLine bytes and is not
// safe for concurrent use.
type Decoder struct {
	r *bufio.Reader
}

// NewDecoder returns a Decoder that reads from r.
func NewDecoder(r io.Reader) *Decoder {
	return &Decoder{r: bufio.NewReaderSize(r, MaxLine)}
}

// Event returns the next event. The error is io.EOF at the end of the input, a
// *LineError for a line that was skipped, or what the reader returned.
func (d *Decoder) Event() (Event, error) {
	line, err := d.line()
	if err != nil {
		return Event{}, err
	}
	var ev Event
	if err := unmarshal(line, &ev); err != nil {
		return Event{}, err
	}
	if err := checkEvent(ev); err != nil {
		return Event{}, withStart(err, line)
	}
	return ev, nil
}

// Plan returns the next plan, joined from its lines. Its errors are those of
// Event; half a plan is io.ErrUnexpectedEOF.
func (d *Decoder) Plan() (Plan, error) {
	var plan Plan
	for first := true; ; first = false {
		line, err := d.line()
		if errors.Is(err, io.EOF) && !first {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return Plan{}, err
		}
		var part planPart
		if err := unmarshal(line, &part); err != nil {
			return Plan{}, err
		}
		part.Jobs = append(plan.Jobs, part.Jobs...)
		plan = part.Plan
		if err := checkPlan(plan); err != nil {
			return Plan{}, withStart(err, line)
		}
		if !part.More {
			return plan, nil
		}
	}
}

// line returns the next line that is not empty, without its end. The bytes are
// good until the next call.
func (d *Decoder) line() ([]byte, error) {
	for {
		line, err := d.r.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			start := string(line[:startBytes])
			if err := d.skip(); err != nil {
				return nil, err
			}
			return nil, &LineError{Why: fmt.Sprintf("longer than %d bytes", MaxLine), Start: start}
		case errors.Is(err, io.EOF) && len(line) > 0:
			// The guest went down in the middle of a line.
			return nil, &LineError{Why: "cut off", Start: start(line)}
		case err != nil:
			return nil, err
		}
		if line = line[:len(line)-1]; len(line) > 0 {
			return line, nil
		}
	}
}

// skip reads to the end of a line that is too long.
func (d *Decoder) skip() error {
	for {
		_, err := d.r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if errors.Is(err, io.EOF) {
			return nil // the next call says so
		}
		return err
	}
}

func unmarshal(line []byte, v any) error {
	if err := json.Unmarshal(line, v); err != nil {
		return &LineError{Why: err.Error(), Start: start(line)}
	}
	return nil
}

// startBytes is how much of a bad line is kept for the error.
const startBytes = 80

func start(line []byte) string { return string(line[:min(len(line), startBytes)]) }

func withStart(err error, line []byte) error {
	if e, ok := errors.AsType[*LineError](err); ok {
		e.Start = start(line)
	}
	return err
}
