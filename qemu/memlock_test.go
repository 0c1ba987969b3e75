// SPDX-License-Identifier: MIT

package qemu

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestLaunch(t *testing.T) {
	t.Parallel()
	devices := []Device{{Address: gpu, gid: 777}}
	root := os.Geteuid() == 0
	for name, tt := range map[string]struct {
		o    Options
		want string
	}{
		"no device": {Options{Binary: "/q"}, "/q -x"},
		"as ourselves": {
			Options{Binary: "/q", MemMiB: 512, VFIO: devices, User: &Credential{}},
			"prlimit --memlock=1610612736:1610612736 /q -x",
		},
		"as somebody else": {
			Options{Binary: "/q", MemMiB: 1024, VFIO: devices},
			"prlimit --memlock=2147483648:2147483648 setpriv --reuid=61200 --regid=61200 --groups=777 --no-new-privs --pdeathsig=KILL -- /q -x",
		},
		"a file for everybody": {
			Options{Binary: "/q", MemMiB: 1024, VFIO: []Device{{Address: gpu}}},
			"prlimit --memlock=2147483648:2147483648 setpriv --reuid=61200 --regid=61200 --clear-groups --no-new-privs --pdeathsig=KILL -- /q -x",
		},
	} {
		o := tt.o.withDefaults()
		if o.User.UID != 0 && !root && len(o.VFIO) > 0 {
			continue // nobody else to become
		}
		if got := strings.Join(launch(o, []string{"-x"}), " "); got != tt.want {
			t.Errorf("%s: launch = %q; want %q", name, got, tt.want)
		}
	}
}

// More memory than any machine may lock is refused with what to raise.
func TestCheckLockLimit(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 && checkLockLimit(t.Context(), Options{MemMiB: 512}) == nil {
		t.Skip("this root may set any limit")
	}
	err := checkLockLimit(t.Context(), Options{MemMiB: 1 << 30})
	if !errors.Is(err, ErrDevice) || !strings.Contains(err.Error(), "LimitMEMLOCK") {
		t.Errorf("checkLockLimit = %v; want what to raise", err)
	}
}

// TestDeviceIdentity: QEMU with a device runs as the same user as without one,
// with the limit that was set, and dies with us.
func TestDeviceIdentity(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root becomes somebody else")
	}
	if _, err := exec.LookPath("setpriv"); err != nil {
		t.Skip("no setpriv here")
	}
	o := Options{Binary: "/bin/sh", Accel: AccelTCG, VFIO: []Device{{Address: gpu, gid: 777}}}.withDefaults()
	argv := launch(o, []string{"-c", "ulimit -H -l; exec setpriv --dump"})
	argv[1] = "--memlock=65536:65536" // a limit that may be set everywhere
	out, err := exec.CommandContext(t.Context(), argv[0], argv[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{
		"64\n", "uid: 61200\n", "euid: 61200\n", "egid: 61200\n", "Supplementary groups: 777\n",
		"no_new_privs: 1\n", "Parent death signal: KILL\n",
	} {
		if !strings.Contains(strings.ToLower(string(out)), strings.ToLower(want)) {
			t.Errorf("QEMU is\n%s\nwant %q in it", out, want)
		}
	}
}

// A real QEMU takes the arguments, and then finds no such device.
func TestRealDeviceArguments(t *testing.T) {
	t.Parallel()
	qemu, err := exec.LookPath("qemu-system-x86_64")
	if err != nil {
		t.Skip("no QEMU here")
	}
	o := Options{Accel: AccelTCG}.withDefaults()
	args := slices.Concat(machineArgs(o), deviceArgs([]Device{{Address: "ffff:ff:1f.7"}}))
	text, err := exec.CommandContext(t.Context(), qemu, args...).CombinedOutput()
	if err == nil || !strings.Contains(string(text), "ffff:ff:1f.7: no such host device") {
		t.Errorf("QEMU: %v: %s; want it to miss the device", err, text)
	}
}
