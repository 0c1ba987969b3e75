// SPDX-License-Identifier: MIT

package picture

import (
	"slices"
	"strings"
	"testing"
)

func TestASCIIAndLatin(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, ascii, latin string }{
		"plain":          {"&vkms_out->lock", "&vkms_out->lock", "&vkms_out->lock"},
		"blanks":         {" a \t b\nc ", "a b c", "a b c"},
		"accents":        {"Jérôme", "J?r?me", "Jérôme"},
		"escape":         {"a\x1b[2Jb", "a?[2Jb", "a?[2Jb"},
		"delete":         {"a\x7fb", "a?b", "a?b"},
		"C1 control":     {"a\u009bb", "a?b", "a?b"},
		"right to left":  {"a\u202eb", "a?b", "a?b"},
		"Hebrew":         {"\u05d0\u05d1", "??", "??"},
		"combining":      {"e\u0301", "e?", "e?"},
		"invalid UTF-8":  {"a\xff\xfeb", "a??b", "a??b"},
		"zero":           {"a\x00b", "a?b", "a?b"},
		"no-break space": {"a\u00a0b", "a?b", "a?b"},
	} {
		if got := ascii(c.in); got != c.ascii {
			t.Errorf("%s: ascii(%q) = %q; want %q", name, c.in, got, c.ascii)
		}
		if got := latin(c.in); got != c.latin {
			t.Errorf("%s: latin(%q) = %q; want %q", name, c.in, got, c.latin)
		}
	}
	if got := ascii(strings.Repeat("x", 1<<20)); len(got) != maxName {
		t.Errorf("a megabyte gives %d bytes; want %d", len(got), maxName)
	}
}

func TestMiddle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"short", 10, "short"},
		{"exactly_10", 10, "exactly_10"},
		{"vkms_crtc_atomic_begin", 11, "vkms...egin"},
		{"vkms_crtc_atomic_begin", 10, "vkms...gin"},
		{"abcdefgh", 5, "a...h"},
		{"abcdefgh", -3, "a...h"},
		{"ééééééééé", 7, "éé...éé"},
		{"", 5, ""},
	} {
		if got := middle(c.in, c.n); got != c.want {
			t.Errorf("middle(%q, %d) = %q; want %q", c.in, c.n, got, c.want)
		}
	}
}

func TestWrapAndShort(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in    string
		width int
		lines int
		want  []string
	}{
		"fits":         {"one two", 10, 2, []string{"one two"}},
		"two lines":    {"one two three", 8, 2, []string{"one two", "three"}},
		"too many":     {"one two three four five", 9, 2, []string{"one two", "three ..."}},
		"cut in words": {"one two abcdefghi jklmnopqr", 9, 2, []string{"one two", "abcde ..."}},
		"long word":    {"a 0123456789abcdef b", 10, 3, []string{"a", "0123...def", "b"}},
		"nothing":      {"  ", 10, 2, nil},
	} {
		got := short(c.in, c.width, c.lines)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: short(%q, %d, %d) = %q; want %q", name, c.in, c.width, c.lines, got, c.want)
		}
		for _, l := range got {
			if len(l) > c.width {
				t.Errorf("%s: line %q is longer than %d", name, l, c.width)
			}
		}
	}
}
