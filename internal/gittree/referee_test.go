// SPDX-License-Identifier: MIT

package gittree

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/patch"
)

// TestAgainstGitAm mails commits of a made-up history and applies them on bases
// that have moved on, or that lag behind, with Apply and with "git am -3": both
// give the same tree, or both refuse. With FENCEBOT_KERNEL_GIT set to a kernel
// repository the history is one of real drivers.
func TestAgainstGitAm(t *testing.T) {
	t.Parallel()
	const shards = 4
	cases := 200
	if testing.Short() {
		cases = 40
	}
	tally := make(chan string, cases)
	t.Run("cases", func(t *testing.T) {
		for shard := range shards {
			t.Run(fmt.Sprint(shard), func(t *testing.T) {
				t.Parallel()
				refereeShard(t, uint64(shard), cases/shards, tally)
			})
		}
	})
	close(tally)
	count := map[string]int{}
	for kind := range tally {
		count[kind]++
	}
	t.Log(count)
	for _, kind := range []string{"direct", "3-way", "skipped", "refused"} {
		if count[kind] == 0 && !testing.Short() {
			t.Errorf("no case %q in %d: the history tests too little", kind, cases)
		}
	}
}

func refereeShard(t *testing.T, seed uint64, cases int, tally chan<- string) {
	h := newHistory(seed)
	if kernel := os.Getenv("FENCEBOT_KERNEL_GIT"); kernel != "" {
		h = kernelHistory(t, kernel, seed)
	}
	dir, commits := newRepo(t, h.steps(90)...)
	r := open(t, dir)
	rnd := rand.New(rand.NewPCG(seed, 2))
	for range cases {
		n := []int{1, 1, 2, 3}[rnd.IntN(4)]
		top := 45 + rnd.IntN(len(commits)-60)
		base := top - n - []int{0, 0, 3, 8, 20, 40}[rnd.IntN(6)]
		if rnd.IntN(5) < 2 {
			base = min(top+[]int{0, 3, 8, 14}[rnd.IntN(4)], len(commits)-1)
		}
		tally <- oneCase(t, r, dir, commits[max(base, 0)], commits[top-n], commits[top])
	}
}

// oneCase applies from..to on base both ways and says how it went.
func oneCase(t *testing.T, r *Repo, dir, base, from, to string) string {
	t.Helper()
	name := fmt.Sprintf("%.10s..%.10s on %.10s", from, to, base)
	want := gitAm(t, dir, base, mailbox(t, dir, from, to))
	got, err := r.Apply(t.Context(), base, series(t, dir, from, to))
	conflict, clash := errors.AsType[*patch.ConflictError](err)
	switch {
	case clash && want == "":
		if conflict.File == "" || conflict.Patch == 0 || conflict.Reason == "" {
			t.Errorf("%s: a conflict without place: %+v", name, conflict)
		}
		return "refused"
	case clash:
		t.Errorf("%s: git am applies, Apply says: %v", name, err)
		return "wrong"
	case err != nil:
		t.Fatalf("%s: %v", name, err)
	case want == "":
		t.Errorf("%s: git am refuses, Apply gives %+v", name, got)
		return "wrong"
	}
	tree, err := r.TreeID(t.Context(), got.Tip())
	if err != nil {
		t.Fatal(err)
	}
	if wantTree, _, _ := strings.Cut(want, "\n"); tree != wantTree {
		t.Errorf("%s: tree %s; want %s", name, tree, wantTree)
	}
	if log := logOf(t, dir, base, got.Tip()); log != want[strings.IndexByte(want, '\n')+1:] {
		t.Errorf("%s: commits\n%s\nwant\n%s", name, log, want)
	}
	switch {
	case len(got.Skipped) > 0:
		return "skipped"
	case direct(t, r, base, from, to, dir):
		return "direct"
	}
	return "3-way"
}

// direct reports whether no patch of the series needs a merge.
func direct(t *testing.T, r *Repo, base, from, to, dir string) bool {
	s := series(t, dir, from, to)
	for i := range s.Patches { // without blob ids there is nothing to merge with
		s.Patches[i].Diff = withoutIndex(s.Patches[i].Diff)
	}
	_, err := r.Apply(t.Context(), base, s)
	return err == nil
}

func withoutIndex(diff string) string {
	var b strings.Builder
	for line := range strings.Lines(diff) {
		if !strings.HasPrefix(line, "index ") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// gitAm returns the tree that git am makes and a log, or nothing when it refuses.
func gitAm(t *testing.T, dir, base, mbox string) string {
	t.Helper()
	runGit(t, dir, "checkout", "--quiet", "--force", "--detach", base)
	if _, err := tryGit(t, dir, "am", "--quiet", "-3", "--keep-cr", mbox); err != nil {
		_, _ = tryGit(t, dir, "am", "--abort")
		runGit(t, dir, "reset", "--quiet", "--hard")
		runGit(t, dir, "clean", "--quiet", "-fd")
		return ""
	}
	return runGit(t, dir, "rev-parse", "HEAD^{tree}") + "\n" + logOf(t, dir, base, "HEAD")
}

// logOf lists what git am takes over from a mail.
func logOf(t *testing.T, dir, base, tip string) string {
	t.Helper()
	return runGit(t, dir, "log", "--format=%T %an <%ae> %ad%n%B", "--date=raw", base+".."+tip)
}
