// SPDX-License-Identifier: MIT

package coverage

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/internal/gittree"
)

// A tree is a git work tree that grows commit by commit.
type tree struct {
	t   *testing.T
	dir string
}

func newTree(t *testing.T) *tree {
	t.Helper()
	tr := &tree{t, t.TempDir()}
	tr.git("init", "-q")
	return tr
}

func (tr *tree) git(args ...string) string {
	tr.t.Helper()
	cmd := exec.CommandContext(tr.t.Context(), "git", append([]string{"-C", tr.dir, "-c", "user.name=a", "-c", "user.email=a@b"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		tr.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit writes files and returns the id of the commit with them.
func (tr *tree) commit(files map[string]string) string {
	tr.t.Helper()
	for name, text := range files {
		path := filepath.Join(tr.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			tr.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			tr.t.Fatal(err)
		}
	}
	tr.git("add", "-A")
	tr.git("commit", "-q", "-m", "x")
	return tr.git("rev-parse", "HEAD")
}

func (tr *tree) open() *gittree.Repo {
	tr.t.Helper()
	repo, err := gittree.Open(tr.t.Context(), tr.dir)
	if err != nil {
		tr.t.Fatal(err)
	}
	tr.t.Cleanup(func() { _ = repo.Close() })
	return repo
}

const toyDir = "drivers/gpu/drm/toy/"

// base is a small kernel with one driver.
func base(t *testing.T) map[string]string {
	t.Helper()
	driver, err := os.ReadFile("testdata/driver.c")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		toyDir + "toy_driver.c":      string(driver),
		toyDir + "Makefile":          "toy-y := toy_main.o \\\n\ttoy_driver.o\nobj-$(CONFIG_DRM_TOY) += toy.o\n",
		"drivers/gpu/drm/other.c":    "void other(void)\n{\n\tdma_fence_signal(x);\n}\n",
		"include/linux/dma-fence.h":  "bool dma_fence_begin_signalling(void);\n",
		"Documentation/annotate.rst": "dma_fence_begin_signalling()\n",
	}
}

// tellSites prints sites one a line.
func tellSites(sites []Site) string {
	var b strings.Builder
	for _, s := range sites {
		fmt.Fprintf(&b, "%s %s %s touched=%v overlay=%v\n", s, s.Call, s.Config, s.Touched, s.Overlay)
	}
	return strings.ReplaceAll(strings.ReplaceAll(b.String(), toyDir, ""), "dma_fence_", "")
}

func TestSites(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	before := base(t)
	from := tr.commit(before)
	driver := before[toyDir+"toy_driver.c"]
	driver = strings.Replace(driver, "\treturn dma_fence_wait", "\tschedule();\n\treturn dma_fence_wait", 1)
	driver = strings.Replace(driver, "\tflush(toy);\n", "", 1)
	after := maps.Clone(before)
	after[toyDir+"toy_driver.c"] = driver
	after[toyDir+"toy_new.c"] = "int toy_new(void)\n{\n\tif (dma_fence_begin_signalling())\n\t\tdma_fence_signal(x);\n}\n"
	to := tr.commit(after)
	repo := tr.open()

	files, err := Files(t.Context(), repo, from)
	if err != nil {
		t.Fatal(err)
	}
	sites, err := Sites(t.Context(), repo, rangeOf(from, to), files)
	if err != nil {
		t.Fatal(err)
	}
	const want = `toy_driver.c:6 toy_irq begin_signalling CONFIG_DRM_TOY touched=false overlay=false
toy_driver.c:14 toy_tail begin_signalling CONFIG_DRM_TOY touched=true overlay=false
toy_driver.c:26 toy_first begin_signalling CONFIG_DRM_TOY touched=false overlay=false
toy_driver.c:31 toy_second begin_signalling CONFIG_DRM_TOY touched=false overlay=false
toy_driver.c:42 toy_twice begin_signalling CONFIG_DRM_TOY touched=false overlay=false
toy_driver.c:43 toy_twice begin_signalling CONFIG_DRM_TOY touched=false overlay=false
toy_driver.c:49 toy_wait wait CONFIG_DRM_TOY touched=true overlay=false
toy_new.c:3 toy_new begin_signalling  touched=true overlay=false
toy_new.c:4 toy_new signal  touched=true overlay=false
`
	if got := tellSites(sites); got != want {
		t.Errorf("Sites() =\n%s\nwant\n%s", got, want)
	}
}

// rangeOf is a series of one commit without overlays.
func rangeOf(from, to string) gittree.OverlaidRange {
	r := gittree.Range{Base: from, Commits: []gittree.Commit{{ID: to, Patch: 1}}}
	return gittree.OverlaidRange{Range: r, Base: from, Commits: []string{to}}
}

// Lines are those of the author's tree, and what an overlay brings has none.
func TestSitesUnderOverlay(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	before := base(t)
	from := tr.commit(before)
	after := maps.Clone(before)
	after[toyDir+"toy_driver.c"] = strings.Replace(before[toyDir+"toy_driver.c"], "flush(toy)", "drain(toy)", 1)
	to := tr.commit(after)
	overlay := func(files map[string]string) map[string]string {
		files = maps.Clone(files)
		files[toyDir+"toy_driver.c"] = "/* one line more */\n" + files[toyDir+"toy_driver.c"]
		files["drivers/gpu/drm/other.c"] = "void other(void)\n{\n\tdma_fence_begin_signalling();\n\tdma_fence_signal(x);\n}\n"
		return files
	}
	tr.git("checkout", "-q", from)
	overBase := tr.commit(overlay(before))
	tr.git("checkout", "-q", to)
	overTip := tr.commit(overlay(after))
	o := rangeOf(from, to)
	o.Base, o.Commits = overBase, []string{overTip}
	repo := tr.open()
	files, err := Files(t.Context(), repo, overBase)
	if err != nil {
		t.Fatal(err)
	}
	sites, err := Sites(t.Context(), repo, o, files)
	if err != nil {
		t.Fatal(err)
	}
	got := tellSites(sites)
	for _, want := range []string{
		"drivers/gpu/drm/other.c other begin_signalling  touched=false overlay=true\n",
		"toy_driver.c:6 toy_irq begin_signalling CONFIG_DRM_TOY touched=false overlay=false\n",
		"toy_driver.c:14 toy_tail begin_signalling CONFIG_DRM_TOY touched=true overlay=false\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("Sites() =\n%s\nwant in it\n%s", got, want)
		}
	}
}

func TestSitesFails(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	from := tr.commit(base(t))
	none := strings.Repeat("0", 40)
	repo := tr.open()
	if _, err := Sites(t.Context(), repo, rangeOf(from, none), nil); err == nil {
		t.Error("Sites() of a commit that is not there = nil; want an error")
	}
	if _, err := Files(t.Context(), repo, none); err == nil {
		t.Error("Files() of a commit that is not there = nil; want an error")
	}
}

func TestTouches(t *testing.T) {
	t.Parallel()
	f := function{first: 10, last: 20}
	for span, want := range map[gittree.Span]bool{
		{Start: 9, Lines: 1}: false, {Start: 9, Lines: 2}: true, {Start: 20, Lines: 1}: true, {Start: 21, Lines: 5}: false,
		{Start: 9}: false, {Start: 10}: true, {Start: 19}: true, {Start: 20}: false,
	} {
		if got := touches([]gittree.Span{span}, f); got != want {
			t.Errorf("touches(%+v) = %v; want %v", span, got, want)
		}
	}
}

func TestOption(t *testing.T) {
	t.Parallel()
	m := parseMakefile(`# drm-y := comment.o
drm-y := a.o b.o \
	c.o	# more
drm-$(CONFIG_DRM_EXTRA) += extra.o
drm-kms-helper-y := kms.o
obj-$(CONFIG_DRM_KMS_HELPER) += drm-kms-helper.o
obj-$(CONFIG_DRM) += drm.o
obj-$(CONFIG_DRM_TOY)	+= toy/
obj-y += always.o loop.o
loop-y += loop.o
ifeq ($(X),y)
endif
`)
	for goal, want := range map[string]string{
		"a.o": "CONFIG_DRM", "c.o": "CONFIG_DRM", "extra.o": "CONFIG_DRM_EXTRA", "kms.o": "CONFIG_DRM_KMS_HELPER",
		"toy/": "CONFIG_DRM_TOY", "always.o": "", "loop.o": "", "comment.o": "", "missing.o": "",
	} {
		if got := m.option(goal); got != want {
			t.Errorf("option(%s) = %q; want %q", goal, got, want)
		}
	}
}
