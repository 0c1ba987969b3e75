// SPDX-License-Identifier: MIT

package gittree

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func newRegistry(t *testing.T) *Registry {
	t.Helper()
	g, err := OpenRegistry(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// wantTree opens a tree and checks its default branch against a tree id.
func wantTree(t *testing.T, g *Registry, name, tree string) {
	t.Helper()
	r, err := g.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	commit, _, err := r.BaseChoice(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.TreeID(t.Context(), commit); got != tree || err != nil {
		t.Errorf("tree %s: %s, %v; want %s", name, got, err, tree)
	}
	if fsck := runGit(t, r.Dir(), "fsck", "--full", "--no-dangling"); fsck != "" {
		t.Errorf("git fsck: %s", fsck)
	}
}

func TestRegistryOfRepositories(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, text("a", "1\n"), text("a", "2\n"))
	clone := filepath.Join(t.TempDir(), "clone")
	runGit(t, dir, "clone", "--quiet", "--shared", dir, clone)
	g := newRegistry(t)
	for name, source := range map[string]string{"local": clone, "bare": filepath.Join(dir, ".git"), "url": "file://" + dir} {
		tree, err := g.Add(t.Context(), name, source)
		if err != nil {
			t.Fatal(err)
		}
		if tree.Name != name || tree.Updated.IsZero() {
			t.Errorf("Add = %+v", tree)
		}
		wantTree(t, g, name, runGit(t, dir, "rev-parse", c[1]+"^{tree}"))
	}
	next := addCommits(t, dir, c[1], text("a", "3\n"))[0]
	runGit(t, dir, "branch", "topic", c[0])
	for _, name := range []string{"bare", "url"} {
		if _, err := g.Update(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		wantTree(t, g, name, runGit(t, dir, "rev-parse", next+"^{tree}"))
	}
	runGit(t, dir, "branch", "-D", "topic")
	if _, err := g.Update(t.Context(), "bare"); err != nil {
		t.Fatal(err)
	}
	bare, err := g.Get("bare")
	if err != nil {
		t.Fatal(err)
	}
	if refs := runGit(t, bare.Dir, "for-each-ref", "--format=%(refname)"); refs != "refs/heads/main" {
		t.Errorf("refs after the branch went: %s", refs)
	}
	list, err := g.List()
	if err != nil || len(list) != 3 || list[0].Name != "bare" || list[0].Kind != KindLocal || list[2].Kind != KindURL {
		t.Errorf("List = %+v, %v", list, err)
	}
	if err := g.Remove("url"); err != nil {
		t.Error(err)
	}
	if err := g.Remove("url"); !errors.Is(err, ErrUnknownTree) {
		t.Errorf("second Remove: %v; want ErrUnknownTree", err)
	}
	if _, err := g.Open(t.Context(), "url"); !errors.Is(err, ErrUnknownTree) {
		t.Errorf("Open of a removed tree: %v; want ErrUnknownTree", err)
	}
}

func TestRegistryDetachedHead(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, text("a", "1\n"), text("a", "2\n"))
	runGit(t, dir, "checkout", "--quiet", "--detach", c[0])
	g := newRegistry(t)
	if _, err := g.Add(t.Context(), "x", dir); err != nil {
		t.Fatal(err)
	}
	wantTree(t, g, "x", runGit(t, dir, "rev-parse", c[0]+"^{tree}"))
}

func TestRegistryShallowClone(t *testing.T) {
	t.Parallel()
	dir, c := newRepo(t, text("a", "1\n"), text("a", "2\n"), text("a", "3\n"))
	clone := filepath.Join(t.TempDir(), "clone")
	runGit(t, dir, "clone", "--quiet", "--depth=2", "file://"+dir, clone)
	linked := filepath.Join(t.TempDir(), "linked")
	runGit(t, clone, "worktree", "add", "--quiet", "--detach", linked)
	g := newRegistry(t)
	for name, source := range map[string]string{"shallow": clone, "linked": linked} {
		if _, err := g.Add(t.Context(), name, source); err != nil {
			t.Fatal(err)
		}
		if _, err := g.Update(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		r, err := g.Open(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if rng, err := r.Range(t.Context(), c[1], c[2]); err != nil || len(rng.Commits) != 1 {
			t.Errorf("%s: Range = %+v, %v; want one commit", name, rng, err)
		}
	}
}

// A member is one entry of a test archive.
type member struct {
	name, data, link string
	mode             int64
	kind             byte
}

func archive(t testing.TB, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range members {
		h := &tar.Header{Name: m.name, Mode: m.mode, Size: int64(len(m.data)), Linkname: m.link,
			Typeflag: m.kind, ModTime: time.Unix(1700000000, 0)}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(m.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// debianLike is a source tarball with a .gitignore that ignores all of it.
func debianLike(t testing.TB) []byte {
	return archive(t,
		member{name: "linux-source-6.12/", kind: tar.TypeDir, mode: 0o755},
		member{name: "linux-source-6.12/.gitignore", data: "*\n", mode: 0o644},
		member{name: "linux-source-6.12/Makefile", data: "all:\n", mode: 0o644},
		member{name: "linux-source-6.12/scripts/run.sh", data: "#!/bin/sh\n", mode: 0o755},
		member{name: "linux-source-6.12/scripts/link", link: "../Makefile", kind: tar.TypeSymlink, mode: 0o777},
	)
}

func TestRegistryTarball(t *testing.T) {
	t.Parallel()
	dir, _ := newRepo(t, files{".gitignore": {data: "*\n"}, "Makefile": {data: "all:\n"},
		"scripts/run.sh": {mode: 0o100755, data: "#!/bin/sh\n"}, "scripts/link": {mode: 0o120000, data: "../Makefile"}})
	want := runGit(t, dir, "rev-parse", "HEAD^{tree}")
	plain := debianLike(t)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	xz := exec.CommandContext(t.Context(), "xz", "--stdout")
	xz.Stdin = bytes.NewReader(plain)
	xzipped, err := xz.Output()
	if err != nil {
		t.Skipf("no xz program: %v", err)
	}
	g := newRegistry(t)
	for name, data := range map[string][]byte{"s.tar": plain, "s.tar.gz": zipped.Bytes(), "s.tar.xz": xzipped} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		tree := strings.ReplaceAll(name, ".", "-")
		if _, err := g.Add(t.Context(), tree, file); err != nil {
			t.Fatal(err)
		}
		wantTree(t, g, tree, want)
		if err := os.WriteFile(file, data[:len(data)/2], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := g.Update(t.Context(), tree); err == nil {
			t.Errorf("%s: half a tarball: no error", name)
		}
		if _, err := g.Add(t.Context(), "half", file); err == nil {
			t.Errorf("%s: half a tarball as a new tree: no error", name)
		}
		wantTree(t, g, tree, want)
	}
	if left, _ := filepath.Glob(filepath.Join(g.dir, tmpPrefix+"*")); len(left) > 0 {
		t.Errorf("half-made trees left: %v", left)
	}
}

func TestRegistryTarballUpdate(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "s.tar")
	write := func(data string) {
		t.Helper()
		if err := os.WriteFile(file, archive(t, member{name: "top/f", data: data, mode: 0o644}), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("1\n")
	g := newRegistry(t)
	if _, err := g.Add(t.Context(), "s", file); err != nil {
		t.Fatal(err)
	}
	dir, c := newRepo(t, text("f", "1\n"), text("f", strings.Repeat("2\n", 2000)))
	wantTree(t, g, "s", runGit(t, dir, "rev-parse", c[0]+"^{tree}"))
	write(strings.Repeat("2\n", 2000))
	if _, err := g.Update(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	wantTree(t, g, "s", runGit(t, dir, "rev-parse", c[1]+"^{tree}"))
}

func TestRegistryRefuses(t *testing.T) {
	t.Parallel()
	g := newRegistry(t)
	dir, _ := newRepo(t, text("a", "1\n"))
	for _, name := range []string{"", ".", "..", "a/b", "-x", ".x", "a b", "x.git", "x.lock", "ä", strings.Repeat("a", 65), "a\n"} {
		if _, err := g.Add(t.Context(), name, dir); err == nil {
			t.Errorf("tree name %q: no error", name)
		}
	}
	for _, source := range []string{"", "-x", "--upload-pack=touch x", "ext::sh -c touch% x", "no/such/dir", t.TempDir(), "gopher://x/y",
		"file:///no/such/repository"} {
		if _, err := g.Add(t.Context(), "x", source); err == nil {
			t.Errorf("source %q: no error", source)
		}
	}
	for name, m := range map[string]member{
		"absolute":  {name: "/etc/x", data: "x", mode: 0o644},
		"dot dot":   {name: "t/../../x", data: "x", mode: 0o644},
		"git":       {name: "t/.git/config", data: "x", mode: 0o644},
		"link out":  {name: "t/l", link: "../../x", kind: tar.TypeSymlink},
		"hard link": {name: "t/l", link: "t/f", kind: tar.TypeLink},
		"device":    {name: "t/d", kind: tar.TypeChar},
	} {
		file := filepath.Join(t.TempDir(), "x.tar")
		if err := os.WriteFile(file, archive(t, m), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := g.Add(t.Context(), "x", file); err == nil {
			t.Errorf("tarball with %s: no error", name)
		}
	}
	if list, err := g.List(); err != nil || len(list) != 0 {
		t.Errorf("List = %v, %v; want nothing", list, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.Add(ctx, "x", dir); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled Add: %v", err)
	}
	unlock, err := g.lock("busy")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if _, err := g.Add(t.Context(), "busy", dir); !errors.Is(err, ErrBusy) {
		t.Errorf("Add of a locked tree: %v; want ErrBusy", err)
	}
}
