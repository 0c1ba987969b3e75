// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/fencebot/fencebot/patch"
)

// FilesWith returns the C files of a commit (.c and .h) that hold one of words
// as a whole word, in the order of their paths. It reads the whole tree: about
// four seconds for a kernel.
func (r *Repo) FilesWith(ctx context.Context, commit string, words ...string) ([]string, error) {
	return r.filesWith(ctx, commit, words, "*.c", "*.h")
}

// SourcesWith is FilesWith for the .c files of one directory and, with deep,
// those below it. A directory whose name means something to git's patterns has
// none.
func (r *Repo) SourcesWith(ctx context.Context, commit, dir string, deep bool, words ...string) ([]string, error) {
	if strings.ContainsAny(dir, "*?[]\\") {
		return nil, nil
	}
	pattern := ":(glob)" + dir + "/*.c"
	if deep {
		pattern = ":(glob)" + dir + "/**/*.c"
	}
	return r.filesWith(ctx, commit, words, pattern)
}

// filesWith searches the files of some pathspecs.
func (r *Repo) filesWith(ctx context.Context, commit string, words []string, specs ...string) ([]string, error) {
	if !isObjectID(commit) || len(words) == 0 {
		return nil, fmt.Errorf("search commit %q for %d words: not an object id, or no words", commit, len(words))
	}
	args := []string{"grep", "-l", "-z", "-w", "-F", "--no-textconv", "--no-color", "--full-name"}
	for _, w := range words {
		args = append(args, "-e", w)
	}
	out, err := r.git.output(ctx, append(append(args, commit, "--"), specs...)...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 1 && ctx.Err() == nil {
		return nil, nil // nothing found
	}
	if err != nil {
		return nil, fmt.Errorf("search commit %s: %w", commit, err)
	}
	var files []string
	for name := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		if path, ok := strings.CutPrefix(name, commit+":"); ok {
			files = append(files, path)
		}
	}
	return files, nil
}

// File returns the contents of a regular file of a commit; false when the
// commit has none of that path. One that is too large gives patch.ErrTooBig.
func (r *Repo) File(ctx context.Context, commit, path string) ([]byte, bool, error) {
	tree, err := r.TreeID(ctx, commit)
	if err != nil {
		return nil, false, err
	}
	e, ok, err := r.entry(ctx, tree, path)
	if err != nil || !ok || e.Mode != patch.ModeFile && e.Mode != patch.ModeExec {
		return nil, false, err
	}
	data, err := r.blob(ctx, e.ID)
	return data, err == nil, err
}

// A Span is a part of a file that differs from an older one: Lines lines from
// Start on, counted from 1. With 0 Lines, some were removed behind line Start.
type Span struct{ Start, Lines int }

// ChangedLines returns the parts of the file at path in commit to that differ
// from commit from, in order. A file that only one of them has differs whole.
func (r *Repo) ChangedLines(ctx context.Context, from, to, path string) ([]Span, error) {
	m, err := r.mapLines(ctx, from, to, path)
	if err != nil {
		return nil, err
	}
	var spans []Span
	for _, h := range m {
		spans = append(spans, Span{h.newStart, h.newLines})
	}
	return spans, nil
}
