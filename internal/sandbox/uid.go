// SPDX-License-Identifier: MIT

package sandbox

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// User ids of sandboxes come from the range that systemd sets aside for dynamic
// users (https://systemd.io/UIDS-GIDS/), so that no account of the host has
// them, and are locked as systemd locks them: a flock on a file of that name.
// The first of the range is only used as the group of Shared mounts.
const (
	sharedGID  = 61184
	firstUID   = 61185
	lastUID    = 65519
	uidLockDir = "/run/systemd/dynamic-uid"
)

// uidLease is a user id that no other sandbox has until release.
type uidLease struct {
	uid  int
	file *os.File
}

// leaseUID takes a free user id. Ids are tried from a random one on, so that
// two ends of the range do not meet in practice.
func leaseUID(dir string) (*uidLease, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("lock sandbox uid: %w", err)
	}
	const n = lastUID - firstUID + 1
	start := rand.IntN(n)
	for i := range n {
		uid := firstUID + (start+i)%n
		lease, err := tryUID(dir, uid)
		if err != nil {
			return nil, fmt.Errorf("lock sandbox uid %d: %w", uid, err)
		}
		if lease != nil {
			return lease, nil
		}
	}
	return nil, errors.New("lock sandbox uid: all are in use")
}

// tryUID gives nil without an error when the uid is taken.
func tryUID(dir string, uid int) (*uidLease, error) {
	name := filepath.Join(dir, strconv.Itoa(uid))
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, nil
		}
		return nil, err
	}
	// The file may have been removed by its last holder between open and flock.
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil || st.Nlink == 0 {
		f.Close()
		return nil, err
	}
	return &uidLease{uid: uid, file: f}, nil
}

// release gives the uid back: unlink first, while the lock is held.
func (l *uidLease) release() {
	_ = os.Remove(l.file.Name())
	_ = l.file.Close()
}
