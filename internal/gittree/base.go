// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// DefaultBranch returns the name of the branch that HEAD of the repository
// names, or the only branch, or main or master.
func (r *Repo) DefaultBranch(ctx context.Context) (string, error) {
	out, err := r.git.output(ctx, "symbolic-ref", "--quiet", "HEAD")
	if name, ok := strings.CutPrefix(strings.TrimSpace(out), "refs/heads/"); ok && err == nil {
		if _, err := r.Resolve(ctx, "refs/heads/"+name); err == nil {
			return name, nil
		}
	}
	out, err = r.git.output(ctx, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/")
	if err != nil {
		return "", fmt.Errorf("find default branch: %w", err)
	}
	names := strings.Fields(out)
	for _, name := range names {
		if len(names) == 1 || name == "main" || name == "master" {
			return name, nil
		}
	}
	return "", fmt.Errorf("find default branch: %w: HEAD names none of %d branches", ErrUnknownRev, len(names))
}

// BaseChoice decides which commit a series goes on, and says why in words for
// the report. explicit is what the user asked for: [ErrUnknownRev] when the tree
// lacks it. fromSeries is what the series says (base-commit:); it is a stranger's
// word, so only a commit id counts. Without either it is the default branch.
func (r *Repo) BaseChoice(ctx context.Context, explicit, fromSeries string) (commit, why string, err error) {
	if explicit != "" {
		commit, err = r.Resolve(ctx, explicit)
		return commit, "asked for: " + explicit, err
	}
	unknown := "the series names no base"
	if fromSeries != "" {
		commit, err = r.resolveID(ctx, fromSeries)
		if err == nil {
			return commit, "the base-commit of the series", nil
		}
		if !errors.Is(err, ErrUnknownRev) {
			return "", "", err
		}
		unknown = "the base-commit of the series is unknown here"
		if isHex(fromSeries) && len(fromSeries) <= r.idLen {
			unknown = "the base-commit of the series, " + fromSeries + ", is unknown here"
		}
	}
	branch, err := r.DefaultBranch(ctx)
	if err != nil {
		return "", "", err
	}
	commit, err = r.Resolve(ctx, "refs/heads/"+branch)
	return commit, fmt.Sprintf("the tip of the default branch %s: %s", branch, unknown), err
}

// shortestID is how many digits of a commit id a mail must give.
const shortestID = 7

// resolveID is Resolve for strangers: it takes nothing but a commit id.
func (r *Repo) resolveID(ctx context.Context, id string) (string, error) {
	if !isHex(id) || len(id) < shortestID || len(id) > r.idLen {
		return "", fmt.Errorf("resolve commit: %w: not a commit id", ErrUnknownRev)
	}
	commit, err := r.Resolve(ctx, id)
	if err == nil && !strings.HasPrefix(commit, id) { // a ref of that name
		return "", fmt.Errorf("resolve commit %s: %w", id, ErrUnknownRev)
	}
	return commit, err
}
