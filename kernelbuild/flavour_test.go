// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"bytes"
	"testing"
)

func TestParseFlavour(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Flavour{"": Default, "default": Default, "wide": Wide, "amdgpu": AMDGPU, "intel": Intel, "hw": "", "Wide": "", "wide/..": ""} {
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
	if !bytes.Equal(Fragment(""), Fragment(Default)) || ConfigHash("") != ConfigHash(Default) {
		t.Error("the empty flavour is not the default")
	}
	hashes := map[string]Flavour{}
	for _, f := range []Flavour{Default, Wide, AMDGPU, Intel, Compile} {
		if f != Compile && !bytes.HasPrefix(Fragment(f), Fragment(Default)) {
			t.Errorf("%s does not start with the fragments of the default", f)
		}
		hash := ConfigHash(f)
		if other, twice := hashes[hash]; len(hash) != 16 || twice {
			t.Errorf("ConfigHash(%s) = %q, as that of %s; want 16 digits of its own", f, hash, other)
		}
		hashes[hash] = f
	}
	if configured(string(Fragment(Wide)), t.TempDir(), t.TempDir()) {
		t.Error("an empty directory is configured")
	}
}
