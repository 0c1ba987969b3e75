// SPDX-License-Identifier: MIT

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// A Sandbox confines commands. Get one from [Find] or [None]; it holds no state
// and may be used by many goroutines.
type Sandbox struct {
	none    bool
	root    bool // we are uid 0
	bwrap   string
	choom   string // this and the next two as seen inside, too
	prlimit string
	setpriv string // used as root only
	uidDir  string // where user ids are locked; used as root only
	tick    time.Duration
}

// None gives a Sandbox that confines nothing: commands run as the caller, with
// the caller's network and files. Limits of time and disk still hold. It is for
// --sandbox=none, where the user trusts the series or has walls of another kind.
func None() *Sandbox { return &Sandbox{none: true, tick: watchTick} }

// Confined reports whether commands are confined, false for [None].
func (s *Sandbox) Confined() bool { return !s.none }

// Path gives the name under which a command sees the guest path of one of the
// mounts: the path itself, or for [None] the host's.
func (s *Sandbox) Path(mounts []Mount, guest string) string {
	if s.none {
		return hostPath(mounts, guest)
	}
	return guest
}

const installHint = "Install it (Debian: apt-get install bubblewrap), or run with --sandbox=none if you trust every patch that is built."

// Find gives the sandbox of this host. It is proven by use: a command is run in
// it and must come out without rights. Everything that is missing is an
// [*UnavailableError].
func Find(ctx context.Context) (*Sandbox, error) {
	s := &Sandbox{root: os.Geteuid() == 0, uidDir: uidLockDir, tick: watchTick}
	var err error
	if s.bwrap, err = exec.LookPath("bwrap"); err != nil {
		return nil, &UnavailableError{Why: "the program bwrap (bubblewrap 0.8 or later) is not installed", Hint: installHint}
	}
	for name, path := range map[string]*string{"choom": &s.choom, "prlimit": &s.prlimit, "setpriv": &s.setpriv} {
		if *path, err = systemTool(name); err != nil {
			return nil, err
		}
	}
	if err := s.probe(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// systemTool finds a program that has to be there inside the sandbox, too.
func systemTool(name string) (string, error) {
	for _, dir := range []string{"/usr/bin/", "/bin/"} {
		if fi, err := os.Stat(dir + name); err == nil && fi.Mode()&0o111 != 0 {
			return dir + name, nil
		}
	}
	return "", &UnavailableError{Why: "the program " + name + " is not in /usr/bin", Hint: "Install util-linux (Debian: apt-get install util-linux)."}
}

// probe runs cat in the sandbox on its own status and reads what rights it had.
func (s *Sandbox) probe(ctx context.Context) error {
	var out, msg boundedBuffer
	err := s.Run(ctx, Spec{
		Argv: []string{"cat", "/proc/self/status"}, Env: []string{"PATH=/usr/bin:/bin"},
		Limits: Limits{Wall: time.Minute, TmpBytes: 1 << 20}, Stdout: &out, Stderr: &msg,
	})
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("probe sandbox: %w", context.Cause(ctx))
		}
		why := strings.TrimSpace(msg.String() + " (" + err.Error() + ")")
		return &UnavailableError{Why: "bubblewrap does not work here: " + why, Hint: s.probeHint()}
	}
	if err := checkStatus(out.String(), s.root); err != nil {
		return &UnavailableError{Why: "bubblewrap runs, but " + err.Error(), Hint: s.probeHint()}
	}
	return nil
}

// probeHint says what mostly stands in the way.
func (s *Sandbox) probeHint() string {
	if s.root {
		return "In a container, the runtime must allow mounts and new namespaces (docker run --privileged, or --cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined). Otherwise run with --sandbox=none if you trust every patch that is built."
	}
	return "An ordinary user needs user namespaces (sysctl kernel.unprivileged_userns_clone=1 and user.max_user_namespaces above 0; on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0). Otherwise run as root, or with --sandbox=none if you trust every patch that is built."
}

// checkStatus reads /proc/self/status of the probe (proc(5)).
func checkStatus(status string, root bool) error {
	want := map[string]string{"CapEff": "0000000000000000", "CapPrm": "0000000000000000", "NoNewPrivs": "1"}
	if filterSupported {
		want["Seccomp"] = "2"
	}
	seen := 0
	for line := range strings.Lines(status) {
		key, val, _ := strings.Cut(line, ":")
		val = strings.TrimSpace(val)
		if w, ok := want[key]; ok {
			if seen++; val != w {
				return fmt.Errorf("its command has %s %s, not %s", key, val, w)
			}
		}
		if key == "Uid" && root && strings.HasPrefix(val, "0\t") {
			return errors.New("its command is still root")
		}
	}
	if seen != len(want) {
		return errors.New("its command has no readable /proc")
	}
	return nil
}
