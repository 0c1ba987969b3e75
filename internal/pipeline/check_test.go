// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/internal/sandbox"
	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/qemu"
	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report"
)

// kernelMakefile is a kernel tree in ten lines: it takes our configuration as
// it is and links what two source files say into vmlinux.
const kernelMakefile = `src := $(dir $(firstword $(MAKEFILE_LIST)))
allnoconfig:
	cp $(KCONFIG_ALLCONFIG) .config
vmlinux: core.o driver.o
	gcc -nostdlib -static -Wl,-e,0 -o $@ $^
%.o: $(src)%.c
	@echo '  CC      $@'
	gcc -Wall $(KCFLAGS) -c -o $@ $<
prepare:
allmodconfig: allnoconfig
`

const driver = "int driver_version = 1;\nconst char *driver_words = \"%s\";\nint driver_end = 1;\n"

// A lab is a state directory with one registered tree.
type lab struct {
	state, agent, qemu string
	repo               *gittree.Repo
	base               string
	box                *sandbox.Sandbox
}

// setup makes a tree whose driver says words, and everything a check needs.
func setup(t *testing.T, words string) *lab {
	t.Helper()
	return setupFiles(t, map[string]string{"driver.c": fmt.Sprintf(driver, words)})
}

// setupFiles is setup with files of the caller's; one without text is not there.
func setupFiles(t *testing.T, files map[string]string) *lab {
	t.Helper()
	if _, err := exec.LookPath("mke2fs"); err != nil {
		t.Skip("no mke2fs here: the guest's image cannot be made")
	}
	box, err := sandbox.Find(t.Context())
	if errors.Is(err, sandbox.ErrUnavailable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	l := &lab{state: filepath.Join(dir, "state"), agent: filepath.Join(dir, "agent"), qemu: filepath.Join(dir, fakeQEMU), box: box}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(dir, "source")
	all := map[string]string{
		source + "/Makefile": kernelMakefile, source + "/core.c": "int core = 1;\n",
		source + "/driver.c": fmt.Sprintf(driver, "quiet"), l.agent: "the agent\n",
	}
	for name, text := range files {
		if text != "" {
			all[filepath.Join(source, name)] = strings.TrimSuffix(text, "\n") + "\n"
		}
	}
	for name, text := range all {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(self, l.qemu); err != nil {
		t.Fatal(err)
	}
	git(t, source, "init", "-q", "-b", "main")
	git(t, source, "add", ".")
	git(t, source, "commit", "-q", "-m", "base")
	l.open(t, source)
	return l
}

// options boot with the fake, as ourselves: another user could not run it.
func (l *lab) options() qemu.Options {
	return qemu.Options{Binary: l.qemu, Accel: qemu.AccelTCG, User: &qemu.Credential{}}
}

func (l *lab) open(t *testing.T, source string) {
	t.Helper()
	trees, err := gittree.OpenRegistry(l.state)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trees.Add(t.Context(), "linux", source); err != nil {
		t.Fatal(err)
	}
	if l.repo, err = trees.Open(t.Context(), "linux"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.repo.Close() })
	if l.base, _, err = l.repo.BaseChoice(t.Context(), "", ""); err != nil {
		t.Fatal(err)
	}
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=x", "-c", "user.email=x@example.org"}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// series makes a series whose patches turn the driver's words from one to the next.
func series(t *testing.T, words ...string) *patch.Series {
	t.Helper()
	var mbox strings.Builder
	for i := 1; i < len(words); i++ {
		fmt.Fprintf(&mbox, "From %040d Mon Sep 17 00:00:00 2001\nMessage-ID: <%d@example.org>\nFrom: A U Thor <a@example.org>\n"+
			"Date: Mon, 2 Mar 2026 10:0%d:00 +0100\nSubject: [PATCH %d/%d] driver: say %d\n\nWhy.\n---\ndiff --git a/driver.c b/driver.c\n"+
			"--- a/driver.c\n+++ b/driver.c\n@@ -1,3 +1,3 @@\n int driver_version = 1;\n-const char *driver_words = \"%s\";\n"+
			"+const char *driver_words = \"%s\";\n int driver_end = 1;\n-- \n2.39.5\n\n", 0, i, i, i, len(words)-1, i, words[i-1], words[i])
	}
	msgs, err := mail.ReadMbox(strings.NewReader(mbox.String()), mail.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := patch.Assemble(msgs).Pick()
	if err = errors.Join(err, s.Validate()); err != nil {
		t.Fatal(err)
	}
	return &s
}

// check runs one check and returns what it found and the stages it told of.
func (l *lab) check(t *testing.T, s *patch.Series) (report.Report, map[Stage]Progress, error) {
	t.Helper()
	return l.checkFlavour(t, s, kernelbuild.Default)
}

func (l *lab) checkFlavour(t *testing.T, s *patch.Series, flavour kernelbuild.Flavour) (report.Report, map[Stage]Progress, error) {
	t.Helper()
	var mu sync.Mutex
	told := map[Stage]Progress{}
	var jobs []wire.Job
	for _, name := range []string{"one", "two", "three"} {
		jobs = append(jobs, wire.Job{Binary: "fence_" + name, Subtest: name})
	}
	c := New(Options{
		State: l.state, Agent: l.agent, Sandbox: l.box, Reboots: 8, QEMU: l.options(),
		Progress: func(p Progress) {
			mu.Lock()
			defer mu.Unlock()
			if p.Ended {
				told[p.Stage] = p
			}
		},
	})
	rep, _, err := c.Check(context.WithoutCancel(t.Context()), Request{Tree: "linux", Flavour: flavour, Repo: l.repo, Base: l.base, BaseWhy: "test", Series: s, Jobs: jobs})
	return rep, told, err
}

// TestCheck runs whole checks: real git, real make and gcc in the real sandbox,
// and a QEMU that plays the guest.
func TestCheck(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		words    []string // of the base, and after each patch
		want     report.Word
		culprits []int
		known    int
	}{
		"nothing new":        {words: []string{"quiet", "quieter"}, want: report.Pass},
		"one bug":            {words: []string{"quiet", "BUG-two"}, want: report.Findings, culprits: []int{1}},
		"bug of the middle":  {words: []string{"quiet", "a", "BUG-two b", "BUG-two c"}, want: report.Findings, culprits: []int{2}},
		"one hides another":  {words: []string{"quiet", "BUG-one", "BUG-one BUG-three"}, want: report.Findings, culprits: []int{1, 2}},
		"old bug":            {words: []string{"BUG-two", "BUG-two more"}, want: report.Pass, known: 1},
		"old bug and a new":  {words: []string{"BUG-one", "BUG-one BUG-three"}, want: report.Findings, culprits: []int{1}, known: 1},
		"does not build":     {words: []string{"quiet", `";`}, want: report.BuildError, culprits: []int{1}},
		"breaks and mends":   {words: []string{"quiet", `";`, "loud"}, want: report.BuildError, culprits: []int{1}},
		"does not boot":      {words: []string{"quiet", "BUG-boot"}, want: report.BootFailure, culprits: []int{1}},
		"base does not boot": {words: []string{"BUG-boot", "loud"}, want: report.InfraError},
		"all tests skip":     {words: []string{"quiet", "SKIP-all"}, want: report.NotExercised},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := setup(t, tc.words[0])
			rep, _, err := l.check(t, series(t, tc.words...))
			if err != nil {
				t.Fatal(err)
			}
			if rep.Word != tc.want {
				t.Fatalf("verdict %s (%s); want %s", rep.Word, rep.Reason, tc.want)
			}
			var culprits []int
			for _, f := range rep.Findings {
				culprits = append(culprits, f.Culprit.Patch)
			}
			if fmt.Sprint(culprits) != fmt.Sprint(tc.culprits) || len(rep.Known) != tc.known {
				t.Errorf("findings of patches %v, %d known; want %v, %d", culprits, len(rep.Known), tc.culprits, tc.known)
			}
		})
	}
}

// What changes nothing in the kernel that is tested is never a pass: a file
// that is not compiled, and a series that is in the base already.
func TestCheckNothingToTest(t *testing.T) {
	t.Parallel()
	l := setup(t, "quiet")
	other := series(t, "quiet", "quieter")
	other.Patches[0].Diff = "diff --git a/msm.c b/msm.c\nnew file mode 100644\n--- /dev/null\n+++ b/msm.c\n@@ -0,0 +1 @@\n+int msm;\n"
	rep, _, err := l.check(t, other)
	if err != nil || rep.Word != report.NotExercised || !strings.Contains(fmt.Sprint(rep.Notes), "msm.c") {
		t.Errorf("a file that is not compiled: %s (%s) %q, %v; want not-exercised and the file", rep.Word, rep.Reason, rep.Notes, err)
	}
	there := series(t, "quieter", "quiet")
	there.Patches[0].Diff = "diff --git a/core.c b/core.c\n--- a/core.c\n+++ b/core.c\n@@ -1 +1 @@\n-int old_core = 1;\n+int core = 1;\n"
	rep, told, err := l.check(t, there)
	if err != nil || rep.Word == report.Pass || told[StageBoot].Ended {
		t.Errorf("a series that is there already: %s (%s), %v", rep.Word, rep.Reason, err)
	}
}

// A driver that is not in the kernel of the tests is not exercised, with what it
// takes and the annotated calls that the series touches.
func TestCheckNamesWhatIsOutOfReach(t *testing.T) {
	t.Parallel()
	l := setup(t, "quiet")
	s := series(t, "quiet", "quieter")
	s.Patches[0].Diff = "diff --git a/drivers/msm/Makefile b/drivers/msm/Makefile\nnew file mode 100644\n--- /dev/null\n+++ b/drivers/msm/Makefile\n" +
		"@@ -0,0 +1 @@\n+obj-$(CONFIG_DRM_MSM) += msm.o\n" +
		"diff --git a/drivers/msm/msm.c b/drivers/msm/msm.c\nnew file mode 100644\n--- /dev/null\n+++ b/drivers/msm/msm.c\n" +
		"@@ -0,0 +1,4 @@\n+static void msm_run(void)\n+{\n+\tcookie = dma_fence_begin_signalling();\n+}\n"
	rep, _, err := l.check(t, s)
	if err != nil || rep.Word != report.NotExercised {
		t.Fatalf("check = %s (%s), %v; want not-exercised", rep.Word, rep.Reason, err)
	}
	const file, option = "drivers/msm/msm.c", "takes CONFIG_DRM_MSM"
	if notes := fmt.Sprint(rep.Notes); !strings.Contains(notes, file+" ("+option+")") {
		t.Errorf("notes %s; want file and option", notes)
	}
	if len(rep.Coverage) != 1 || !rep.Coverage[0].Touched || !strings.HasPrefix(rep.Coverage[0].Site, file) || !strings.Contains(rep.Coverage[0].WhyNot, option) {
		t.Errorf("coverage %+v; want the touched call and what it takes", rep.Coverage)
	}
}

// A conflict is an answer without a build.
func TestCheckConflict(t *testing.T) {
	t.Parallel()
	l := setup(t, "quiet")
	rep, told, err := l.check(t, series(t, "not what is there", "loud"))
	if err != nil || rep.Word != report.ApplyConflict || rep.Conflict == nil || rep.Conflict.Patch != 1 {
		t.Fatalf("check = %s %+v, %v; want a conflict of patch 1", rep.Word, rep.Conflict, err)
	}
	if len(told) != 1 {
		t.Errorf("stages %v after a conflict", told)
	}
}

// The base is built and tested once, and a series leaves nothing behind: the
// next check of the base's own content builds nothing.
func TestCheckCachesTheBase(t *testing.T) {
	t.Parallel()
	l := setup(t, "quiet")
	if _, told, err := l.check(t, series(t, "quiet", "BUG-two")); err != nil || told[StageBootB].Cached || told[StageWarm].Cached {
		t.Fatalf("first check: %v, %+v", err, told)
	}
	rep, told, err := l.check(t, series(t, "quiet", "quieter"))
	if err != nil || rep.Word != report.Pass {
		t.Fatalf("second check: %s, %v; the first one left something behind", rep.Word, err)
	}
	for _, stage := range []Stage{StageWarm, StageBase, StageBootB} {
		if !told[stage].Cached {
			t.Errorf("%s ran again: %+v", stage, told[stage])
		}
	}
	left, err := filepath.Glob(filepath.Join(l.state, "slots", "linux", "layer*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// An overlay is on both sides: what it brings is the base's as well.
func TestCheckOverlay(t *testing.T) {
	t.Parallel()
	l := setup(t, "quiet")
	c := New(Options{State: l.state, Agent: l.agent, Sandbox: l.box, QEMU: l.options()})
	s := series(t, "quiet", "quiet") // an empty change is refused below, so it moves another file
	s.Patches[0].Diff = "diff --git a/core.c b/core.c\n--- a/core.c\n+++ b/core.c\n@@ -1 +1 @@\n-int core = 1;\n+int core = 2;\n"
	rep, _, err := c.Check(t.Context(), Request{
		Tree: "linux", Repo: l.repo, Base: l.base, Series: s, Overlays: []patch.Series{*series(t, "quiet", "BUG-two")},
		Jobs: []wire.Job{{Binary: "fence_two", Subtest: "two"}},
	})
	if err != nil || rep.Word != report.Pass || len(rep.Known) != 1 {
		t.Errorf("check = %s (%s), %d known, %v; want a pass with one known report", rep.Word, rep.Reason, len(rep.Known), err)
	}
}

// A base that could not be tested must not be the answer to later checks, too.
func TestCheckKeepsNoBadBase(t *testing.T) {
	t.Parallel()
	l := setup(t, "quiet")
	qemu := l.qemu
	l.qemu = filepath.Join(filepath.Dir(qemu), "broken-qemu")
	script := "#!/bin/sh\n[ \"$1\" = --version ] && echo QEMU emulator version 0 '(fake)' && exit\nexit 1\n"
	if err := os.WriteFile(l.qemu, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	if rep, _, err := l.check(t, series(t, "quiet", "quieter")); err != nil || rep.Word != report.InfraError {
		t.Fatalf("check with a broken QEMU = %s, %v; want infra-error", rep.Word, err)
	}
	l.qemu = qemu
	if rep, _, err := l.check(t, series(t, "quiet", "quieter")); err != nil || rep.Word != report.Pass {
		t.Errorf("check after it = %s (%s), %v; want pass", rep.Word, rep.Reason, err)
	}
}
