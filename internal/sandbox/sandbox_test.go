// SPDX-License-Identifier: MIT

package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// nobody is who the tests are repeated as when they run as root.
const nobody = 65534

// asUser marks the test process that TestAsOrdinaryUser starts.
const asUser = "FENCEBOT_TEST_AS_USER"

// helperMode makes the test binary a program that other tests start.
const helperMode = "FENCEBOT_TEST_HELPER"

var testEnv = []string{"PATH=/usr/bin:/bin"}

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperMode); dir != "" {
		os.Exit(runForever(dir))
	}
	os.Exit(m.Run())
}

// find gives the host's sandbox or skips the test.
func find(t *testing.T) *Sandbox {
	t.Helper()
	s, err := Find(t.Context())
	if errors.Is(err, ErrUnavailable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sh(script string) []string { return []string{"sh", "-c", script} }

// run runs a shell script in the sandbox and gives all that it said.
func run(t *testing.T, script string, change func(*Spec)) (string, error) {
	t.Helper()
	var out bytes.Buffer
	spec := Spec{Argv: sh(script), Env: testEnv, Stdout: &out, Stderr: &out}
	if change != nil {
		change(&spec)
	}
	err := find(t).Run(t.Context(), spec)
	return out.String(), err
}

// TestAsOrdinaryUser repeats all tests of this package as uid 65534, where the
// sandbox is a user namespace.
func TestAsOrdinaryUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root to become somebody else")
	}
	dir, err := os.MkdirTemp("", "fencebot-user") // not t.TempDir, which others cannot enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "test")
	for _, err := range []error{os.WriteFile(bin, self, 0o755), os.Chmod(dir, 0o755), os.Mkdir(dir+"/tmp", 0o700), os.Chown(dir+"/tmp", nobody, nobody)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), bin, "-test.v")
	cmd.Dir = dir
	cmd.Env = []string{asUser + "=1", "PATH=" + os.Getenv("PATH"), "TMPDIR=" + dir + "/tmp", "HOME=" + dir + "/tmp"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("as uid %d: %v\n%s", nobody, err, out)
	}
	t.Logf("as uid %d: %d passed, %d skipped", nobody, bytes.Count(out, []byte("--- PASS")), bytes.Count(out, []byte("--- SKIP")))
}

// alive lists the processes whose command line holds the marker.
func alive(t *testing.T, marker string) []string {
	t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err == nil && bytes.Contains(b, []byte(marker)) {
			found = append(found, name+": "+string(bytes.ReplaceAll(b, []byte{0}, []byte(" "))))
		}
	}
	return found
}

// marker is an argument for sleep that no other test uses.
func marker(n int) string {
	return fmt.Sprintf("9%d.%d", os.Getpid(), n)
}

func TestFindUnavailable(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Find(t.Context())
	var un *UnavailableError
	if !errors.As(err, &un) || !errors.Is(err, ErrUnavailable) || !strings.Contains(un.Hint, "apt-get install bubblewrap") {
		t.Errorf("Find without bwrap = %v; want an UnavailableError that says how to get it", err)
	}
}

func TestFindBrokenBubblewrap(t *testing.T) {
	for name, script := range map[string]string{
		"refuses":         "echo 'bwrap: No permissions to creating new namespace' >&2; exit 1",
		"confines nobody": `while [ "$1" != -- ]; do shift; done; shift; printf '{"child-pid": %d}{"exit-code": 0}' $$ >&3; exec "$@"`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(dir+"/bwrap", []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", dir+":/usr/bin:/bin")
			if s, err := Find(t.Context()); !errors.Is(err, ErrUnavailable) {
				t.Errorf("Find = %v, %v; want ErrUnavailable", s, err)
			}
		})
	}
}

func TestCheckStatus(t *testing.T) {
	t.Parallel()
	good := "Uid:\t61200\t61200\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n"
	for name, c := range map[string]struct {
		old, new string
		ok       bool
	}{
		"good":         {"", "", true},
		"root":         {"Uid:\t61200", "Uid:\t0", false},
		"capabilities": {"CapEff:\t0000000000000000", "CapEff:\t000001ffffffffff", false},
		"new privs":    {"NoNewPrivs:\t1", "NoNewPrivs:\t0", false},
		"no proc":      {good, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := checkStatus(strings.Replace(good, c.old, c.new, 1), true); (err == nil) != c.ok {
				t.Errorf("checkStatus = %v; want ok %v", err, c.ok)
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	out, err := run(t, "id -u; grep -c Cap.*:.0000000000000000 /proc/self/status", nil)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(out)
	uid, _ := strconv.Atoi(lines[0])
	if os.Getuid() == 0 && (uid < firstUID || uid > lastUID) {
		t.Errorf("uid = %d; want one of %d to %d", uid, firstUID, lastUID)
	}
	// CapBnd is not empty in a user namespace of bubblewrap's, and cannot be
	// used there: no_new_privs and an empty CapPrm stand before it.
	if n, _ := strconv.Atoi(lines[1]); n < 4 {
		t.Errorf("%d of 5 capability sets are empty; want 4 at least", n)
	}
}
