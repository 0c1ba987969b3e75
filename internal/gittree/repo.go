// SPDX-License-Identifier: MIT

package gittree

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"github.com/fencebot/fencebot/patch"
)

// Options configures a [Repo]. The zero value is useful.
type Options struct {
	// Name and Email are the committer of applied patches; default "fencebot"
	// and "fencebot@localhost". The committer date is always the author date,
	// so that the same series on the same base gives the same commit ids.
	Name, Email string
}

func (o Options) withDefaults() Options {
	o.Name = cmp.Or(o.Name, "fencebot")
	o.Email = cmp.Or(o.Email, "fencebot@localhost")
	return o
}

// A Repo is an open repository. It may be used by several goroutines.
type Repo struct {
	git     git
	objects string // directory of its objects
	name    string // for Range.Tree
	opts    Options
	idLen   int // of an object id in hex
	reader  *catFile

	mu    sync.Mutex
	trees map[string]map[string]patch.Entry // parsed tree objects by id
	held  int                               // entries in trees
}

// Open opens the repository at dir with default options: a bare one, the top of
// a work tree, or a directory within. Close it after use.
func Open(ctx context.Context, dir string) (*Repo, error) {
	return Options{}.Open(ctx, dir)
}

// Open is [Open] with other options.
func (o Options) Open(ctx context.Context, dir string) (*Repo, error) {
	gitDir, err := findGitDir(ctx, dir)
	if err != nil {
		return nil, err
	}
	g := git{dir: gitDir}
	out, err := g.output(ctx, "rev-parse", "--show-object-format", "--git-path", "objects")
	if err != nil {
		return nil, fmt.Errorf("open repository %s: %w", dir, err)
	}
	format, objects, _ := strings.Cut(strings.TrimSuffix(out, "\n"), "\n")
	if !filepath.IsAbs(objects) {
		objects = filepath.Join(gitDir, objects)
	}
	r := &Repo{git: g, objects: objects, name: dir, opts: o.withDefaults(), idLen: 40, trees: map[string]map[string]patch.Entry{}}
	if format == "sha256" {
		r.idLen = 64
	}
	r.reader = &catFile{git: g}
	return r, nil
}

// findGitDir asks git for the git directory of dir.
func findGitDir(ctx context.Context, dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("open repository: %w", err)
	}
	out, err := outputOf(ctx, inTree(ctx, abs, "-c", "safe.directory=*", "rev-parse", "--absolute-git-dir"))
	if err != nil {
		return "", fmt.Errorf("open repository %s: %w", dir, err)
	}
	return strings.TrimSuffix(out, "\n"), nil
}

// Dir returns the git directory.
func (r *Repo) Dir() string { return r.git.dir }

// Close ends the reading process.
func (r *Repo) Close() error {
	r.reader.close()
	return nil
}

// Resolve returns the commit that rev names. rev is a revision as users write
// it; do not pass one from a mail.
func (r *Repo) Resolve(ctx context.Context, rev string) (string, error) {
	if rev == "" || strings.ContainsAny(rev, "\x00\n") {
		return "", fmt.Errorf("resolve revision %q: not a revision", rev)
	}
	out, err := r.git.output(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	id := strings.TrimSpace(out)
	if ctx.Err() != nil {
		return "", err
	}
	if err != nil || !isObjectID(id) {
		return "", fmt.Errorf("resolve revision %q: %w", rev, ErrUnknownRev)
	}
	return id, nil
}

// TreeID returns the tree id of a commit, which is given by its full id.
func (r *Repo) TreeID(ctx context.Context, commit string) (string, error) {
	o, err := r.reader.read(ctx, commit, maxObject)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(o.data), "\n")
	id, ok := strings.CutPrefix(line, "tree ")
	if o.kind != "commit" || !ok || !isObjectID(id) {
		return "", fmt.Errorf("read commit %s: it is a %s", commit, o.kind)
	}
	return id, nil
}
