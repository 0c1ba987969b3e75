// SPDX-License-Identifier: MIT

package pipeline

import (
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report"
)

// diffed is a series of one patch.
func diffed(t *testing.T, diff string) *patch.Series {
	t.Helper()
	s := series(t, "quiet", "x")
	s.Patches[0].Diff = diff
	return s
}

// header is a series that makes a header, which test drivers here look for.
func header(t *testing.T) *patch.Series {
	t.Helper()
	return diffed(t, "diff --git a/state.h b/state.h\nnew file mode 100644\n--- /dev/null\n+++ b/state.h\n@@ -0,0 +1 @@\n+/* new */\n"+
		"diff --git a/driver.c b/driver.c\n--- a/driver.c\n+++ b/driver.c\n@@ -3 +3 @@\n-int driver_end = 1;\n+int driver_end = 2;\n")
}

// driven is a request with a test driver and an overlay.
func (l *lab) driven(t *testing.T, driver string) Request {
	t.Helper()
	over := diffed(t, "diff --git a/driver.c b/driver.c\n--- a/driver.c\n+++ b/driver.c\n@@ -1 +1,2 @@\n+int overlay;\n int driver_version = 1;\n")
	drivers := diffed(t, driver)
	drivers.Title = "gpu-less"
	return Request{
		Tree: "linux", Repo: l.repo, Base: l.base, Series: header(t),
		Harness: []patch.Series{*drivers}, Annotations: []patch.Series{*over},
		Jobs: []wire.Job{{Binary: "fence_two", Subtest: "two"}},
	}
}

// What only a test driver runs needs no overlay: the run without overlays has
// the driver, too.
func TestCheckBareHasHarness(t *testing.T) {
	t.Parallel()
	l := setup(t, "quiet")
	c := New(Options{State: l.state, Agent: l.agent, Sandbox: l.box, Reboots: 8, QEMU: l.options()})
	rep, _, err := c.Check(t.Context(), l.driven(t, `diff --git a/driver.c b/driver.c
--- a/driver.c
+++ b/driver.c
@@ -1,2 +1,5 @@
 int driver_version = 1;
+#if __has_include("state.h")
+const char *core_words = "BUG-two";
+#endif
 const char *driver_words = "quiet";
`))
	if err != nil || len(rep.Findings) != 1 {
		t.Fatalf("check = %s (%s) %q, %v; want one finding", rep.Word, rep.Reason, rep.Notes, err)
	}
	if rep.Findings[0].NeedsOverlay || rep.Times[string(StageBare)] == 0 {
		t.Errorf("finding %+v, times %v; want a run without overlays that shows it, too", rep.Findings[0], rep.Times)
	}
	r := rep.Reproduce
	if !slices.Equal(r.Harness, []string{"gpu-less"}) || !strings.Contains(r.HarnessMbox, "BUG-two") || strings.Contains(r.OverlayMbox, "BUG-two") {
		t.Errorf("harness %q in %q, overlays in %q", r.Harness, r.HarnessMbox, r.OverlayMbox)
	}
}

// linked is a test driver with a file of its own.
func linked(body string) string {
	return `diff --git a/Makefile b/Makefile
--- a/Makefile
+++ b/Makefile
@@ -3,3 +3,4 @@
 	cp $(KCONFIG_ALLCONFIG) .config
-vmlinux: core.o driver.o
+extra.o: $(src)driver.c
+vmlinux: core.o driver.o extra.o
 	gcc -nostdlib -static -Wl,-e,0 -o $@ $^
diff --git a/extra.c b/extra.c
new file mode 100644
--- /dev/null
+++ b/extra.c
@@ -0,0 +1,4 @@
+` + body + `
+#error the interface has changed
+#endif
+int extra = 1;
`
}

// A test driver that does not compile with a series, or not with the tree, is
// left out of all kernels and is no error of the author's.
func TestCheckMisfit(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ body, where string }{
		"series": {`#if __has_include("state.h")`, "patch 1"},
		"tree":   {`#if 1`, "the base"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := setup(t, "quiet")
			c := New(Options{State: l.state, Agent: l.agent, Sandbox: l.box, QEMU: l.options()})
			for range 2 { // the second time the tree is known for it
				rep, _, err := c.Check(t.Context(), l.driven(t, linked(tt.body)))
				if err != nil || rep.Word != report.Pass || len(rep.Build.Diagnostics) > 0 {
					t.Fatalf("check = %s (%s) %+v, %v; want a pass", rep.Word, rep.Reason, rep.Build, err)
				}
				notes := strings.Join(rep.Notes, "\n")
				if !strings.Contains(notes, `"gpu-less" was left out: it does not compile with `+tt.where+": extra.c:2") {
					t.Errorf("notes %q", rep.Notes)
				}
				if len(rep.Reproduce.Harness) > 0 {
					t.Errorf("harness %q", rep.Reproduce.Harness)
				}
			}
			l.atHome(t)
		})
	}
}
