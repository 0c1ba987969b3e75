// SPDX-License-Identifier: MIT

package static

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/fencebot/fencebot/internal/sandbox"
)

//go:embed facts.cocci
var factsRules []byte

//go:embed macros.h
var macros []byte

// Program is Coccinelle's, which has to be in /usr/bin or /bin.
const Program = "spatch"

// What one run of spatch may take. The largest file of 6.12 that matters takes
// two seconds and 200 MiB, all that matter of amdgpu six seconds.
const (
	maxOutput   = 64 << 20 // bytes
	maxMemory   = 3 << 30  // bytes
	scanTime    = 5 * time.Minute
	fileSeconds = "30"
)

// errOutput reports more than maxOutput bytes.
var errOutput = errors.New("too much output")

// An unreadableError says why spatch did not get to the end of a stranger's
// source.
type unreadableError struct{ cause error }

func (e *unreadableError) Error() string { return "read with spatch: " + e.cause.Error() }
func (e *unreadableError) Unwrap() error { return e.cause }

// installed reports whether spatch is where a sandbox sees it.
func installed() bool {
	for _, dir := range []string{"/usr/bin", "/bin"} {
		if _, err := exec.LookPath(filepath.Join(dir, Program)); err == nil {
			return true
		}
	}
	return false
}

// fileName is the name that a file has for spatch. Names of strangers do not
// get there.
func fileName(i int) string { return fmt.Sprintf("%s/%04d.c", guestSource, i) }

// Paths in the sandbox.
const (
	guestSource = "/source"
	guestRules  = "/rules"
)

// scan lists the calls and hooks of some C files. The order of the result is
// that of sources.
func scan(ctx context.Context, box *sandbox.Sandbox, sources [][]byte) ([]facts, error) {
	dir, err := os.MkdirTemp("", "fencebot-static-")
	if err != nil {
		return nil, fmt.Errorf("scan statically: %w", err)
	}
	defer os.RemoveAll(dir)
	mounts, err := lay(dir, sources)
	if err != nil {
		return nil, fmt.Errorf("scan statically: %w", err)
	}
	rules, source := box.Path(mounts, guestRules), box.Path(mounts, guestSource)
	out := &limited{}
	err = box.Run(ctx, sandbox.Spec{
		Argv: []string{
			Program, "--no-includes", "--very-quiet", "--timeout", fileSeconds, "--macro-file", rules + "/macros.h",
			"--sp-file", rules + "/facts.cocci", "--dir", source,
		},
		Dir: "/", Env: []string{"PATH=/usr/bin:/bin", "HOME=/tmp", "LC_ALL=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1"},
		Mounts: mounts,
		Limits: sandbox.Limits{AddressSpace: maxMemory, Wall: scanTime, TmpBytes: 64 << 20, Procs: 64},
		Stdout: out, Stderr: &out.words,
	})
	if err != nil {
		return nil, scanError(ctx, out, err)
	}
	text := out.b.Bytes()
	if source != guestSource { // no sandbox, so no mounts either
		text = bytes.ReplaceAll(text, []byte("\t"+source+"/"), []byte("\t"+guestSource+"/"))
	}
	return parseFacts(text, len(sources)), nil
}

// scanError tells what a source can bring about from what is our failure.
func scanError(ctx context.Context, out *limited, err error) error {
	_, exited := errors.AsType[*sandbox.ExitError](err)
	_, limit := errors.AsType[*sandbox.LimitError](err)
	switch {
	case ctx.Err() != nil:
		return err
	case out.full:
		return &unreadableError{errOutput}
	case exited || limit:
		return &unreadableError{fmt.Errorf("%w: %s", err, out.words.first())}
	}
	return fmt.Errorf("scan statically: %w", err)
}

// lay writes rules and sources below dir, for everybody to read.
func lay(dir string, sources [][]byte) ([]sandbox.Mount, error) {
	mounts := []sandbox.Mount{
		{Host: filepath.Join(dir, "rules"), Guest: guestRules},
		{Host: filepath.Join(dir, "source"), Guest: guestSource},
	}
	for _, m := range mounts {
		if err := os.Mkdir(m.Host, 0o755); err != nil {
			return nil, err
		}
	}
	errs := []error{
		os.WriteFile(filepath.Join(dir, "rules", "facts.cocci"), factsRules, 0o644),
		os.WriteFile(filepath.Join(dir, "rules", "macros.h"), macros, 0o644),
	}
	for i, text := range sources {
		name := filepath.Join(dir, "source", filepath.Base(fileName(i)))
		errs = append(errs, os.WriteFile(name, text, 0o644))
	}
	return mounts, errors.Join(errs...)
}

// limited keeps maxOutput bytes and fails behind them, which ends the run.
type limited struct {
	b     bytes.Buffer
	full  bool
	words complaint
}

func (l *limited) Write(p []byte) (int, error) {
	if l.b.Len()+len(p) > maxOutput {
		l.full = true
		return 0, errOutput
	}
	return l.b.Write(p)
}

// A complaint keeps the beginning of what spatch says on its error output.
type complaint struct{ b []byte }

func (c *complaint) Write(p []byte) (int, error) {
	const most = 4 << 10
	c.b = append(c.b, p[:min(len(p), most-len(c.b))]...)
	return len(p), nil
}

// first is its first line.
func (c *complaint) first() string {
	line, _, _ := bytes.Cut(bytes.TrimSpace(c.b), []byte("\n"))
	return string(line)
}
