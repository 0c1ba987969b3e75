// SPDX-License-Identifier: MIT

package overlay

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/fencebot/fencebot/patch"
)

//go:embed aids/*.patch
var aids embed.FS

// Aids returns the patches that annotate nothing: each gives a driver that needs
// no hardware what annotated code asks of a device, so that tests can run through
// it. They are of use with the kernel flavour wide only, and apply after the
// overlays, in the order of their names.
func Aids() ([]patch.Series, error) {
	names, err := fs.Glob(aids, "aids/*.patch")
	if err != nil {
		return nil, fmt.Errorf("list aids: %w", err)
	}
	var list []patch.Series
	for _, name := range names {
		text, err := aids.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read aid: %w", err)
		}
		o := Overlay{Name: strings.TrimSuffix(path.Base(name), ".patch")}
		s, err := o.series(Variant{File: name, Patch: text})
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}
