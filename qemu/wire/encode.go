// SPDX-License-Identifier: MIT

package wire

import (
	"encoding/json"
	"fmt"
	"io"
)

// partBytes is how many bytes of jobs go into one line of a plan before the
// next is begun. The largest job is below 10 kB, all escapes included, so a
// line never comes near MaxLine.
const partBytes = MaxLine / 2

// planPart is one line of a Plan. A plan of all IGT subtests is longer than
// MaxLine, so its jobs are spread over several lines, all but the last of
// which say that there is more to come.
type planPart struct {
	Plan
	More bool `json:"more,omitempty"`
}

// An Encoder writes plans and events, one line each. It is not safe for
// concurrent use.
type Encoder struct {
	w    io.Writer
	held []byte // lines that wait for the next event
}

// NewEncoder returns an Encoder that writes whole lines to w, in a single Write
// for each call.
func NewEncoder(w io.Writer) *Encoder { return &Encoder{w: w} }

// Plan writes p. It refuses a plan that the Decoder would refuse, with a
// *LineError, before anything is written.
func (e *Encoder) Plan(p Plan) error {
	if err := checkPlan(p); err != nil {
		return err
	}
	parts, err := split(p.Jobs)
	if err != nil {
		return err
	}
	var lines [][]byte
	for i, jobs := range parts {
		part := planPart{Plan: p, More: i < len(parts)-1}
		part.Jobs = jobs
		line, err := marshal(part)
		if err != nil {
			return err
		}
		lines = append(lines, line)
	}
	for _, line := range lines {
		if _, err := e.w.Write(line); err != nil {
			return fmt.Errorf("write plan: %w", err)
		}
	}
	return nil
}

// split cuts jobs into parts that fit a line each, at least one.
func split(jobs []Job) ([][]Job, error) {
	var parts [][]Job
	from, size := 0, 0
	for i, job := range jobs {
		line, err := marshal(job)
		if err != nil {
			return nil, err
		}
		if size += len(line); size > partBytes {
			parts = append(parts, jobs[from:i])
			from, size = i, len(line)
		}
	}
	return append(parts, jobs[from:]), nil
}

// Event writes ev, behind what is held. It refuses an event that the Decoder
// would refuse, with a *LineError; the only repair it makes is to cut a Text
// that does not fit.
func (e *Encoder) Event(ev Event) error {
	if err := e.Hold(ev); err != nil {
		return err
	}
	return e.Flush()
}

// Hold is Event, but the line is written together with that of the next event:
// each Write to a virtio port stops the guest for a while. An error is about ev
// and leaves what is held as it was.
func (e *Encoder) Hold(ev Event) error {
	ev.Text = clip(ev.Text, MaxText)
	ev.Lockdep.Text = clip(ev.Lockdep.Text, MaxText)
	if err := checkEvent(ev); err != nil {
		return err
	}
	line, err := marshal(ev)
	if err != nil {
		return err
	}
	e.held = append(e.held, line...)
	return nil
}

// Flush writes what is held.
func (e *Encoder) Flush() error {
	if len(e.held) == 0 {
		return nil
	}
	_, err := e.w.Write(e.held)
	e.held = e.held[:0]
	if err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	return nil
}

// marshal returns v as one line with its newline.
func marshal(v any) ([]byte, error) {
	line, err := json.Marshal(v)
	if err != nil {
		return nil, &LineError{Why: err.Error()}
	}
	if len(line) >= MaxLine {
		return nil, &LineError{Why: fmt.Sprintf("%d bytes, more than %d", len(line), MaxLine)}
	}
	return append(line, '\n'), nil
}

// clip cuts s to n bytes. A rune cut in two becomes U+FFFD in the JSON, which
// is what json.Marshal makes of all bytes that are not UTF-8.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n]
}
