// SPDX-License-Identifier: MIT

package gittree

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fencebot/fencebot/patch"
)

// BenchmarkApplyKernel applies a series of 50 patches with 3 files each on the
// whole kernel tree, a new fencebot each time, and reports how many times longer
// "git am" takes for the same mails on the same machine. It needs a kernel
// repository in FENCEBOT_KERNEL_GIT.
func BenchmarkApplyKernel(b *testing.B) {
	kernel := os.Getenv("FENCEBOT_KERNEL_GIT")
	if kernel == "" {
		b.Skip("FENCEBOT_KERNEL_GIT does not name a kernel repository")
	}
	dir := filepath.Join(b.TempDir(), "linux")
	runGit(b, ".", "clone", "--quiet", "--shared", "--no-checkout", kernel, dir)
	base := runGit(b, dir, "rev-parse", "HEAD")
	tip := kernelSeries(b, dir, base, 50, 3)
	s := series(b, dir, base, tip)
	am, want := timeGitAm(b, dir, base, mailbox(b, dir, base, tip))
	var tree string
	for b.Loop() {
		tree = applyOnce(b, dir, base, s)
	}
	if tree != want {
		b.Fatalf("tree %s; git am makes %s", tree, want)
	}
	each := b.Elapsed() / time.Duration(b.N)
	b.ReportMetric(am.Seconds(), "git-am-s")
	b.ReportMetric(am.Seconds()/each.Seconds(), "times-faster")
}

func applyOnce(b *testing.B, dir, base string, s patch.Series) string {
	r, err := Open(b.Context(), dir)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	got, err := r.Apply(b.Context(), base, s)
	if err != nil {
		b.Fatal(err)
	}
	return got.Commits[len(got.Commits)-1].Tree
}

// timeGitAm applies the mails in a work tree that is warm.
func timeGitAm(b *testing.B, dir, base, mbox string) (time.Duration, string) {
	b.Helper()
	runGit(b, dir, "checkout", "--quiet", "--force", "--detach", base)
	runGit(b, dir, "status", "--short")
	start := time.Now()
	runGit(b, dir, "am", "--quiet", "-3", "--keep-cr", mbox)
	return time.Since(start), runGit(b, dir, "rev-parse", "HEAD^{tree}")
}

// kernelSeries makes commits that change a few lines in source files at random.
func kernelSeries(b *testing.B, dir, base string, commits, perCommit int) string {
	b.Helper()
	rnd := rand.New(rand.NewPCG(1, 1))
	var names []string
	for name := range strings.SplitSeq(runGit(b, dir, "ls-tree", "-r", "--name-only", base, "drivers/", "kernel/", "include/"), "\n") {
		if strings.HasSuffix(name, ".c") || strings.HasSuffix(name, ".h") {
			names = append(names, name)
		}
	}
	var in strings.Builder
	for i := range commits {
		fmt.Fprintf(&in, "commit refs/heads/bench\nmark :1\nauthor A <a@example.org> %d +0000\ncommitter A <a@example.org> %[1]d +0000\ndata 11\nchange %04d\n", 1600000000+i, i)
		if i == 0 {
			fmt.Fprintf(&in, "from %s\n", base)
		}
		for range perCommit {
			k := rnd.IntN(len(names))
			data, err := tryGit(b, dir, "show", base+":"+names[k])
			if err != nil {
				b.Fatal(err)
			}
			lines := strings.SplitAfter(data, "\n")
			at := rnd.IntN(len(lines))
			lines[at] = fmt.Sprintf("/* change %d */\n%s", i, lines[at])
			data = strings.Join(lines, "")
			fmt.Fprintf(&in, "M 100644 inline %s\ndata %d\n%s\n", names[k], len(data), data)
			names = append(names[:k], names[k+1:]...) // each file once
		}
	}
	cmd := exec.CommandContext(b.Context(), "git", "fast-import", "--quiet")
	cmd.Dir, cmd.Stdin, cmd.Env = dir, strings.NewReader(in.String()), gitEnv(os.Environ())
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("git fast-import: %v\n%s", err, out)
	}
	return runGit(b, dir, "rev-parse", "refs/heads/bench")
}
