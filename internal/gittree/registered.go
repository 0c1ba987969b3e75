// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"fmt"
	"strings"
)

// Registered returns the commit to keep a warm build of for a base: the base
// itself when a branch or tag of the tree has it, else the newest commit of the
// default branch that it is based on. Only such commits are ones that the
// owner of the tree chose; anything else may be a stranger's.
func (r *Repo) Registered(ctx context.Context, base string) (string, error) {
	if !isObjectID(base) {
		return "", fmt.Errorf("find registered commit: %q is no commit id", base)
	}
	out, err := r.git.output(ctx, "for-each-ref", "--count=1", "--contains="+base)
	if err != nil {
		return "", fmt.Errorf("find branches with %.12s: %w", base, err)
	}
	if strings.TrimSpace(out) != "" {
		return base, nil
	}
	tip, _, err := r.BaseChoice(ctx, "", "")
	if err != nil {
		return "", err
	}
	out, err = r.git.output(ctx, "merge-base", "--", tip, base)
	home := strings.TrimSpace(out)
	if err != nil || !isObjectID(home) {
		return "", fmt.Errorf("%.12s has no commit in common with the tree's default branch", base)
	}
	return home, nil
}
