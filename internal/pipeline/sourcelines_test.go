// SPDX-License-Identifier: MIT

package pipeline

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/lockdep"
)

// reader makes the lab's agent a program that can read ELF files.
func (l *lab) reader(t *testing.T) {
	t.Helper()
	l.agent += "-that-reads"
	cmd := exec.Command("go", "build", "-o", l.agent, "../symbolize/testdata/worker")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build the reader: %v\n%s", err, out)
	}
}

// guilty is a series of two patches. The first brings two_ioctl(), which has
// 0x20 bytes up to the next symbol; the second changes the line that the splat
// goes through, 0x10 bytes in, and makes the guest show it.
func guilty(t *testing.T) *patch.Series {
	t.Helper()
	nops := 20 // of a byte each, behind what begins a function
	if runtime.GOARCH == "arm64" {
		nops = 5
	}
	body := fmt.Sprintf(" __asm__ volatile(\".rept %d; nop; .endr\");", nops)
	end := ` __asm__ volatile(".skip 32-(.-two_ioctl), 0; .globl two_end; two_end:");`
	const file = "diff --git a/driver.c b/driver.c\n--- a/driver.c\n+++ b/driver.c\n"
	s := series(t, "quiet", "x", "y")
	s.Patches[0].Diff = file + "@@ -3 +3,6 @@\n int driver_end = 1;\n+void two_ioctl(void)\n+{\n+" + body + "\n+" + end + "\n+}\n"
	s.Patches[1].Diff = file + "@@ -2,6 +2,6 @@\n-const char *driver_words = \"quiet\";\n+const char *driver_words = \"BUG-two\";\n" +
		" int driver_end = 1;\n void two_ioctl(void)\n {\n-" + body + "\n+" + body + " /* changed */\n " + end + "\n"
	return s
}

// overlay puts lines before everything in driver.c.
func overlayOfTwo(t *testing.T) *patch.Series {
	t.Helper()
	s := series(t, "quiet", "x")
	s.Patches[0].Diff = "diff --git a/driver.c b/driver.c\n--- a/driver.c\n+++ b/driver.c\n@@ -1 +1,3 @@\n+int overlay;\n+int overlay_too;\n int driver_version = 1;\n"
	return s
}

// The report names the line that the author sees, with and without an overlay,
// and leaves the slot as it was.
func TestCheckNamesTheLine(t *testing.T) {
	t.Parallel()
	for name, over := range map[string]func(*testing.T) *patch.Series{"bare": nil, "overlay": overlayOfTwo} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := setup(t, "quiet")
			l.reader(t)
			c := New(Options{State: l.state, Agent: l.agent, Sandbox: l.box, Reboots: 8, QEMU: l.options()})
			req := Request{
				Tree: "linux", Repo: l.repo, Base: l.base, Series: guilty(t),
				Jobs: []wire.Job{{Binary: "fence_two", Subtest: "two"}},
			}
			if over != nil {
				req.Overlays = []patch.Series{*over(t)}
			}
			rep, dir, err := c.Check(t.Context(), req)
			if err != nil || len(rep.Findings) != 1 {
				t.Fatalf("check = %s (%s), %v", rep.Word, rep.Reason, err)
			}
			f := rep.Findings[0]
			if f.Culprit.Patch != 2 || f.Culprit.File != "driver.c" || f.Culprit.Line != 6 {
				t.Errorf("culprit %+v; want patch 2 and driver.c:6; %q%s", f.Culprit, rep.Notes, wordsOf(dir))
			}
			at := slices.IndexFunc(f.Trace, func(x lockdep.Frame) bool { return x.Function == "two_ioctl" })
			if at < 0 || f.Trace[at].File != "driver.c" || f.Trace[at].Line != 6 || f.Trace[at].Patch != 2 {
				t.Errorf("trace %+v", f.Trace)
			}
			if f.NeedsOverlay || (rep.Times[string(StageBare)] > 0) != (over != nil) {
				t.Errorf("needs overlay %v, times %v; want a run without overlays where there was one", f.NeedsOverlay, rep.Times)
			}
			if rep.Times[string(StageLines)] == 0 {
				t.Errorf("times %v", rep.Times)
			}
			l.atHome(t)
		})
	}
}

// wordsOf is what a check left about its search for lines.
func wordsOf(dir string) string {
	var all strings.Builder
	for _, name := range []string{"lines.log", "build-lines.log"} {
		text, _ := os.ReadFile(filepath.Join(dir, name)) // empty when there is none
		fmt.Fprintf(&all, "\n%s: %s", name, text)
	}
	return all.String()
}

// atHome checks that the slot is at the base again and no layer is left.
func (l *lab) atHome(t *testing.T) {
	t.Helper()
	slot, err := l.repo.OpenSlot(filepath.Join(l.state, "slots", "linux", "src"))
	if err != nil {
		t.Fatal(err)
	}
	defer slot.Close()
	left, err := filepath.Glob(filepath.Join(l.state, "slots", "linux", "layer*"))
	if slot.At() != slot.Home() || err != nil || len(left) > 0 {
		t.Errorf("slot at %s, home %s; left behind %v, %v", slot.At(), slot.Home(), left, err)
	}
}

// Without lines there is a note, and the same verdict.
func TestCheckWithoutLines(t *testing.T) {
	t.Parallel()
	l := setup(t, "quiet")
	rep, told, err := l.check(t, guilty(t)) // the agent of the lab is no program
	if err != nil || rep.Word != report.Findings || rep.Findings[0].Culprit.Patch != 2 || rep.Findings[0].Culprit.File != "" {
		t.Fatalf("check = %s (%s), %v", rep.Word, rep.Reason, err)
	}
	if !strings.Contains(strings.Join(rep.Notes, "\n"), "lines.log") || !told[StageLines].Ended {
		t.Errorf("notes %q, stages %v", rep.Notes, told)
	}
	l.atHome(t)
}

// A check without findings does not pay for lines.
func TestCheckWithoutFindings(t *testing.T) {
	t.Parallel()
	l := setup(t, "quiet")
	rep, told, err := l.check(t, series(t, "quiet", "quieter"))
	if _, ran := told[StageLines]; err != nil || rep.Word != report.Pass || ran || rep.Times[string(StageLines)] != 0 {
		t.Errorf("check = %s, %v; stages %v", rep.Word, err, told)
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range 2 * maxRebuilt {
		many = append(many, fmt.Sprintf("%d.o", i))
	}
	for name, tc := range map[string]struct{ found, changed, want []string }{
		"changed ones first": {[]string{"a.o", "b.o"}, []string{"c.o", "b.o"}, []string{"b.o", "a.o", "c.o"}},
		"no plumbing":        {[]string{"kernel/locking/lockdep.o", "a.o", "arch/x86/entry/common.o"}, nil, []string{"a.o"}},
		"changed plumbing":   {[]string{"kernel/kthread.o"}, []string{"kernel/kthread.o"}, []string{"kernel/kthread.o"}},
		"only so many":       {many, nil, many[:maxRebuilt]},
		"nothing":            {nil, nil, nil},
	} {
		if got := choose(tc.found, tc.changed); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v; want %v", name, got, tc.want)
		}
	}
}
