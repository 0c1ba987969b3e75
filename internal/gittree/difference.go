// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/fencebot/fencebot/patch"
)

// A difference is one path in which two trees differ. Mode 0 is no file.
type difference struct {
	path     string
	old, new patch.Entry
}

// differences compares two commits or trees, sorted by path, renames apart.
func (r *Repo) differences(ctx context.Context, a, b string) ([]difference, error) {
	for _, id := range []string{a, b} {
		if !isObjectID(id) {
			return nil, fmt.Errorf("compare trees: %q is not an object id", id)
		}
	}
	out, err := r.git.output(ctx, "diff-tree", "-r", "-z", "--raw", "--full-index", "--no-renames",
		"--no-ext-diff", "--no-textconv", "--ignore-submodules=none", a, b, "--")
	if err != nil {
		return nil, fmt.Errorf("compare trees: %w", err)
	}
	diffs, err := parseRaw(out)
	if err != nil {
		return nil, fmt.Errorf("compare trees: %w", err)
	}
	return diffs, nil
}

// parseRaw reads the raw format of git diff-tree -z:
// ":100644 100755 <id> <id> M\0path\0".
func parseRaw(out string) ([]difference, error) {
	fields := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
	if out == "" {
		return nil, nil
	}
	if len(fields)%2 != 0 {
		return nil, fmt.Errorf("%d fields in the output of git diff-tree", len(fields))
	}
	diffs := make([]difference, 0, len(fields)/2)
	for i := 0; i < len(fields); i += 2 {
		f := strings.Fields(strings.TrimPrefix(fields[i], ":"))
		if len(f) != 5 {
			return nil, fmt.Errorf("unexpected line %q", fields[i])
		}
		d := difference{path: fields[i+1]}
		for j, e := range []*patch.Entry{&d.old, &d.new} {
			mode, err := strconv.ParseUint(f[j], 8, 32)
			if err != nil {
				return nil, fmt.Errorf("unexpected line %q", fields[i])
			}
			e.Mode, e.ID = patch.Mode(mode), f[j+2]
		}
		diffs = append(diffs, d)
	}
	return diffs, nil
}
