// SPDX-License-Identifier: MIT

package patch

import (
	"maps"
	"slices"
)

// Files returns the paths that a series touches, sorted; a renamed file is in it
// under both names. A patch whose diff is refused has no files here: applying
// the series tells why.
func Files(s Series) []string {
	names := map[string]bool{}
	for _, p := range s.Patches {
		d, err := ParseDiff(p)
		if err != nil {
			continue
		}
		for _, f := range d.files {
			names[f.oldName], names[f.newName] = true, true
		}
	}
	delete(names, "")
	return slices.Sorted(maps.Keys(names))
}
