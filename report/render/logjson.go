// SPDX-License-Identifier: MIT

package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/fencebot/fencebot/report/lockdep"
)

// A LogJSON writes the reports of logs as one JSON object, each in a line of its
// own as soon as it is known: a log can hold more of them than fit into memory.
//
//	{"findings": [
//	{...},
//	{...}
//	], "lockdep": {"alive":true,"reason":""}}
type LogJSON struct {
	w io.Writer
	n int
}

// NewLogJSON begins an object on w.
func NewLogJSON(w io.Writer) *LogJSON { return &LogJSON{w: w} }

// Add writes one report.
func (l *LogJSON) Add(f LogFinding) error {
	head := ",\n"
	if l.n == 0 {
		head = "{\"findings\": [\n"
	}
	l.n++
	return l.put(head, f, "")
}

// Close writes the end of the object.
func (l *LogJSON) Close(s lockdep.State) error {
	head := "\n], \"lockdep\": "
	if l.n == 0 {
		head = "{\"findings\": [], \"lockdep\": "
	}
	return l.put(head, s, "}\n")
}

// put writes v without line breaks: to indent it takes longer than to find it.
func (l *LogJSON) put(head string, v any, tail string) error {
	var b bytes.Buffer
	b.WriteString(head)
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // back traces are full of <TASK>
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	b.Truncate(b.Len() - 1) // the encoder's line end
	b.WriteString(tail)
	if _, err := l.w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}
