// SPDX-License-Identifier: MIT

package patch

import "strings"

// Trailers returns the trailers of a commit message, in order and as written,
// without remarks: lines "[...]" and indented lines below a trailer. An address
// that was wrapped to a line of its own is put back.
//
// They stand in the last paragraph, all of whose lines must be trailers or
// belong to one; a paragraph with some prose counts from two trailers on, as
// people write both.
func Trailers(message string) []string {
	paragraphs := strings.Split(strings.TrimRight(stripSpace(message), "\n"), "\n\n")
	lines := strings.Split(paragraphs[len(paragraphs)-1], "\n")
	if len(paragraphs) == 1 {
		lines = lines[1:] // the subject is no trailer: "drm: fix it"
	}
	var out []string
	prose := 0
	for i, line := range lines {
		switch {
		case isTrailer(line):
			out = append(out, line)
		case len(out) == 0:
			prose++
		case isWrappedAddress(line) && !strings.Contains(lines[i-1], "<"):
			out[len(out)-1] += " " + line
		case !isRemark(line):
			prose++
		}
	}
	if prose > 0 && len(out) < 2 {
		return nil
	}
	return out
}

// isTrailer reports whether line is "Name: value" with a name that is one word.
// Names without a hyphen are only the usual ones: "Note: this" is prose.
func isTrailer(line string) bool {
	name, value, ok := strings.Cut(line, ":")
	if !ok || name == "" || value == "" || (value[0] != ' ' && value[0] != '\t') || len(name) > 40 {
		return false
	}
	for _, c := range name {
		if c != '-' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	if strings.Contains(name, "-") {
		return name[0] != '-'
	}
	switch strings.ToLower(name) {
	case "fixes", "link", "cc", "closes", "bug", "references", "reference", "see", "bugzilla":
		return true
	}
	return false
}

func isWrappedAddress(line string) bool {
	return strings.HasPrefix(line, "<") && strings.HasSuffix(line, ">") && strings.Contains(line, "@")
}

func isRemark(line string) bool {
	return line != "" && (line[0] == '[' || line[0] == ' ' || line[0] == '\t' || line[0] == '(')
}

// A hint is a line "name: value" that tools put below the message of a cover or
// a patch.
func hint(text, name string, valid func(rune) bool) string {
	for line := range strings.Lines(text) {
		v, ok := strings.CutPrefix(line, name+": ")
		if !ok {
			continue
		}
		v = strings.TrimSpace(v)
		bad := func(r rune) bool { return !valid(r) }
		if len(v) >= 7 && len(v) <= 200 && strings.IndexFunc(v, bad) < 0 {
			return v
		}
	}
	return ""
}

// baseHint returns the commit id of a "base-commit:" line (git format-patch
// --base), or "".
func baseHint(text string) string {
	v := hint(text, "base-commit", func(r rune) bool {
		return (r >= '0' && r <= '9') || (r >= 'a' && r <= 'f')
	})
	if len(v) > 64 {
		return ""
	}
	return v
}

// changeHint returns the value of a "change-id:" line (b4), or "".
func changeHint(text string) string {
	return hint(text, "change-id", func(r rune) bool {
		return (r >= '0' && r <= '9') || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') || strings.ContainsRune("-._", r)
	})
}
