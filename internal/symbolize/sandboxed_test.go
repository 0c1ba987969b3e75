// SPDX-License-Identifier: MIT

package symbolize

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/internal/sandbox"
	"github.com/fencebot/fencebot/report/lockdep"
)

// worker builds the reader and gives it the host's sandbox.
func worker(t *testing.T) Worker {
	t.Helper()
	s, err := sandbox.Find(t.Context())
	if errors.Is(err, sandbox.ErrUnavailable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "worker")
	cmd := exec.Command("go", "build", "-o", program, "./testdata/worker")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build the worker: %v\n%s", err, out)
	}
	return Worker{Sandbox: s, Program: program}
}

// The same questions as in this process, with the same answers.
func TestWorker(t *testing.T) {
	t.Parallel()
	k := newTree(t)
	w := worker(t)
	k.compile()
	kernel := k.link()
	all := k.questions(k.compile("-g1"))
	build := Build{Image: kernel, Output: k.out, Source: k.src}
	found, err := w.Find(t.Context(), build, framesIn(all))
	if err != nil || len(found) != 2 {
		t.Fatalf("Find = %v, %v; want two objects", found, err)
	}
	got, problems, err := w.Objects(t.Context(), build, found, framesIn(all))
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	check(t, got, all)

	debug := k.link()
	got, err = w.Image(t.Context(), debug, framesIn(all))
	if err != nil {
		t.Fatal(err)
	}
	check(t, got, all)
	bare := Worker{Sandbox: sandbox.None(), Program: w.Program}
	if again, err := bare.Image(t.Context(), debug, framesIn(all)); err != nil || len(again) != len(got) {
		t.Errorf("without a sandbox: %v, %v", again, err)
	}
	outer := all["inline in inline"].frame
	splats := []lockdep.Splat{{Trace: []lockdep.Frame{{Function: outer.Function, Offset: outer.Offset}}}}
	own := slices.Clone(splats)
	if err := errors.Join(w.File(t.Context(), debug, splats), File(debug, own)); err != nil {
		t.Fatal(err)
	}
	if len(splats[0].Trace) != 3 || !slices.Equal(splats[0].Trace, own[0].Trace) {
		t.Errorf("File gives %+v, in this process %+v", splats[0].Trace, own[0].Trace)
	}
}

// What is wrong is an error that says what, and never an answer.
func TestWorkerErrors(t *testing.T) {
	t.Parallel()
	w := worker(t)
	dir := t.TempDir()
	junk := filepath.Join(dir, "junk")
	if err := os.WriteFile(junk, []byte("\x7fELF\x02\x01\x01junk"), 0o644); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link.o")
	if err := os.Symlink("/proc/self/mem", link); err != nil {
		t.Fatal(err)
	}
	frames := []Frame{{Function: "f", Offset: "0x1/0x2"}}
	silent := Worker{Sandbox: w.Sandbox, Program: "/usr/bin/true"}
	loud := Worker{Sandbox: w.Sandbox, Program: "/usr/bin/yes"}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tc := range map[string]struct {
		run  func() error
		want string
	}{
		"junk":               {func() error { _, err := w.Image(t.Context(), junk, frames); return err }, "read ELF file /vmlinux"},
		"nothing there":      {func() error { _, err := w.Image(t.Context(), dir+"/gone", frames); return err }, "no such file"},
		"a directory":        {func() error { _, err := w.Image(t.Context(), dir, frames); return err }, "read ELF file"},
		"no program":         {func() error { _, err := Worker{w.Sandbox, dir + "/gone"}.Image(t.Context(), junk, frames); return err }, "no such file"},
		"no sandbox":         {func() error { _, err := Worker{}.Image(t.Context(), junk, frames); return err }, "no sandbox given"},
		"a program says no":  {func() error { _, err := silent.Image(t.Context(), junk, frames); return err }, "read reply"},
		"a program goes on":  {func() error { _, err := loud.Image(t.Context(), junk, frames); return err }, "read debug information"},
		"a name of a flag":   {func() error { _, _, err := w.Objects(t.Context(), Build{}, []string{"-x.o"}, frames); return err }, "no name of an object"},
		"the caller gave up": {func() error { _, err := w.Image(ctx, junk, frames); return err }, "canceled"},
	} {
		if err := tc.run(); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v; want %q", name, err, tc.want)
		}
	}
}

func TestMainIsNotForPeople(t *testing.T) {
	t.Parallel()
	var out, msg strings.Builder
	if code := Main(nil, &out, &msg); code != 2 || out.Len() > 0 || msg.Len() == 0 {
		t.Errorf("no request: %d %q %q", code, out.String(), msg.String())
	}
	if code := Main([]string{filepath.Join(t.TempDir(), "gone")}, &out, &msg); code != 3 || out.Len() > 0 {
		t.Errorf("a request that is not there: %d %q", code, out.String())
	}
}
