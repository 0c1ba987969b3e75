// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"bytes"
	"testing"
)

func TestParseFlavour(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Flavour{"": Default, "default": Default, "wide": Wide, "Wide": "", "wide/..": ""} {
		got, err := ParseFlavour(name)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("ParseFlavour(%q) = %q, %v; want %q", name, got, err, want)
		}
	}
}

// The default must not change because there are others, and no two flavours may
// share a key of a cache.
func TestFlavoursDiffer(t *testing.T) {
	t.Parallel()
	if !bytes.Equal(Fragment(""), Fragment(Default)) || !bytes.HasPrefix(Fragment(Wide), Fragment(Default)) {
		t.Error("flavours do not start with the fragments of the default")
	}
	plain, wide := ConfigHash(Default), ConfigHash(Wide)
	if len(plain) != 16 || plain != ConfigHash("") || plain == wide {
		t.Errorf("ConfigHash = %q, %q for wide; want two of 16 digits", plain, wide)
	}
	if configured(string(Fragment(Wide)), t.TempDir(), t.TempDir()) {
		t.Error("an empty directory is configured")
	}
}
