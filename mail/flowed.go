// SPDX-License-Identifier: MIT

package mail

import "bytes"

// unflow undoes format=flowed (RFC 3676, section 4) the way git mailinfo does:
// one stuffed blank goes from the start of a line, and a line that ends with a
// blank is joined with the next one; with delsp that blank goes, too. "-- " is
// the signature and never joined. A sender that declares flowed without stuffing
// its lines breaks its own diff here; later stages find that by counting lines.
func unflow(data []byte, delsp bool) []byte {
	out := make([]byte, 0, len(data))
	for line := range bytes.Lines(data) {
		text := bytes.TrimSuffix(line, []byte("\n"))
		text = bytes.TrimSuffix(text, []byte("\r"))
		if string(text) == "-- " {
			if len(out) > 0 && out[len(out)-1] != '\n' {
				out = append(out, '\n')
			}
			out = append(out, line...)
			continue
		}
		if len(text) > 0 && text[0] == ' ' {
			text, line = text[1:], line[1:]
		}
		if len(text) > 0 && text[len(text)-1] == ' ' {
			if delsp {
				text = text[:len(text)-1]
			}
			out = append(out, text...)
			continue
		}
		out = append(out, line...)
	}
	return out
}
