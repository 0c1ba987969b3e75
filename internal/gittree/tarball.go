// SPDX-License-Identifier: MIT

package gittree

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/fencebot/fencebot/patch"
)

// Limits on a source tarball: about ten times a kernel.
const (
	maxTarFiles = 1_000_000
	maxTarBytes = 16 << 30
)

// tarBranch is the branch that a tarball becomes.
const tarBranch = "refs/heads/main"

// importTarball makes one commit of a source tarball, without a work tree: git
// add would obey the .gitignore in it, and that of Debian's linux-source hides
// everything. The commit's date is that of the newest file, so that the same
// tarball always gives the same commit.
func importTarball(ctx context.Context, dst git, path, title string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("import tarball: %w", err)
	}
	defer f.Close()
	plain, wait, err := unpacker(ctx, f, path)
	if err != nil {
		return err
	}
	whole := &endReader{r: plain}
	tree, newest, err := importTar(ctx, dst, tar.NewReader(whole))
	if err != nil {
		wait()
		return fmt.Errorf("import tarball %s: %w", path, err)
	}
	_, err = io.Copy(io.Discard, whole) // padding; and the check sum at the end
	if err = errors.Join(err, wait()); err != nil {
		return fmt.Errorf("unpack tarball %s: %w", path, err)
	}
	if !whole.ended() {
		return fmt.Errorf("unpack tarball %s: %w", path, io.ErrUnexpectedEOF)
	}
	return commitTree(ctx, dst, tree, title, newest)
}

// importTar streams the archive into git fast-import and returns the tree below
// its single top directory, or the whole one if there are several.
func importTar(ctx context.Context, dst git, tr *tar.Reader) (tree string, newest time.Time, err error) {
	f, err := dst.startImport(ctx)
	if err != nil {
		return "", newest, err
	}
	who := ident{"fencebot", "fencebot@localhost", "0 +0000"}
	f.commit(newCommit{author: who, committer: who, message: "import\n"})
	in := tarImport{f: f, tops: map[string]bool{}}
	if err := in.run(tr); err != nil {
		return "", newest, f.abort(err)
	}
	ids, err := f.finish(ctx, strings.Repeat("0", 40))
	if err != nil {
		return "", newest, err
	}
	rev := ids[0] + "^{tree}"
	if len(in.tops) == 1 && !in.atTop {
		for top := range in.tops {
			rev = ids[0] + ":" + top
		}
	}
	out, err := dst.output(ctx, "rev-parse", "--verify", "--end-of-options", rev)
	return strings.TrimSpace(out), in.newest, err
}

func commitTree(ctx context.Context, dst git, tree, title string, when time.Time) error {
	date := fmt.Sprintf("%d +0000", max(when.Unix(), 0))
	cmd := dst.command(ctx, "commit-tree", "-m", title, tree)
	cmd.Env = append(cmd.Env,
		"GIT_AUTHOR_NAME=fencebot", "GIT_AUTHOR_EMAIL=fencebot@localhost", "GIT_AUTHOR_DATE="+date,
		"GIT_COMMITTER_NAME=fencebot", "GIT_COMMITTER_EMAIL=fencebot@localhost", "GIT_COMMITTER_DATE="+date)
	out, err := outputOf(ctx, cmd)
	if err != nil {
		return err
	}
	if _, err := dst.output(ctx, "update-ref", tarBranch, strings.TrimSpace(out)); err != nil {
		return err
	}
	_, err = dst.output(ctx, "symbolic-ref", "HEAD", tarBranch)
	return err
}

// A tarImport is the state of streaming an archive.
type tarImport struct {
	f      *fastImport
	tops   map[string]bool // first parts of all names
	atTop  bool            // there is a file outside of any directory
	newest time.Time
	files  int
	bytes  int64
}

func (t *tarImport) run(tr *tar.Reader) error {
	for {
		h, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("read archive: %w", err)
		}
		if err := t.add(h, tr); err != nil {
			return fmt.Errorf("%q: %w", h.Name, err)
		}
	}
	if t.files == 0 {
		return errors.New("no file in it")
	}
	return nil
}

func (t *tarImport) add(h *tar.Header, body io.Reader) error {
	switch h.Typeflag {
	case tar.TypeDir, tar.TypeXGlobalHeader:
		return nil
	case tar.TypeReg, tar.TypeSymlink:
	default:
		return fmt.Errorf("neither file nor symbolic link (type %q)", h.Typeflag)
	}
	name := strings.TrimPrefix(h.Name, "./")
	if err := patch.CheckPath(name); err != nil {
		return err
	}
	if t.files++; t.files > maxTarFiles {
		return fmt.Errorf("more than %d files", maxTarFiles)
	}
	if t.bytes += h.Size; t.bytes > maxTarBytes {
		return fmt.Errorf("more than %d bytes", int64(maxTarBytes))
	}
	top, rest, below := strings.Cut(name, "/")
	t.tops[top] = true
	t.atTop = t.atTop || !below
	if h.ModTime.After(t.newest) {
		t.newest = h.ModTime
	}
	if h.Typeflag == tar.TypeSymlink {
		if err := patch.CheckLink(rest, h.Linkname); err != nil {
			return err
		}
		return t.f.file(patch.ModeSymlink, name, int64(len(h.Linkname)), strings.NewReader(h.Linkname))
	}
	mode := patch.ModeFile
	if h.Mode&0o100 != 0 {
		mode = patch.ModeExec
	}
	return t.f.file(mode, name, h.Size, body)
}
