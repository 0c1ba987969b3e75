// SPDX-License-Identifier: MIT

package gittree

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fencebot/fencebot/patch"
)

// maxPending is how many bytes of new files are held before they are written.
const maxPending = 64 << 20

// Apply puts the patches of s on base, one commit each, with author, date and
// message as git am makes them. A patch that does not fit as it is goes through
// a 3-way merge; one whose change turns out to be there already gives no commit
// and is listed in Skipped. The caller has seen to it that s is complete.
//
// The error is a [*patch.ConflictError] or a [*patch.RefusedError] when the
// series is at fault; then nothing refers to what may have been written.
func (r *Repo) Apply(ctx context.Context, base string, s patch.Series) (Range, error) {
	return r.apply(ctx, base, s, false)
}

// apply is Apply; with strict, what does not fit as it is is a conflict.
func (r *Repo) apply(ctx context.Context, base string, s patch.Series, strict bool) (Range, error) {
	commit, err := r.Resolve(ctx, base)
	if err != nil {
		return Range{}, err
	}
	b, err := r.newBuilder(ctx, commit)
	if err != nil {
		return Range{}, err
	}
	b.strict = strict
	for _, p := range s.Patches {
		if err := b.add(ctx, p); err != nil {
			return Range{Tree: r.name, Base: commit}, err
		}
	}
	if err := b.flush(ctx); err != nil {
		return Range{}, err
	}
	return Range{Tree: r.name, Base: commit, Commits: b.done, Skipped: b.skipped}, nil
}

// A builder puts patches on top of each other.
type builder struct {
	repo    *Repo
	strict  bool // never merge
	view    *layer
	tip     string      // the last commit written
	when    string      // date of the base, for patches without one
	pending []newCommit // not written yet
	size    int         // bytes of new files in pending
	meta    []Commit    // of pending
	done    []Commit
	skipped []Skipped
}

func (r *Repo) newBuilder(ctx context.Context, commit string) (*builder, error) {
	tree, err := r.TreeID(ctx, commit)
	if err != nil {
		return nil, fmt.Errorf("read base: %w", err)
	}
	when, err := r.dateOf(ctx, commit)
	if err != nil {
		return nil, fmt.Errorf("read base: %w", err)
	}
	return &builder{repo: r, view: newLayer(r, tree), tip: commit, when: when}, nil
}

// dateOf returns the committer date of a commit as stored.
func (r *Repo) dateOf(ctx context.Context, commit string) (string, error) {
	o, err := r.reader.read(ctx, commit, maxObject)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(o.data)) {
		if rest, ok := strings.CutPrefix(line, "committer "); ok {
			f := strings.Fields(rest[strings.LastIndexByte(rest, '>')+1:])
			if len(f) == 2 {
				return f[0] + " " + f[1], nil
			}
		}
		if line == "\n" {
			break
		}
	}
	return "0 +0000", nil
}

func (b *builder) add(ctx context.Context, p patch.Patch) error {
	d, err := patch.ParseDiff(p)
	if err != nil {
		return err
	}
	changes, err := d.Apply(ctx, b.view)
	if c, ok := errors.AsType[*patch.ConflictError](err); ok && !b.strict {
		return b.merge(ctx, p, d, c)
	}
	if err != nil {
		return err
	}
	b.view.apply(changes)
	b.queue(p, newCommit{changes: changes})
	if b.size += sizeOf(changes); b.size > maxPending {
		return b.flush(ctx)
	}
	return nil
}

// queue completes c with what p says about author and message.
func (b *builder) queue(p patch.Patch, c newCommit) {
	when := b.when
	if !p.Date.IsZero() {
		when = gitDate(p.Date)
	}
	c.author = ident{p.Author.Name, p.Author.Addr, when}
	if cleanIdent(c.author.name) == "" {
		c.author.name = p.Author.Addr
	}
	c.committer = ident{b.repo.opts.Name, b.repo.opts.Email, when}
	c.message = message(p)
	c.from = b.tip
	if n := len(b.pending); n > 0 {
		c.from = fmt.Sprintf(":%d", n)
	}
	b.pending = append(b.pending, c)
	b.meta = append(b.meta, Commit{Subject: p.Subject, Patch: p.Number})
}

// gitDate writes a time as git stores it. Times before 1970 become 1970.
func gitDate(t time.Time) string {
	return fmt.Sprintf("%d %s", max(t.Unix(), 0), t.Format("-0700"))
}

// message is the commit message of p: no NUL, one newline at the end.
func message(p patch.Patch) string {
	text := strings.TrimSpace(p.Subject)
	if body := strings.TrimRight(p.Body, " \t\n"); body != "" {
		text += "\n\n" + body
	}
	return strings.ReplaceAll(text, "\x00", "") + "\n"
}

// flush writes the pending commits.
func (b *builder) flush(ctx context.Context) error {
	if len(b.pending) == 0 {
		return nil
	}
	ids, err := b.repo.write(ctx, b.pending)
	if err != nil {
		return fmt.Errorf("write commits: %w", err)
	}
	for i, id := range ids {
		c := b.meta[i]
		c.ID = id
		if c.Tree, err = b.repo.TreeID(ctx, id); err != nil {
			return fmt.Errorf("read new commit: %w", err)
		}
		b.done = append(b.done, c)
		b.tip = id
		b.view = newLayer(b.repo, c.Tree)
	}
	b.pending, b.meta, b.size = nil, nil, 0
	return nil
}
