// SPDX-License-Identifier: MIT

package igt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// MaxJSON is how many bytes of a results.json are read.
const MaxJSON = 2 * MaxText

// ErrNoResults is the error for text that is no results.json.
var ErrNoResults = errors.New("no results.json of igt_runner")

// Tests are the tests of a run in its order. In JSON they are one object with
// the names as keys.
type Tests []Test

// MarshalJSON writes the tests in their order.
func (ts Tests) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, t := range ts {
		if i > 0 {
			b.WriteByte(',')
		}
		for j, v := range []any{t.Name, t} {
			if j > 0 {
				b.WriteByte(':')
			}
			enc := json.NewEncoder(&b)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(v); err != nil {
				return nil, fmt.Errorf("write %.99q: %w", t.Name, err)
			}
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads the tests in their order. A test without a result is
// incomplete; of a name that is there twice the last counts.
func (ts *Tests) UnmarshalJSON(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return errors.Join(err, fmt.Errorf("tests are no object: %w", ErrNoResults))
	}
	*ts = Tests{}
	place := map[string]int{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string)
		t := Test{}
		if err := dec.Decode(&t); err != nil {
			return fmt.Errorf("test %.99q: %w", name, err)
		}
		t.Name = name
		if t.Result == "" {
			t.Result = Incomplete
		}
		if at, twice := place[name]; twice {
			(*ts)[at] = t
			continue
		}
		if len(*ts) == MaxTests {
			return ErrTooLarge
		}
		place[name] = len(*ts)
		*ts = append(*ts, t)
	}
	return nil
}

// ReadResults reads a results.json. Totals are counted anew, for they follow
// from the tests. It is ErrNoResults for any other text and ErrTooLarge beyond
// MaxJSON or MaxTests. Commas before a closing bracket, which no JSON has, are
// passed over: files that were edited by hand have them.
func ReadResults(in io.Reader) (Results, error) {
	data, err := io.ReadAll(io.LimitReader(in, MaxJSON+1))
	if err != nil {
		return Results{}, fmt.Errorf("read results: %w", err)
	}
	if len(data) > MaxJSON {
		return Results{}, fmt.Errorf("read results: more than %d bytes: %w", MaxJSON, ErrTooLarge)
	}
	r := newResults()
	r.Type, r.Tests = "", nil
	if err := json.Unmarshal(withoutTrailingCommas(data), &r); err != nil {
		return Results{}, fmt.Errorf("read results: %w: %w", ErrNoResults, err)
	}
	if r.Tests == nil || r.Type != "TestrunResult" {
		return Results{}, fmt.Errorf("read results: %w", ErrNoResults)
	}
	var binaries []string
	for key := range r.Totals {
		if key != "" && key != "root" {
			binaries = append(binaries, key)
		}
	}
	r.count(binaries)
	return r, nil
}

// withoutTrailingCommas returns JSON text with each comma before a closing
// bracket made a blank.
func withoutTrailingCommas(data []byte) []byte {
	out := bytes.Clone(data)
	inString, comma := false, -1
	for i := 0; i < len(out); i++ {
		switch c := out[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString, comma = !inString, -1
		case inString || c == ' ' || c == '\t' || c == '\r' || c == '\n':
		case c == ',':
			comma = i
		case (c == '}' || c == ']') && comma >= 0:
			out[comma], comma = ' ', -1
		default:
			comma = -1
		}
	}
	return out
}

// WriteResults writes a results.json.
func WriteResults(out io.Writer, r Results) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	return nil
}
