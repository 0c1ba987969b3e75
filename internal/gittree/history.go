// SPDX-License-Identifier: MIT

package gittree

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// maxRange bounds the commits of a range from a work tree.
const maxRange = 1000

// Range returns the commits from a to b, for "--range A..B". The base is the
// merge base of a and b; a merge commit counts as one step, with all it brings.
func (r *Repo) Range(ctx context.Context, a, b string) (Range, error) {
	from, err := r.Resolve(ctx, a)
	if err != nil {
		return Range{}, err
	}
	to, err := r.Resolve(ctx, b)
	if err != nil {
		return Range{}, err
	}
	out, err := r.git.output(ctx, "merge-base", "--", from, to)
	base := strings.TrimSpace(out)
	if err != nil || !isObjectID(base) {
		return Range{}, fmt.Errorf("find the base of %s..%s: they have no common commit", a, b)
	}
	out, err = r.git.output(ctx, "log", "--no-show-signature", "--first-parent", "--reverse", "--format=%H %T %s",
		fmt.Sprintf("--max-count=%d", maxRange+1), base+".."+to, "--")
	if err != nil {
		return Range{}, fmt.Errorf("list commits: %w", err)
	}
	rng := Range{Tree: r.name, Base: base, BaseWhy: "the start of the range " + a + ".." + b}
	if base != from {
		rng.BaseWhy = "where " + b + " left " + a
	}
	for line := range strings.Lines(out) {
		id, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		tree, subject, _ := strings.Cut(rest, " ")
		rng.Commits = append(rng.Commits, Commit{ID: id, Tree: tree, Subject: subject, Patch: len(rng.Commits) + 1})
	}
	if len(rng.Commits) > maxRange {
		return Range{}, fmt.Errorf("list commits: %s..%s has more than %d", a, b, maxRange)
	}
	return rng, nil
}

// Uncommitted returns how many files of the work tree at dir differ from its
// HEAD, without untracked ones. It is for the user's own work tree: a
// repository that belongs to someone else is an error.
func Uncommitted(ctx context.Context, dir string) (int, error) {
	cmd := inTree(ctx, dir, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
		"status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all", "-z", "--no-renames")
	out, err := outputOf(ctx, cmd)
	if err != nil {
		return 0, fmt.Errorf("look for uncommitted changes: %w", err)
	}
	return strings.Count(out, "\x00"), nil
}

// inTree prepares a git command in a directory, where git finds the repository.
func inTree(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...)
	cmd.Env = gitEnv(os.Environ())
	polite(cmd)
	return cmd
}

// ChangedFiles returns the paths that differ between two commits, sorted. A
// renamed file is in it under both names.
func (r *Repo) ChangedFiles(ctx context.Context, a, b string) ([]string, error) {
	diffs, err := r.differences(ctx, a, b)
	if err != nil {
		return nil, err
	}
	paths := make([]string, len(diffs))
	for i, d := range diffs {
		paths[i] = d.path
	}
	return paths, nil
}

// Import copies the commits of rng, which is in from, into r, so that later
// stages need only one repository.
func (r *Repo) Import(ctx context.Context, from *Repo, rng Range) error {
	want := rng.Tip() + "\n" + rng.Base + "\n"
	pack := []string{"pack-objects", "--quiet", "--revs", "--stdout"}
	if o, err := r.reader.info(ctx, rng.Base); err == nil && o.kind == "commit" {
		want = rng.Tip() + "\n^" + rng.Base + "\n"
		pack = append(pack, "--thin")
	} else if o.kind == "" {
		return fmt.Errorf("import commits: %w", err)
	}
	src := from.git.command(ctx, pack...)
	dst := r.git.command(ctx, "index-pack", "--stdin", "--fix-thin")
	src.Stdin = strings.NewReader(want)
	var srcErr, dstErr bytes.Buffer
	src.Stderr, dst.Stderr = &srcErr, &dstErr
	pipe, err := src.StdoutPipe()
	if err != nil {
		return fmt.Errorf("import commits: %w", err)
	}
	dst.Stdin = bufio.NewReader(pipe)
	if err := src.Start(); err != nil {
		return fmt.Errorf("import commits: %w", err)
	}
	err = dst.Run()
	if err != nil {
		err = commandError(ctx, dst, err, dstErr.String())
	}
	if wait := src.Wait(); wait != nil {
		err = errors.Join(commandError(ctx, src, wait, srcErr.String()), err)
	}
	if err != nil {
		return fmt.Errorf("import commits: %w", err)
	}
	return nil
}
