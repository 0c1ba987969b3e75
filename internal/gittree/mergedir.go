// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A mergeDir is a repository of its own for one merge, on the objects of
// another. Its work tree starts empty: git takes a missing file for an unchanged
// one. It has no configuration: a .gitattributes file can name filters and merge
// programs, and those of the user's own repository are not for strangers' files.
type mergeDir struct {
	git     git
	objects string
	files   string // the work tree
}

func (r *Repo) newMergeDir(dir string) (mergeDir, error) {
	m := mergeDir{git: git{dir: filepath.Join(dir, "git")}, objects: r.objects, files: filepath.Join(dir, "files")}
	config := "[core]\n\trepositoryformatversion = 0\n"
	if r.idLen == 64 {
		config = "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n"
	}
	err := errors.Join(
		os.MkdirAll(filepath.Join(m.git.dir, "refs"), 0o700),
		os.Mkdir(m.files, 0o700),
		os.WriteFile(filepath.Join(m.git.dir, "HEAD"), []byte("ref: refs/heads/main\n"), 0o600),
		os.WriteFile(filepath.Join(m.git.dir, "config"), []byte(config), 0o600))
	if err != nil {
		return mergeDir{}, fmt.Errorf("make work tree: %w", err)
	}
	return m, nil
}

func (m mergeDir) command(ctx context.Context, args ...string) *exec.Cmd {
	// As git am sets it: a directory rename on our side moves no new file.
	cmd := m.git.command(ctx, append([]string{"-c", "merge.directoryRenames=false"}, args...)...)
	cmd.Dir = m.files
	cmd.Env = append(cmd.Env, "GIT_OBJECT_DIRECTORY="+m.objects, "GIT_WORK_TREE="+m.files, "GIT_MERGE_VERBOSITY=0")
	return cmd
}

// run returns the merged tree, or the files that clash.
func (m mergeDir) run(ctx context.Context, base, ours, theirs string) (tree string, clashes []string, err error) {
	if _, err := outputOf(ctx, m.command(ctx, "read-tree", ours)); err != nil {
		return "", nil, err
	}
	_, err = outputOf(ctx, m.command(ctx, "merge-recursive", base, "--", ours, theirs))
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 1 {
		return m.clashes(ctx)
	}
	if err != nil {
		return "", nil, err
	}
	out, err := outputOf(ctx, m.command(ctx, "write-tree"))
	return strings.TrimSpace(out), nil, err
}

// clashes lists the unmerged files: "<mode> <id> <stage>\t<path>".
func (m mergeDir) clashes(ctx context.Context) (string, []string, error) {
	out, err := outputOf(ctx, m.command(ctx, "ls-files", "--unmerged", "-z"))
	if err != nil {
		return "", nil, err
	}
	names := []string{}
	for rec := range strings.SplitSeq(out, "\x00") {
		if _, name, ok := strings.Cut(rec, "\t"); ok {
			names = append(names, name)
		}
	}
	return "", names, nil
}
