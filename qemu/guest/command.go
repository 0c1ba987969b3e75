// SPDX-License-Identifier: MIT

package guest

import (
	"errors"
	"fmt"
	"os"

	"github.com/fencebot/fencebot/qemu/fencetest"
	"github.com/fencebot/fencebot/qemu/wire"
)

// A command is how a job's program is started.
type command struct {
	path   string
	args   []string
	env    []string
	dir    string // working directory, inside of root
	root   string // root directory, empty for ours
	server bool   // the program takes subtests from standard input
}

// linkDir holds a link to our program for each built-in test, because the
// kernel names a process after the file it was started from: a report then
// says fence_kms/77 and not exe/77.
const linkDir = "/run/fencebot"

// commandFor returns the command of a job.
func commandFor(job wire.Job) (command, error) {
	if job.IGT {
		return igtCommand(igtRoot, job)
	}
	path, err := link(linkDir, job.Binary)
	if err != nil {
		return command{}, err
	}
	return command{
		path:   path,
		args:   append([]string{job.Binary, "fencetest"}, fencetest.ServeArgs(job.Binary, job.Driver)...),
		env:    environment(job),
		dir:    "/",
		server: true,
	}, nil
}

// link returns the path of the link to our program called name.
func link(dir, name string) (string, error) {
	path := dir + "/" + name
	if _, err := os.Lstat(path); err == nil {
		return path, nil
	}
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return "", fmt.Errorf("find own program: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make directory for links: %w", err)
	}
	if err := os.Symlink(self, path); err != nil {
		return "", fmt.Errorf("link test: %w", err)
	}
	return path, nil
}

// igtTests holds the tests in the IGT image.
const igtTests = "/tests"

// errNoTest reports an IGT that does not have a test, as an older one would.
var errNoTest = errors.New("this IGT has no such test")

// igtCommand starts a real IGT test in the IGT image, mounted at root. Its
// libraries are in /lib; it looks for its data in the working directory. The
// error is errNoTest when the image lacks the test; without an image it is
// another one, for that is no fault of the IGT.
func igtCommand(root string, job wire.Job) (command, error) {
	c := command{
		path: igtTests + "/" + job.Binary,
		args: []string{job.Binary},
		env:  append(environment(job), "LD_LIBRARY_PATH=/lib", "HOME=/tmp"),
		dir:  "/data",
		root: root,
	}
	if job.Subtest != "" {
		c.args = append(c.args, "--run-subtest", job.Subtest)
	}
	if _, err := os.Stat(root + igtTests); err != nil {
		return c, fmt.Errorf("find image of IGT: %w", err)
	}
	if _, err := os.Stat(root + c.path); errors.Is(err, os.ErrNotExist) {
		return c, fmt.Errorf("%w: %s", errNoTest, job.Binary)
	}
	return c, nil
}

func environment(job wire.Job) []string {
	env := []string{"PATH=/bin:/usr/bin"}
	if job.Driver != "" {
		env = append(env, "IGT_FORCE_DRIVER="+job.Driver)
	}
	return env
}
