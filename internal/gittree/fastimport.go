// SPDX-License-Identifier: MIT

package gittree

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"

	"github.com/fencebot/fencebot/patch"
)

// A newCommit is a commit to be written.
type newCommit struct {
	author    ident
	committer ident
	message   string
	from      string         // parent: a commit id, ":N" for the N-th of the same run, or empty for none
	tree      string         // set: the whole tree; otherwise changes are laid on that of the parent
	changes   []patch.Change // deletions before files
}

// An ident is a name, an address and a time as a commit stores them.
type ident struct {
	name, email, when string // when: seconds since 1970, blank, zone like +0100
}

func (i ident) String() string {
	return fmt.Sprintf("%s <%s> %s", cleanIdent(i.name), cleanIdent(i.email), i.when)
}

// cleanIdent drops what git's fmt_ident drops (strbuf_addstr_without_crud in
// its ident.c): control characters, angle brackets, and punctuation at the ends.
func cleanIdent(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' || strings.ContainsRune(`.,:;<>"\'`, r) })
	return strings.Map(func(r rune) rune {
		if r == '<' || r == '>' || r == '\n' || r == 0 {
			return -1
		}
		return r
	}, s)
}

// A fastImport is a running "git fast-import".
type fastImport struct {
	cmd    *exec.Cmd
	w      *bufio.Writer
	in     io.Closer
	out    *bufio.Reader
	stderr bytes.Buffer
	ref    string
	count  int
}

// startImport starts fast-import. Its commits hang on a ref of its own, which is
// gone at the end: what it writes is held by nothing but its ids, and git keeps
// such objects for two weeks.
func (g git) startImport(ctx context.Context) (*fastImport, error) {
	f := &fastImport{ref: "refs/fencebot/tmp/" + strings.ToLower(rand.Text())}
	// No deltas: each new blob would only be tried against the one before it.
	f.cmd = g.command(ctx, "-c", "core.compression=1", "fast-import", "--quiet", "--done", "--force", "--depth=0", "--date-format=raw")
	f.cmd.Stderr = &f.stderr
	in, err := f.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start git fast-import: %w", err)
	}
	out, err := f.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start git fast-import: %w", err)
	}
	if err := f.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start git fast-import: %w", err)
	}
	f.in, f.w, f.out = in, bufio.NewWriterSize(in, 256<<10), bufio.NewReader(out)
	return f, nil
}

// commit writes the head of a commit; its files follow.
func (f *fastImport) commit(c newCommit) {
	f.count++
	if c.from == "" || f.count == 1 {
		fmt.Fprintf(f.w, "reset %s\n", f.ref) // no parent but the one that is named
	}
	fmt.Fprintf(f.w, "commit %s\nmark :%d\nauthor %s\ncommitter %s\n", f.ref, f.count, c.author, c.committer)
	f.data([]byte(c.message))
	if c.from != "" && c.from != fmt.Sprintf(":%d", f.count-1) { // else it is the branch already
		fmt.Fprintf(f.w, "from %s\n", c.from)
	}
	if c.tree != "" {
		fmt.Fprintf(f.w, "M 040000 %s \"\"\n", c.tree)
	}
	for _, ch := range c.changes {
		f.change(ch)
	}
}

func (f *fastImport) change(c patch.Change) {
	switch {
	case c.Delete:
		fmt.Fprintf(f.w, "D %s\n", quote(c.Path))
	case c.Entry.ID != "":
		fmt.Fprintf(f.w, "M %06o %s %s\n", c.Entry.Mode, c.Entry.ID, quote(c.Path))
	default:
		fmt.Fprintf(f.w, "M %06o inline %s\n", c.Entry.Mode, quote(c.Path))
		f.data(c.Entry.Data)
	}
}

func (f *fastImport) data(b []byte) {
	f.w.WriteString("data " + strconv.Itoa(len(b)) + "\n")
	f.w.Write(b)
	f.w.WriteByte('\n')
}

// file writes one file of the current commit from a reader.
func (f *fastImport) file(mode patch.Mode, path string, size int64, body io.Reader) error {
	fmt.Fprintf(f.w, "M %06o inline %s\ndata %d\n", mode, quote(path), size)
	if _, err := io.CopyN(f.w, body, size); err != nil {
		return err
	}
	return f.w.WriteByte('\n')
}

// abort ends a run of which nothing is to be kept, and adds to err what git had
// to say, which is the cause when err is a broken pipe.
func (f *fastImport) abort(err error) error {
	_ = f.cmd.Process.Kill()
	_ = f.in.Close()
	_ = f.cmd.Wait()
	if said := strings.TrimSpace(f.stderr.String()); said != "" {
		return fmt.Errorf("%w: git fast-import: %s", err, said)
	}
	return err
}

// finish ends the run and returns the ids of its commits in order. A write that
// failed before shows here.
func (f *fastImport) finish(ctx context.Context, zero string) ([]string, error) {
	for n := range f.count {
		fmt.Fprintf(f.w, "get-mark :%d\n", n+1)
	}
	fmt.Fprintf(f.w, "reset %s\nfrom %s\n\ndone\n", f.ref, zero)
	err := f.w.Flush()
	f.in.Close()
	var ids []string
	for len(ids) < f.count && err == nil {
		var line string
		if line, err = f.out.ReadString('\n'); err == nil {
			ids = append(ids, strings.TrimSpace(line))
		}
	}
	_, _ = io.Copy(io.Discard, f.out)
	if wait := f.cmd.Wait(); wait != nil {
		err = wait
	}
	if err != nil {
		return nil, commandError(ctx, f.cmd, err, f.stderr.String())
	}
	return ids, nil
}

// write writes commits in one go and returns their ids.
func (r *Repo) write(ctx context.Context, commits []newCommit) ([]string, error) {
	f, err := r.git.startImport(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range commits {
		f.commit(c)
	}
	return f.finish(ctx, strings.Repeat("0", r.idLen))
}
