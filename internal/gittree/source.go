// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A Kind is where a registered tree comes from.
type Kind string

// The kinds of sources.
const (
	KindURL     Kind = "url"     // fetched by git
	KindLocal   Kind = "local"   // a repository on this machine, whose objects are borrowed
	KindTarball Kind = "tarball" // .tar, .tar.gz or .tar.xz
)

// tarSuffixes are the archives that we unpack.
var tarSuffixes = [...]string{".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz"}

// sourceKind decides what source is, and makes local names absolute.
func sourceKind(ctx context.Context, source string) (Kind, string, error) {
	if source == "" || strings.HasPrefix(source, "-") || strings.ContainsAny(source, "\x00\n") {
		return "", "", fmt.Errorf("source %q is neither a URL nor a file", source)
	}
	info, err := os.Stat(source)
	switch {
	case err == nil:
	case !errors.Is(err, os.ErrNotExist):
		return "", "", fmt.Errorf("look at source: %w", err)
	case isRemote(source):
		return KindURL, source, nil
	default:
		return "", "", fmt.Errorf("look at source: %w", err)
	}
	abs, err := filepath.Abs(source)
	if err != nil {
		return "", "", fmt.Errorf("look at source: %w", err)
	}
	if info.IsDir() {
		if _, err := findGitDir(ctx, abs); err != nil {
			return "", "", fmt.Errorf("source %s is a directory but no git repository: %w", source, err)
		}
		return KindLocal, abs, nil
	}
	for _, suffix := range tarSuffixes {
		if strings.HasSuffix(abs, suffix) {
			return KindTarball, abs, nil
		}
	}
	return "", "", fmt.Errorf("source %s: its name ends in none of %s", source, strings.Join(tarSuffixes[:], " "))
}

// isRemote reports a URL or host:path, as git tells them from local names.
func isRemote(source string) bool {
	if strings.Contains(source, "::") { // a remote helper: it may run any program
		return false
	}
	scheme, _, ok := strings.Cut(source, "://")
	if ok {
		switch scheme {
		case "https", "http", "git", "ssh", "file":
			return true
		}
		return false
	}
	host, _, ok := strings.Cut(source, ":")
	return ok && host != "" && !strings.Contains(host, "/")
}

// borrow makes dst use the objects of the repository at source and takes over
// its branches and tags. Nothing is copied: it is quick, and dst is of no use
// once source is gone.
func borrow(ctx context.Context, dst git, source string) error {
	dir, err := findGitDir(ctx, source)
	if err != nil {
		return err
	}
	src := git{dir: dir}
	path, err := src.path(ctx, "objects")
	if err != nil {
		return err
	}
	if strings.ContainsAny(path, "\n\"") {
		return fmt.Errorf("borrow objects: odd path %q", path)
	}
	alternates := filepath.Join(dst.dir, "objects", "info", "alternates")
	if err := os.WriteFile(alternates, []byte(path+"\n"), 0o644); err != nil {
		return fmt.Errorf("borrow objects: %w", err)
	}
	if err := copyShallow(ctx, dst, src); err != nil {
		return fmt.Errorf("borrow objects: %w", err)
	}
	return copyRefs(ctx, dst, src)
}

// path returns the place of a part of the repository, which for a linked work
// tree is elsewhere.
func (g git) path(ctx context.Context, name string) (string, error) {
	out, err := g.output(ctx, "rev-parse", "--git-path", name)
	if err != nil {
		return "", err
	}
	path := strings.TrimSuffix(out, "\n")
	if !filepath.IsAbs(path) {
		path = filepath.Join(g.dir, path)
	}
	return path, nil
}

// copyShallow takes over where the history of a shallow clone ends; git would
// miss the commits below.
func copyShallow(ctx context.Context, dst, src git) error {
	path, err := src.path(ctx, "shallow")
	if err != nil {
		return err
	}
	to := filepath.Join(dst.dir, "shallow")
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		if err := os.Remove(to); !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	}
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}

// copyRefs makes the branches and tags of dst those of src, and HEAD as well.
// Git checks each name.
func copyRefs(ctx context.Context, dst, src git) error {
	const format = "--format=%(objectname) %(refname)"
	theirs, err := src.output(ctx, "for-each-ref", format, "refs/heads/", "refs/tags/")
	if err != nil {
		return err
	}
	ours, err := dst.output(ctx, "for-each-ref", format, "refs/heads/", "refs/tags/")
	if err != nil {
		return err
	}
	var todo strings.Builder
	keep := map[string]bool{}
	for line := range strings.Lines(theirs) {
		id, ref, _ := strings.Cut(strings.TrimSpace(line), " ")
		keep[ref] = true
		fmt.Fprintf(&todo, "update %s %s\n", ref, id)
	}
	head, err := src.output(ctx, "symbolic-ref", "--quiet", "HEAD")
	head = strings.TrimSpace(head)
	if err != nil || !keep[head] {
		if head, err = detachedHead(ctx, src, &todo); err != nil {
			return err
		}
		keep[head] = true
	}
	for line := range strings.Lines(ours) {
		if _, ref, _ := strings.Cut(strings.TrimSpace(line), " "); !keep[ref] {
			fmt.Fprintf(&todo, "delete %s\n", ref)
		}
	}
	cmd := dst.command(ctx, "update-ref", "--stdin")
	cmd.Stdin = strings.NewReader(todo.String())
	if _, err := outputOf(ctx, cmd); err != nil {
		return err
	}
	_, err = dst.output(ctx, "symbolic-ref", "HEAD", head)
	return err
}

// detachedHead gives the commit of a HEAD on no branch a branch of its own.
func detachedHead(ctx context.Context, src git, todo *strings.Builder) (string, error) {
	const branch = "refs/heads/fencebot-head"
	id, err := src.output(ctx, "rev-parse", "--verify", "HEAD^{commit}")
	if err != nil {
		return "", fmt.Errorf("read HEAD of %s: %w", src.dir, err)
	}
	fmt.Fprintf(todo, "update %s %s\n", branch, strings.TrimSpace(id))
	return branch, nil
}

// fetchURL brings the branches and tags of a remote repository.
func fetchURL(ctx context.Context, dst git, url string) error {
	heads, err := dst.output(ctx, "ls-remote", "--symref", "--", url, "HEAD")
	if err != nil {
		return err
	}
	if _, err := dst.output(ctx, "fetch", "--quiet", "--prune", "--no-auto-gc", "--no-write-fetch-head", "--force", "--",
		url, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"); err != nil {
		return err
	}
	for line := range strings.Lines(heads) { // "ref: refs/heads/main\tHEAD"
		ref, _, _ := strings.Cut(strings.TrimPrefix(line, "ref: "), "\t")
		if strings.HasPrefix(line, "ref: refs/heads/") {
			_, err := dst.output(ctx, "symbolic-ref", "HEAD", ref)
			return err
		}
	}
	return nil
}
