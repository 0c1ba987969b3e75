// SPDX-License-Identifier: MIT

package gittree

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// killDelay is how long a git process gets to end after SIGTERM. It then has
// removed its lock files, or never will.
const killDelay = 5 * time.Second

// maxErrorText bounds what a git process says in an error of ours.
const maxErrorText = 2000

// A git runs git commands on one repository, with nothing of the user's or the
// system's configuration and nothing of our caller's environment.
type git struct {
	dir string // the git directory, absolute
}

// command prepares "git ARGS". Repository-local configuration is read, so args
// must not be commands that run what it names, except for a user's own tree.
func (g git) command(ctx context.Context, args ...string) *exec.Cmd {
	fixed := []string{
		"-c", "core.hooksPath=/dev/null",
		"-c", "core.fsmonitor=false",
		"-c", "core.attributesFile=/dev/null",
		"-c", "core.excludesFile=/dev/null",
		"-c", "core.bare=true",
		"-c", "safe.directory=*", // we name the directory, nothing is discovered
		"-c", "gc.auto=0", // commits of a series have no ref
		"-c", "maintenance.auto=false",
		"-c", "protocol.ext.allow=never",
		"--git-dir=" + g.dir,
	}
	cmd := exec.CommandContext(ctx, "git", append(fixed, args...)...)
	cmd.Env = gitEnv(os.Environ())
	cmd.Dir = g.dir
	polite(cmd)
	return cmd
}

// polite makes a cancelled child end by SIGTERM first.
func polite(cmd *exec.Cmd) {
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = killDelay
}

// gitEnv drops every GIT_ variable of env and closes git off from configuration
// files, prompts and replace refs.
func gitEnv(env []string) []string {
	clean := make([]string, 0, len(env)+8)
	for _, kv := range env {
		if !strings.HasPrefix(kv, "GIT_") && !strings.HasPrefix(kv, "LC_") && !strings.HasPrefix(kv, "LANG") {
			clean = append(clean, kv)
		}
	}
	return append(clean,
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_ATTR_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_OPTIONAL_LOCKS=0",
		"GIT_NO_REPLACE_OBJECTS=1",
		"GIT_NO_LAZY_FETCH=1",
		"LC_ALL=C",
	)
}

// output runs a git command and returns what it prints.
func (g git) output(ctx context.Context, args ...string) (string, error) {
	return outputOf(ctx, g.command(ctx, args...))
}

func outputOf(ctx context.Context, cmd *exec.Cmd) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), commandError(ctx, cmd, err, stderr.String())
	}
	return stdout.String(), nil
}

// commandError names the command and what it said.
func commandError(ctx context.Context, cmd *exec.Cmd, err error, stderr string) error {
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	name := "git"
	for _, a := range cmd.Args[1:] {
		if !strings.HasPrefix(a, "-") && !strings.Contains(a, "=") {
			name += " " + a
			break
		}
	}
	stderr = strings.TrimSpace(stderr)
	if len(stderr) > maxErrorText {
		stderr = stderr[len(stderr)-maxErrorText:]
	}
	if stderr == "" {
		return fmt.Errorf("run %s: %w", name, err)
	}
	return fmt.Errorf("run %s: %w: %s", name, err, stderr)
}
