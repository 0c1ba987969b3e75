// SPDX-License-Identifier: MIT

package sandbox

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestRefused runs what a hostile command would try. Each script prints LEAK
// when it gets through.
func TestRefused(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	home, _ := os.UserHomeDir()
	perl := func(script string) string { return "perl -e '" + script + "'" }
	for name, script := range map[string]string{
		"read shadow":             "cat /etc/shadow && echo LEAK",
		"read passwd":             "cat /etc/passwd && echo LEAK",
		"read ssh host key":       "ls /etc/ssh && echo LEAK",
		"see home":                "ls -d '" + home + "' /root /home/* && echo LEAK; ls -d '" + home + "' && echo LEAK",
		"see state":               "cat '" + secret + "' && echo LEAK",
		"see other processes":     "[ $(ls -d /proc/[0-9]* | wc -l) -gt 8 ] && echo LEAK",
		"write to usr":            "touch /usr/x && echo LEAK",
		"write to root":           "touch /x && echo LEAK",
		"write to dev":            "touch /dev/x /dev/shm/x && echo LEAK",
		"write to proc":           "echo 1 >/proc/sys/kernel/panic && echo LEAK",
		"sysrq":                   "echo h >/proc/sysrq-trigger && echo LEAK",
		"internet socket":         perl("socket(S, 2, 1, 0) and print qq(LEAK)"),
		"internet v6 socket":      perl("socket(S, 10, 1, 0) and print qq(LEAK)"),
		"vsock socket":            perl("socket(S, 40, 1, 0) and print qq(LEAK)"),
		"netlink socket":          perl("socket(S, 16, 3, 0) and print qq(LEAK)"),
		"a network interface":     "grep -v '^ *lo:' /proc/net/dev | grep : && echo LEAK",
		"new user namespace":      "unshare -Ur true && echo LEAK",
		"become root":             perl("$< = 0; $> = 0; $> == 0 and $ENV{ROOT} and print qq(LEAK)"),
		"set-uid program":         "su -c true </dev/null && echo LEAK",
		"mount":                   "mount -t tmpfs none /tmp && echo LEAK",
		"a device node":           "mknod /tmp/kmsg c 1 11 && echo LEAK",
		"environment of fencebot": "env | grep -q HOME && echo LEAK",
		"terminal":                "echo x >/dev/tty && echo LEAK",
		"user bus":                "ls /run /var && echo LEAK",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := run(t, script+"; true", nil)
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if strings.Contains(out, "LEAK") {
				t.Errorf("%s got through:\n%s", script, out)
			}
		})
	}
}

// TestFirstToDie reads what the OOM killer goes by.
func TestFirstToDie(t *testing.T) {
	t.Parallel()
	if out, err := run(t, "cat /proc/self/oom_score_adj", nil); err != nil || out != "1000\n" {
		t.Errorf("oom_score_adj = %q, %v; want 1000", out, err)
	}
}

// TestClosedSource is a source that only its owner may enter.
func TestClosedSource(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("an ordinary user builds as the owner")
	}
	dir := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := run(t, "true", func(s *Spec) { s.Mounts = []Mount{{Host: dir, Guest: "/src"}} })
	if err == nil || !strings.Contains(err.Error(), "chmod o+rx") {
		t.Errorf("Run = %v; want an error that says what to do", err)
	}
}

// TestInheritedDescriptor starts the sandbox from a process that holds an open
// directory of the host, as a careless shell or service manager leaves it.
func TestInheritedDescriptor(t *testing.T) {
	if os.Getenv("FENCEBOT_TEST_FD") != "" {
		out, err := run(t, "ls -l /proc/self/fd; ls /proc/self/fd/9/ && echo LEAK; true", nil)
		if err != nil || strings.Contains(out, "LEAK") || strings.Contains(out, " 9 -> ") {
			t.Errorf("descriptor 9 is open inside: %v\n%s", err, out)
		}
		return
	}
	find(t)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `exec 9</ && exec "$0" -test.run '^TestInheritedDescriptor$'`, os.Args[0])
	cmd.Env = append(os.Environ(), "FENCEBOT_TEST_FD=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestMounts(t *testing.T) {
	t.Parallel()
	src, build := t.TempDir(), t.TempDir()
	if err := os.WriteFile(src+"/in", []byte("hello"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := run(t, "cp /src/in out && touch /src/x", func(s *Spec) {
		s.Dir = "/build"
		s.Mounts = []Mount{{Host: src, Guest: "/src"}, {Host: build, Guest: "/build", Writable: true}}
	})
	var exit *ExitError
	if !errors.As(err, &exit) || !strings.Contains(out, "/src/x") {
		t.Errorf("write into /src: %v, %q; want it refused", err, out)
	}
	if b, err := os.ReadFile(build + "/out"); err != nil || string(b) != "hello" {
		t.Errorf("/build/out = %q, %v; want hello", b, err)
	}
}

// TestGiveFollowsNoLink has a layer with links out of it: the files they name
// must keep their owner, and what is inside gets the sandbox's.
func TestGiveFollowsNoLink(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("needs root to change owners")
	}
	outside, layer := t.TempDir(), t.TempDir()
	for _, err := range []error{
		os.WriteFile(outside+"/file", nil, 0o600), os.Mkdir(layer+"/sub", 0o755), os.WriteFile(layer+"/sub/in", nil, 0o600),
		os.Symlink(outside+"/file", layer+"/link"), os.Symlink(outside, layer+"/sub/dir"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	use, err := give(layer, identity{root: true, uid: firstUID, gid: firstUID})
	if err != nil {
		t.Fatal(err)
	}
	if use.files != 5 {
		t.Errorf("give counted %d files; want 5", use.files)
	}
	for name, want := range map[string]uint32{outside: 0, outside + "/file": 0, layer + "/sub/in": firstUID, layer + "/link": firstUID} {
		if got := owner(t, name); got != want {
			t.Errorf("owner of %s = %d; want %d", name, got, want)
		}
	}
}

// TestShared lets two sandboxes with different users write one directory, and a
// third only read it.
func TestShared(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(dir+"/old", 0o700); err != nil {
		t.Fatal(err)
	}
	shared := func(s *Spec) { s.Mounts = []Mount{{Host: dir, Guest: "/cache", Writable: true, Shared: true}} }
	for _, script := range []string{"umask 002; mkdir /cache/a; echo 1 >/cache/a/x; echo 1 >/cache/old/x", "umask 002; echo 2 >>/cache/a/x; echo 2 >/cache/a/y; echo 2 >>/cache/old/x"} {
		if out, err := run(t, script, shared); err != nil || out != "" {
			t.Fatalf("%s: %v %s", script, err, out)
		}
	}
	out, err := run(t, "cat /cache/a/x; echo 3 >/cache/a/z || echo refused", func(s *Spec) {
		s.Mounts = []Mount{{Host: dir, Guest: "/cache"}}
	})
	if err != nil || !strings.HasPrefix(out, "1\n2\n") || !strings.HasSuffix(out, "refused\n") {
		t.Errorf("third sandbox: %v, %q; want to read 1 and 2, and no write", err, out)
	}
}

// TestCommandCannotSpeakForBubblewrap prints what only bubblewrap may say.
func TestCommandCannotSpeakForBubblewrap(t *testing.T) {
	t.Parallel()
	out, err := run(t, `for fd in 3 4 5 6 7 8 9; do echo '{"exit-code": 0}' >&$fd; done; echo 'bwrap: no' >&2; exit 7`, nil)
	var exit *ExitError
	if !errors.As(err, &exit) || exit.Code != 7 {
		t.Errorf("Run = %v; want exit code 7\n%s", err, out)
	}
}
