// SPDX-License-Identifier: MIT

package gittree

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
)

// A file is one file of a tree that a test writes.
type file struct {
	mode patch.Mode // 0 is an ordinary file
	data string
}

// A files is a whole tree by path.
type files map[string]file

// text makes a tree of ordinary files: path, contents, path, contents ...
func text(pairs ...string) files {
	tree := files{}
	for i := 0; i < len(pairs); i += 2 {
		tree[pairs[i]] = file{data: pairs[i+1]}
	}
	return tree
}

// runGit runs the user's git in dir and returns what it prints.
func runGit(t testing.TB, dir string, args ...string) string {
	t.Helper()
	out, err := tryGit(t, dir, args...)
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(out)
}

func tryGit(t testing.TB, dir string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{
		"-c", "user.name=A U Thor", "-c", "user.email=author@example.org", "-c", "init.defaultBranch=main",
		"-c", "advice.detachedHead=false", "-c", "protocol.file.allow=always", "-c", "gc.auto=0"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(gitEnv(os.Environ()), "GIT_AUTHOR_DATE=1700000000 +0100", "GIT_COMMITTER_DATE=1700000000 +0100")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// newRepo makes a repository with a work tree and one commit per tree, and
// returns its directory and the commits.
func newRepo(t testing.TB, trees ...files) (dir string, commits []string) {
	t.Helper()
	dir = t.TempDir()
	runGit(t, dir, "init", "--quiet")
	commits = addCommits(t, dir, "", trees...)
	runGit(t, dir, "reset", "--quiet", "--hard")
	return dir, commits
}

// addCommits writes commits on main through git fast-import.
func addCommits(t testing.TB, dir, from string, trees ...files) []string {
	t.Helper()
	var in bytes.Buffer
	for i, tree := range trees {
		msg := fmt.Sprintf("drm/fence: change %d\n\nBecause of %d.\n", i+1, i+1)
		fmt.Fprintf(&in, "commit refs/heads/main\nmark :%d\n", i+1)
		fmt.Fprintf(&in, "author Jörg Ä. <joerg@example.org> %d +0530\n", 1600000000+i*60)
		fmt.Fprintf(&in, "committer C <c@example.org> %d +0000\ndata %d\n%s\n", 1600000000+i*60, len(msg), msg)
		if i == 0 && from != "" {
			fmt.Fprintf(&in, "from %s\n", from)
		}
		in.WriteString("deleteall\n")
		for _, p := range slices.Sorted(maps.Keys(tree)) {
			f := tree[p]
			fmt.Fprintf(&in, "M %06o inline %s\ndata %d\n%s\n", cmp.Or(f.mode, patch.ModeFile), quote(p), len(f.data), f.data)
		}
	}
	marks := filepath.Join(t.TempDir(), "marks")
	cmd := exec.CommandContext(t.Context(), "git", "fast-import", "--quiet", "--force", "--export-marks="+marks)
	cmd.Dir, cmd.Stdin, cmd.Env = dir, &in, gitEnv(os.Environ())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git fast-import: %v\n%s", err, out)
	}
	data, err := os.ReadFile(marks)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, len(trees))
	for line := range strings.Lines(string(data)) {
		var n int
		var id string
		if _, err := fmt.Sscanf(line, ":%d %s", &n, &id); err != nil {
			t.Fatal(err)
		}
		ids[n-1] = id
	}
	return ids
}

// open opens a repository until the test ends.
func open(t testing.TB, dir string) *Repo {
	t.Helper()
	r, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// series makes a series of the commits from..to, as their author would mail it.
func series(t testing.TB, dir, from, to string) patch.Series {
	t.Helper()
	s := patch.Series{Version: 1}
	for id := range strings.FieldsSeq(runGit(t, dir, "rev-list", "--reverse", from+".."+to)) {
		meta := strings.SplitN(runGit(t, dir, "log", "-1", "--format=%an%n%ae%n%aI%n%s%n%b", id), "\n", 5)
		when, err := time.Parse(time.RFC3339, meta[2])
		if err != nil {
			t.Fatal(err)
		}
		p := patch.Patch{Number: len(s.Patches) + 1, Subject: meta[3], Date: when,
			Author: mail.Address{Name: meta[0], Addr: meta[1]}}
		if len(meta) > 4 {
			p.Body = meta[4]
		}
		out, err := tryGit(t, dir, "diff-tree", "-p", "--binary", "--full-index", "-M", "-C", "--no-commit-id", id)
		if err != nil {
			t.Fatal(err)
		}
		p.Diff = out
		s.Patches = append(s.Patches, p)
	}
	s.Total = len(s.Patches)
	return s
}

// mailbox writes the commits from..to to a file as git format-patch mails them.
func mailbox(t testing.TB, dir, from, to string) string {
	t.Helper()
	out, err := tryGit(t, dir, "format-patch", "--stdout", "--full-index", "--binary", "-M", "-C", from+".."+to)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "series.mbox")
	if err := os.WriteFile(name, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
