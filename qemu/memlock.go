// SPDX-License-Identifier: MIT

package qemu

import (
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// lockBytes is how much memory a QEMU with devices may lock: a device reaches
// all of the guest's memory at any time, so VFIO pins it, and counts it against
// RLIMIT_MEMLOCK of who has no CAP_IPC_LOCK. The GiB on top is for the devices'
// own ranges; libvirt allows as much.
func lockBytes(o Options) uint64 { return uint64(o.MemMiB)<<20 + 1<<30 }

// checkLockLimit tries whether o's limit can be set. Who may do so is no matter
// of being root alone: a container often lacks CAP_SYS_RESOURCE.
func checkLockLimit(ctx context.Context, o Options) error {
	const try = 10 * time.Second
	ctx, cancel := context.WithTimeout(ctx, try)
	defer cancel()
	wrap := lockWrap(o)
	out, err := exec.CommandContext(ctx, wrap[0], append(wrap[1:], "true")...).CombinedOutput()
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: a guest of %d MiB takes %d MiB of locked memory, and that may not be had (%s); "+
		"raise the limit: LimitMEMLOCK= of systemd, memlock in limits.conf, --ulimit memlock= of a container",
		ErrDevice, o.MemMiB, lockBytes(o)>>20, cmp.Or(oneLine(string(out), maxDetail), err.Error()))
}

// lockWrap is the program that sets the limit and becomes what follows.
func lockWrap(o Options) []string {
	limit := strconv.FormatUint(lockBytes(o), 10)
	return []string{"prlimit", "--memlock=" + limit + ":" + limit}
}

// launch returns the command line that starts QEMU with args. With devices the
// limit of locked memory comes first, which only root may raise; privileges are
// dropped after that, by setpriv and not by the fork.
func launch(o Options, args []string) []string {
	argv := append([]string{o.Binary}, args...)
	if len(o.VFIO) == 0 {
		return argv
	}
	if path, err := exec.LookPath(o.Binary); err == nil { // else prlimit says that it is missing
		argv[0] = path // prlimit has a PATH of its own
	}
	wrap := lockWrap(o)
	if o.drops() {
		// The death signal is lost when the user changes (prctl(2)), and QEMU has
		// to die with us.
		wrap = append(wrap, "setpriv", "--reuid="+id(o.User.UID), "--regid="+id(o.User.GID),
			groupArg(append(kvmGroup(o.Accel), deviceGroups(o.VFIO)...)), "--no-new-privs", "--pdeathsig=KILL", "--")
	}
	return append(wrap, argv...)
}

func groupArg(gids []uint32) string {
	if len(gids) == 0 {
		return "--clear-groups"
	}
	words := make([]string, len(gids))
	for i, g := range gids {
		words[i] = id(g)
	}
	return "--groups=" + strings.Join(words, ",")
}

func id(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
