// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// caseLimit is how long one check may take. A clean one needs a minute; a finding
// on a loaded machine has taken a quarter of an hour.
const caseLimit = time.Hour

var errCaseLimit = errors.New("no answer within the time limit")

// A bot calls fencebot.
type bot struct {
	program string // path
	tree    string
	base    string // commit; empty for the tree's own
	state   string // directory; empty for fencebot's own
	keep    string // directory for the answers; empty for none
}

// check runs one case. The series gets a neutral name, for that of its directory
// gives the bug away. An error says that there was no answer.
func (b bot) check(ctx context.Context, c Case) (a Answer, exit int, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, caseLimit, errCaseLimit)
	defer cancel()
	tmp, err := os.MkdirTemp("", "corpus")
	if err != nil {
		return a, 0, fmt.Errorf("make directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()

	series, out := filepath.Join(tmp, "series.mbox"), filepath.Join(tmp, "answer.json")
	if b.keep != "" {
		out = filepath.Join(b.keep, c.Name+".json")
	}
	if err := copyFile(series, filepath.Join(c.Dir, "series.mbox")); err != nil {
		return a, 0, err
	}
	base, err := b.baseOf(ctx, c)
	if err != nil {
		return a, 0, err
	}
	args := []string{"check", "--json", out}
	if base != "" {
		args = append(args, "--base", base)
	}
	said, err := b.call(ctx, append(args, series)...)
	if err != nil {
		return a, said.exit, err
	}
	if err := readJSON(out, &a); err != nil {
		return a, said.exit, fmt.Errorf("read answer: %w: fencebot said: %s", err, said.stderr)
	}
	return a, said.exit, nil
}

// baseOf returns the commit that the case is to be checked on. A base.mbox is
// applied first: its tip is the base.
func (b bot) baseOf(ctx context.Context, c Case) (string, error) {
	mbox := filepath.Join(c.Dir, "base.mbox")
	if _, err := os.Stat(mbox); errors.Is(err, os.ErrNotExist) {
		return b.base, nil
	}
	args := []string{"apply", "--json"}
	if b.base != "" {
		args = append(args, "--base", b.base)
	}
	said, err := b.call(ctx, append(args, mbox)...)
	if err != nil {
		return "", err
	}
	var applied struct {
		Tip string `json:"tip"`
	}
	if err := json.Unmarshal(said.stdout, &applied); err != nil || said.exit != 0 || applied.Tip == "" {
		return "", fmt.Errorf("apply base.mbox: exit code %d: %s", said.exit, said.stderr)
	}
	return applied.Tip, nil
}

// words are what fencebot said.
type words struct {
	exit   int
	stdout []byte
	stderr string // the end of it
}

// call runs fencebot to its end, whatever its exit code is.
func (b bot) call(ctx context.Context, args ...string) (words, error) {
	args = append([]string{args[0], "--tree", b.tree}, args[1:]...)
	if b.state != "" {
		args = append(args, "--state", b.state)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, b.program, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it has a guest and a lock to give back
	cmd.WaitDelay = 30 * time.Second
	err := cmd.Run()
	said := words{stdout: stdout.Bytes(), stderr: tail(stderr.String())}
	if ctx.Err() != nil {
		return said, fmt.Errorf("run fencebot: %w", context.Cause(ctx))
	}
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		said.exit, err = failed.ExitCode(), nil
	}
	if err != nil {
		return said, fmt.Errorf("run fencebot: %w", err)
	}
	return said, nil
}

// tail cuts what a program said to its last words.
func tail(s string) string {
	const limit = 300
	if len(s) > limit {
		s = "..." + s[len(s)-limit:]
	}
	return s
}

func copyFile(to, from string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("read series: %w", err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		return fmt.Errorf("copy series: %w", err)
	}
	return nil
}
