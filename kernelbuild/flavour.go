// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
)

//go:embed configs/*.config configs/wide/*.config configs/hw/*.config configs/compile/*.config
var fragments embed.FS

// A Flavour names one of our kernel configurations. The empty one is Default.
type Flavour string

// The flavours. Outputs of different flavours must not be mixed.
const (
	Default Flavour = "default" // vkms, vgem, virtio-gpu and the fence machinery
	Wide    Flavour = "wide"    // Default, and annotated code beyond graphics and QEMU's other displays
	AMDGPU  Flavour = "amdgpu"  // Default and amdgpu, for a card that the host passes through
	Intel   Flavour = "intel"   // Default, i915 and xe, for the same
	Compile Flavour = "compile" // as many drivers as there are: for Request.Compile, never for a kernel that boots
)

// ParseFlavour returns the flavour of that name for a kernel that boots; "" is
// Default.
func ParseFlavour(name string) (Flavour, error) {
	switch f := Flavour(name); f {
	case "", Default:
		return Default, nil
	case Wide, AMDGPU, Intel:
		return f, nil
	}
	return "", fmt.Errorf("flavour %q: want %q, %q, %q or %q", name, Default, Wide, AMDGPU, Intel)
}

// patterns are where the fragments of a flavour are.
func (f Flavour) patterns() []string {
	all := []string{"configs/*.config"}
	switch f {
	case Compile:
		return []string{"configs/compile/*.config"}
	case Wide:
		all = append(all, "configs/wide/*.config")
	case AMDGPU, Intel:
		all = append(all, "configs/hw/common.config", "configs/hw/"+string(f)+".config")
	}
	return all
}

// start is the configuration that the fragments are laid over, as a target.
func (f Flavour) start() string {
	if f == Compile {
		return "allmodconfig"
	}
	return "allnoconfig"
}

// Fragment gives all Kconfig fragments of a flavour as one text: those of
// Default, then its own, each in the order of their names.
func Fragment(f Flavour) []byte {
	var names []string
	for _, pattern := range f.patterns() {
		some, err := fs.Glob(fragments, pattern)
		if err != nil {
			panic(err) // a constant pattern
		}
		names = slices.Concat(names, some)
	}
	var b bytes.Buffer
	for _, name := range names {
		text, err := fragments.ReadFile(name)
		if err != nil {
			panic(err) // embedded
		}
		b.Write(text)
	}
	return b.Bytes()
}

// ConfigHash names the fragments of a flavour for cache keys: 16 hex digits.
func ConfigHash(f Flavour) string {
	sum := sha256.Sum256(Fragment(f))
	return hex.EncodeToString(sum[:8])
}
