// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fencebot/fencebot/internal/gittree"
)

func (a *app) treeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tree",
		Short: "Register, list, update and remove source trees",
		Args:  noCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		&cobra.Command{
			Use: "add NAME SOURCE", Short: "Register a git URL, a local repository or a source tarball",
			Args: exactly(2, "a name and a git URL, repository or tarball"),
			RunE: func(cmd *cobra.Command, args []string) error { return a.treeAdd(cmd.Context(), args[0], args[1]) },
		},
		&cobra.Command{
			Use: "list", Short: "List trees: name, commit of the default branch, source, separated by tabs",
			Args: exactly(0, "no arguments"),
			RunE: func(cmd *cobra.Command, _ []string) error { return a.treeList(cmd.Context()) },
		},
		&cobra.Command{
			Use: "update NAME", Short: "Fetch what is new at the source",
			Args: exactly(1, "a name"),
			RunE: func(cmd *cobra.Command, args []string) error { return a.treeUpdate(cmd.Context(), args[0]) },
		},
		&cobra.Command{
			Use: "remove NAME", Short: "Forget a tree and delete its repository",
			SuggestFor: []string{"rm", "delete"},
			Args:       exactly(1, "a name"),
			RunE:       func(_ *cobra.Command, args []string) error { return a.treeRemove(args[0]) },
		},
	)
	return cmd
}

func (a *app) trees() (*gittree.Registry, error) {
	state, err := a.state()
	if err != nil {
		return nil, err
	}
	return gittree.OpenRegistry(state)
}

func (a *app) treeAdd(ctx context.Context, name, source string) error {
	trees, err := a.trees()
	if err != nil {
		return err
	}
	t, err := trees.Add(ctx, name, source)
	if err != nil {
		return usageError{err}
	}
	fmt.Fprintf(a.stdout, "tree %s: %s %s\n", t.Name, t.Kind, t.Source)
	return nil
}

func (a *app) treeList(ctx context.Context) error {
	trees, err := a.trees()
	if err != nil {
		return err
	}
	list, err := trees.List()
	if err != nil {
		return err
	}
	for _, t := range list {
		commit, err := headOf(ctx, trees, t.Name)
		if err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "%s\t%s\t%s\n", t.Name, commit, t.Source)
	}
	if len(list) == 0 {
		fmt.Fprintln(a.stderr, "no trees yet: fencebot tree add NAME SOURCE")
	}
	return nil
}

func headOf(ctx context.Context, trees *gittree.Registry, name string) (string, error) {
	repo, err := trees.Open(ctx, name)
	if err != nil {
		return "", err
	}
	defer repo.Close()
	commit, _, err := repo.BaseChoice(ctx, "", "")
	return commit, err
}

func (a *app) treeUpdate(ctx context.Context, name string) error {
	trees, err := a.trees()
	if err != nil {
		return err
	}
	if _, err := trees.Update(ctx, name); err != nil {
		return unknownTree(trees, name, err)
	}
	commit, err := headOf(ctx, trees, name)
	if err == nil {
		fmt.Fprintf(a.stdout, "tree %s is at %s\n", name, commit)
	}
	return err
}

func (a *app) treeRemove(name string) error {
	trees, err := a.trees()
	if err != nil {
		return err
	}
	if err := trees.Remove(name); err != nil {
		return unknownTree(trees, name, err)
	}
	fmt.Fprintf(a.stdout, "tree %s removed\n", name)
	return nil
}

// unknownTree adds the names that there are to an error about one there is not.
func unknownTree(trees *gittree.Registry, name string, err error) error {
	if !errors.Is(err, gittree.ErrUnknownTree) {
		return err
	}
	return usagef("no tree %q; %s", name, treeNames(trees))
}

func treeNames(trees *gittree.Registry) string {
	list, err := trees.List()
	if err != nil || len(list) == 0 {
		return "none is registered: fencebot tree add NAME SOURCE"
	}
	var names []string
	for _, t := range list {
		names = append(names, t.Name)
	}
	return "registered: " + strings.Join(names, ", ")
}

// A sourceTree is the repository that a command works on.
type sourceTree struct {
	*gittree.Repo
	name string
}

// openTree opens the tree that the user means: the one that is named, the
// configured one, the only one, or the git work tree one stands in.
func (a *app) openTree(ctx context.Context, name string) (sourceTree, error) {
	trees, err := a.trees()
	if err != nil {
		return sourceTree{}, err
	}
	if name == "" {
		name = a.cfg.Tree
	}
	if name == "" {
		list, err := trees.List()
		if err != nil {
			return sourceTree{}, err
		}
		if len(list) == 1 {
			name = list[0].Name
		}
	}
	if name == "" {
		if tree, err := kernelHere(ctx); err == nil {
			return tree, nil
		}
		return sourceTree{}, usagef("which tree? Say --tree NAME; %s", treeNames(trees))
	}
	repo, err := trees.Open(ctx, name)
	if err != nil {
		return sourceTree{}, unknownTree(trees, name, err)
	}
	return sourceTree{repo, name}, nil
}
