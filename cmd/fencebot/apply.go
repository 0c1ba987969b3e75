// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/patch"
)

// applied is what `apply --json` prints.
type applied struct {
	Base     string               `json:"base"`
	Tip      string               `json:"tip"`
	Tree     string               `json:"tree"`
	Commits  []gittree.Commit     `json:"commits"`
	Skipped  []gittree.Skipped    `json:"skipped"`
	Conflict *patch.ConflictError `json:"conflict"`
}

func (a *app) applyCommand() *cobra.Command {
	var tree, base string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "apply [--tree NAME] [--base REV] [--json] SERIES",
		Short: "Apply a series to a tree and print the commits",
		Long: `Apply a series the way git am -3 does and print commit and tree ids. The commits
are in the tree's repository; no branch is moved. Exit code 1 is a conflict.`,
		Args: exactly(1, "one file, directory or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			s, err := a.readSeries(ctx, args[0])
			if err != nil {
				return err
			}
			repo, err := a.openTree(ctx, tree)
			if err != nil {
				return err
			}
			defer repo.Close()
			out, err := applySeries(ctx, repo.Repo, base, s)
			if err != nil {
				return err
			}
			return a.printApplied(out, asJSON)
		},
	}
	cmd.Flags().StringVar(&tree, "tree", "", "registered tree `name`")
	cmd.Flags().StringVar(&base, "base", "", "base `commit` (default: base-commit: of the series, then the tree's default branch)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func applySeries(ctx context.Context, repo *gittree.Repo, base string, s patch.Series) (applied, error) {
	out := applied{Commits: []gittree.Commit{}, Skipped: []gittree.Skipped{}}
	var err error
	if out.Base, _, err = chooseBase(ctx, repo, base, s.BaseCommit); err != nil {
		return out, err
	}
	rng, err := repo.Apply(ctx, out.Base, s)
	if out.Conflict = asConflict(err); out.Conflict != nil {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Tip = rng.Tip()
	out.Commits = append(out.Commits, rng.Commits...)
	out.Skipped = append(out.Skipped, rng.Skipped...)
	out.Tree, err = repo.TreeID(ctx, out.Tip)
	return out, err
}

// asConflict returns what keeps a series from its base, or nil when err is
// something else. A refused path reads like a conflict of its file.
func asConflict(err error) *patch.ConflictError {
	if c, ok := errors.AsType[*patch.ConflictError](err); ok {
		return c
	}
	if r, ok := errors.AsType[*patch.RefusedError](err); ok {
		return &patch.ConflictError{Patch: r.Patch, File: r.File, Reason: "refused: " + r.Reason}
	}
	return nil
}

// chooseBase marks a base that the user asked for and the tree lacks as wrong use.
func chooseBase(ctx context.Context, repo *gittree.Repo, explicit, fromSeries string) (commit, why string, err error) {
	commit, why, err = repo.BaseChoice(ctx, explicit, fromSeries)
	if explicit != "" && errors.Is(err, gittree.ErrUnknownRev) {
		err = usageError{fmt.Errorf("--base %s: %w", explicit, err)}
	}
	return commit, why, err
}

func (a *app) printApplied(out applied, asJSON bool) error {
	if asJSON {
		if err := writeJSON(a.stdout, out); err != nil {
			return err
		}
	} else if out.Conflict != nil {
		printConflict(a, out.Conflict)
	} else {
		for _, c := range out.Commits {
			fmt.Fprintf(a.stdout, "%s %q\n", c.ID, c.Subject)
		}
		for _, s := range out.Skipped {
			fmt.Fprintf(a.stdout, "patch %d skipped: %s\n", s.Patch, s.Why)
		}
		fmt.Fprintf(a.stdout, "tip %s, tree %s\n", out.Tip, out.Tree)
	}
	if out.Conflict != nil {
		return codeError(exitFound)
	}
	return nil
}

func printConflict(a *app, c *patch.ConflictError) {
	fmt.Fprintf(a.stdout, "does not apply: %q\n", c.Error())
	for _, l := range c.Expected {
		fmt.Fprintf(a.stdout, "  expected %q\n", l)
	}
	for _, l := range c.Found {
		fmt.Fprintf(a.stdout, "  found    %q\n", l)
	}
}
