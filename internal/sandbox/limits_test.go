// SPDX-License-Identifier: MIT

package sandbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func owner(t *testing.T, name string) uint32 {
	t.Helper()
	var st syscall.Stat_t
	if err := syscall.Lstat(name, &st); err != nil {
		t.Fatal(err)
	}
	return st.Uid
}

func TestExit(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]int{"exit 3": 3, "kill -9 $$": 137, "kill -TERM $$": 143, "exec /nonesuch": 127} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			_, err := run(t, script, nil)
			var exit *ExitError
			if !errors.As(err, &exit) || exit.Code != want {
				t.Errorf("Run(%s) = %v; want exit code %d", script, err, want)
			}
		})
	}
}

// TestLimits meets every limit. want is part of the error or of the output.
func TestLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script string
		lim    Limits
		limit  string // LimitError.Limit, when the watcher or the clock stops it
		says   string // what the command itself is told, when the kernel does
	}{
		"forks without end":  {"while :; do sleep 100 & done", Limits{Procs: 40}, "", "fork"},
		"fork bomb":          {"f() { f | f & }; (f); exec sleep 100", Limits{Procs: 40, Wall: 3 * time.Second}, "wall time", ""},
		"one large file":     {"head -c 10000000 /dev/zero >big", Limits{FileBytes: 1 << 20}, "", "File size limit exceeded"},
		"disk":               {"i=0; while :; do head -c 4000000 /dev/zero >f$i; i=$((i+1)); done", Limits{DiskBytes: 64 << 20}, "disk space", ""},
		"disk, out of sight": {"while :; do mkdir d; cd d; head -c 4000000 /dev/zero >f; done", Limits{DiskBytes: 64 << 20}, "disk space", ""},
		"many files":         {"i=0; while :; do i=$((i+1)); : >f$i; done", Limits{DiskFiles: 500}, "files", ""},
		"tmp":                {"head -c 10000000 /dev/zero >/tmp/big", Limits{TmpBytes: 1 << 20}, "", "No space left on device"},
		"memory":             {"perl -e '$x = \"x\" x (1 << 30)'", Limits{AddressSpace: 256 << 20}, "", "Out of memory"},
		"time":               {"sleep 1000", Limits{Wall: time.Second}, "wall time", ""},
		"ignores TERM":       {"trap '' TERM; while :; do sleep 1000; done", Limits{Wall: time.Second}, "wall time", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := run(t, c.script, func(s *Spec) {
				s.Limits, s.Dir = c.lim, "/build"
				s.Mounts = []Mount{{Host: t.TempDir(), Guest: "/build", Writable: true}}
			})
			var lim *LimitError
			if errors.As(err, &lim) != (c.limit != "") || lim != nil && lim.Limit != c.limit {
				t.Errorf("Run = %v; want limit %q\n%s", err, c.limit, out)
			}
			if !strings.Contains(strings.ToLower(out), strings.ToLower(c.says)) {
				t.Errorf("output %q (%v); want %q in it", out, err, c.says)
			}
		})
	}
}

// TestNothingSurvives ends a run in several ways and looks for its processes.
func TestNothingSurvives(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		n      int
		script string // $S is the sleep that must die
		cancel bool
	}{
		"returns":             {1, "$S & exit 0", false},
		"daemon":              {2, "setsid $S >/dev/null 2>&1 </dev/null & setsid setsid $S & echo up", false},
		"cancel":              {3, "$S & echo up; $S", true},
		"cancel, ignores all": {4, "trap '' TERM INT HUP; echo up; while :; do $S; done", true},
		"cancel, daemon":      {5, "setsid $S >/dev/null 2>&1 </dev/null & echo up; exec $S", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			r, w := io.Pipe()
			go func() {
				_, _ = r.Read(make([]byte, 2))
				if c.cancel {
					cancel()
				}
				_, _ = io.Copy(io.Discard, r)
			}()
			m := marker(c.n)
			script := strings.ReplaceAll(c.script, "$S", "sleep "+m)
			err := find(t).Run(ctx, Spec{Argv: sh(script), Env: testEnv, Stdout: w})
			if c.cancel != errors.Is(err, context.Canceled) || !c.cancel && err != nil {
				t.Errorf("Run = %v; want cancelled: %v", err, c.cancel)
			}
			if left := alive(t, m); left != nil {
				t.Errorf("still alive: %s", left)
			}
		})
	}
}

// TestDiesWithParent kills a process that has a sandbox running, the hard way.
func TestDiesWithParent(t *testing.T) {
	find(t)
	m := marker(9)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), helperMode+"="+m)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, 2)); err != nil {
		t.Fatal(err)
	}
	if alive(t, m) == nil {
		t.Fatal("the sandbox is not running")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	// The sandboxed shell holds the other end of this pipe until it is dead.
	if _, err := io.Copy(io.Discard, out); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if left := alive(t, m); left != nil {
		t.Errorf("still alive: %s", left)
	}
}

// runForever is the program that TestDiesWithParent kills.
func runForever(m string) int {
	s, err := Find(context.Background())
	if err != nil {
		return 1
	}
	// A file, so that the sandboxed shell itself holds the descriptor.
	err = s.Run(context.Background(), Spec{Argv: sh("echo up; sleep " + m), Env: testEnv, Stdout: os.Stdout})
	if err != nil {
		return 1
	}
	return 0
}

func TestWriterError(t *testing.T) {
	t.Parallel()
	err := find(t).Run(t.Context(), Spec{Argv: sh("echo x"), Env: testEnv, Stdout: failing{}})
	if err == nil || errors.As(err, new(*ExitError)) {
		t.Errorf("Run with a writer that fails = %v; want the writer's error", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestBoundedBuffer(t *testing.T) {
	t.Parallel()
	var b boundedBuffer
	for range 100 {
		if n, err := b.Write(bytes.Repeat([]byte("x"), 1000)); n != 1000 || err != nil {
			t.Fatalf("Write = %d, %v; want all taken", n, err)
		}
	}
	if len(b.b) != 8192 {
		t.Errorf("kept %d bytes; want 8192", len(b.b))
	}
}
