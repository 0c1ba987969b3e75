// SPDX-License-Identifier: MIT

package static

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/internal/sandbox"
)

const toyDir = "drivers/gpu/drm/toy/"

// A work is a git work tree that grows commit by commit.
type work struct {
	t   *testing.T
	dir string
}

// newWork commits the driver of testdata.
func newWork(t *testing.T) (w work, base string) {
	t.Helper()
	w = work{t, t.TempDir()}
	w.git("init", "-q")
	names, err := filepath.Glob("testdata/*.c")
	if err != nil || len(names) == 0 {
		t.Fatalf("no driver in testdata: %v", err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		w.write(toyDir+filepath.Base(name), string(text))
	}
	return w, w.commit()
}

func (w work) git(args ...string) string {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), "git", append([]string{"-C", w.dir, "-c", "user.name=a", "-c", "user.email=a@b"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (w work) commit() string {
	w.t.Helper()
	w.git("add", "-A")
	w.git("commit", "-q", "-m", "x")
	return w.git("rev-parse", "HEAD")
}

func (w work) write(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// An edit replaces some text of a file of the driver, once.
type edit struct{ file, old, new string }

func (w work) edit(edits ...edit) {
	w.t.Helper()
	for _, e := range edits {
		text, err := os.ReadFile(filepath.Join(w.dir, toyDir+e.file))
		if err != nil && e.old != "" {
			w.t.Fatal(err)
		}
		if !strings.Contains(string(text), e.old) {
			w.t.Fatalf("%s has no %q", e.file, e.old)
		}
		w.write(toyDir+e.file, strings.Replace(string(text), e.old, e.new, 1))
	}
}

func (w work) open() *gittree.Repo {
	w.t.Helper()
	repo, err := gittree.Open(w.t.Context(), w.dir)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = repo.Close() })
	return repo
}

// box returns the host's sandbox and skips the test without Coccinelle.
func box(t *testing.T) *sandbox.Sandbox {
	t.Helper()
	if !installed() {
		t.Skip("spatch (Coccinelle) is not installed")
	}
	b, err := sandbox.Find(t.Context())
	if errors.Is(err, sandbox.ErrUnavailable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCheck(t *testing.T) {
	t.Parallel()
	b := box(t)
	const (
		runJob = "\ttoy_push(f, job);\n"
		kms    = "toy_kms.c"
		sched  = "toy_sched.c"
	)
	for name, tc := range map[string]struct {
		patches [][]edit
		want    []string // "patch file:line text"
	}{
		"in run_job": {
			[][]edit{{{sched, runJob, runJob + "\tp = alloc_page(GFP_KERNEL | __GFP_ZERO);\n"}}},
			[]string{"1 toy_sched.c:17 toy_run_job() -> alloc_page(GFP_KERNEL | __GFP_ZERO): may wait for free memory, in drm_sched_backend_ops.run_job, which fences wait for"},
		},
		"no reclaim": {[][]edit{{{sched, runJob, runJob + "\tp = alloc_page(GFP_ATOMIC);\n\tkmalloc(1, GFP_KERNEL & ~__GFP_DIRECT_RECLAIM);\n\tkmalloc(1, job->gfp);\n"}}}, nil},
		"noreclaim scope": {
			[][]edit{{{sched, runJob, runJob + "\tflags = memalloc_noreclaim_save();\n\tkmalloc(1, GFP_KERNEL);\n\tmemalloc_noreclaim_restore(flags);\n"}}}, nil,
		},
		"two files down": {
			[][]edit{
				{{"toy_load.c", "void toy_hw_load", "/* new */\nvoid toy_hw_load"}},
				{{"toy_load.c", "\ttoy_write(toy, 1);\n", "\ttoy_write(toy, 1);\n\tdma_resv_lock(toy->resv, NULL);\n"}},
			},
			[]string{"2 toy_load.c:7 toy_timedout() -> toy_reset() -> toy_hw_start() -> toy_hw_load() -> dma_resv_lock(): takes the reservation lock of a buffer, in drm_sched_backend_ops.timedout_job, which fences wait for"},
		},
		"outside": {[][]edit{{
			{"toy_hw.c", "\ttoy_use(x);\n", "\ttoy_use(x);\n\tkmalloc(1, GFP_KERNEL);\n"},
			{kms, "\tflush_work(&toy->work);\n", "\tflush_work(&toy->work);\n\tkmalloc(3, GFP_KERNEL);\n"},
			{kms, "\tkfree(kmalloc(1, GFP_KERNEL));\n", "\tkfree(kmalloc(1, GFP_KERNEL));\n\tkmalloc(2, GFP_KERNEL);\n"},
		}}, nil},
		"newly in the range": {
			[][]edit{{{kms, "\tcookie = dma_fence_begin_signalling();\n", ""}, {kms, "\tvoid *e = kmalloc(8, GFP_KERNEL);\n\tbool cookie;\n", "\tbool cookie = dma_fence_begin_signalling();\n\tvoid *e = kmalloc(8, GFP_KERNEL);\n"}}},
			[]string{"1 toy_kms.c:17 toy_flip() -> kmalloc(GFP_KERNEL): may wait for free memory, in a fence signalling section"},
		},
		"after the section, then in it": {
			[][]edit{{{kms, "\tdma_fence_end_signalling(cookie);\n\tflush_work(&toy->work);\n", "\tflush_work(&toy->work);\n\tdma_fence_end_signalling(cookie);\n"}}},
			[]string{"1 toy_kms.c:25 toy_flip() -> flush_work(): waits for work to end, in a fence signalling section"},
		},
		"commit tail": {
			[][]edit{{{kms, "\ttoy_planes(state);\n", "\ttoy_planes(state);\n\tmutex_lock(&state->dev->mode_config.mutex);\n"}}},
			[]string{"1 toy_kms.c:6 toy_commit_tail() -> mutex_lock(): takes a display lock, in drm_mode_config_helper_funcs.atomic_commit_tail, which fences wait for"},
		},
		"wait": {
			[][]edit{{{sched, runJob, "\tdma_fence_wait_timeout(&f->base, false, HZ);\n\tdma_fence_wait(job->dep, false);\n" + runJob}}},
			[]string{"1 toy_sched.c:17 toy_run_job() -> dma_fence_wait(): waits for a fence, which must not be one that needs this code, in drm_sched_backend_ops.run_job, which fences wait for"},
		},
		"under the spinlock": {
			[][]edit{{{sched, "\ttoy_irq_on(f);\n", "\ttoy_irq_on(f);\n\tmsleep(1);\n"}}},
			[]string{"1 toy_sched.c:37 toy_enable_signaling() -> msleep(): may sleep, in dma_fence_ops.enable_signaling, which is called with the spinlock of the fence held"},
		},
		"a second one": {
			[][]edit{{{sched, "\tvoid *dump = kmalloc(4096, GFP_KERNEL);\n", "\tvoid *more = kmalloc(1, GFP_KERNEL);\n\tvoid *dump = kmalloc(4096, GFP_KERNEL);\n"}}},
			[]string{"1 toy_sched.c:22 toy_timedout() -> kmalloc(GFP_KERNEL): may wait for free memory, in drm_sched_backend_ops.timedout_job, which fences wait for"},
		},
		"an old one in another function": {[][]edit{{
			{sched, "static enum drm_gpu_sched_stat toy_timedout", "static void *toy_dump(void)\n{\n\treturn kmalloc(4096, GFP_KERNEL);\n}\n\nstatic enum drm_gpu_sched_stat toy_timedout"},
			{sched, "*dump = kmalloc(4096, GFP_KERNEL);", "*dump = toy_dump();"},
		}}, nil},
		"an old one in a function of another name": {[][]edit{{
			{sched, "toy_timedout(struct", "toy_hung(struct"}, {sched, "= toy_timedout,", "= toy_hung,"},
		}}, nil},
		"a new driver": {
			[][]edit{{{"../new/new.c", "", "static struct dma_fence *new_run(struct drm_sched_job *j)\n{\n\tconsole_lock();\n}\nconst struct drm_sched_backend_ops o = {\n\t.run_job = new_run,\n};\n"}}},
			[]string{"1 ../new/new.c:3 new_run() -> console_lock(): takes the console lock, in drm_sched_backend_ops.run_job, which fences wait for"},
		},
		"no driver":   {[][]edit{{{"../../../../fs/a.c", "", "void f(void)\n{\n\tdma_fence_begin_signalling();\n\tkmalloc(1, GFP_KERNEL);\n}\n"}}}, nil},
		"no C at all": {[][]edit{{{sched, runJob, runJob + "\t)))}}} \"\n"}}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, base := newWork(t)
			o := gittree.OverlaidRange{Base: base, Range: gittree.Range{Base: base}}
			for n, edits := range tc.patches {
				w.edit(edits...)
				o.Commits = append(o.Commits, w.commit())
				o.Range.Commits = append(o.Range.Commits, gittree.Commit{ID: o.Commits[n], Patch: n + 1})
			}
			res, err := Check(t.Context(), w.open(), b, o)
			if err != nil || res.Note != "" {
				t.Fatalf("Check() = %v, note %q", err, res.Note)
			}
			var got []string
			for _, x := range res.Warnings {
				file, err := filepath.Rel(toyDir, x.File)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, fmt.Sprintf("%d %s:%d %s", x.Patch, file, x.Line, x.Text))
			}
			if strings.Join(got, "\n") != strings.Join(tc.want, "\n") {
				t.Errorf("warnings:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
			}
		})
	}
}
