// SPDX-License-Identifier: MIT

package guest

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// A mount is one file system that the tests expect.
type mount struct {
	source, target, kind string
	flags                uintptr
}

// mounts returns what is mounted at the start, in order. The root file system
// is read-only: the targets are directories of the image, or of a file system
// mounted before.
func mounts() []mount {
	return []mount{
		{"proc", "/proc", "proc", 0},
		{"sysfs", "/sys", "sysfs", 0},
		{"devtmpfs", "/dev", "devtmpfs", 0},
		{"devpts", "/dev/pts", "devpts", 0},
		{"tmpfs", "/dev/shm", "tmpfs", 0},
		{"debugfs", "/sys/kernel/debug", "debugfs", 0},
		{"tracefs", "/sys/kernel/tracing", "tracefs", 0},
		{"tmpfs", "/tmp", "tmpfs", 0},
		{"tmpfs", "/run", "tmpfs", 0},
	}
}

// igtRoot is where the IGT image is mounted. IGT tests run with it as their
// root directory, so that the image needs no place in ours.
const igtRoot = "/igt"

// igtDisk is the second virtio disk.
const igtDisk = "/dev/vdb"

// mountAll mounts everything. What fails is logged and left: a test that needs
// it says so by itself, and a missing port ends the agent.
func mountAll(log kmsg) {
	for _, m := range mounts() {
		if err := m.mount(); err != nil {
			log.printf("fencebot: mount %s: %v", m.target, err)
		}
	}
	if _, err := os.Stat(igtDisk); err != nil {
		return
	}
	igt := []mount{{igtDisk, igtRoot, "ext2", unix.MS_RDONLY | unix.MS_NODEV | unix.MS_NOSUID}}
	for _, dir := range []string{"/proc", "/sys", "/dev", "/tmp", "/run"} {
		igt = append(igt, mount{dir, igtRoot + dir, "", unix.MS_BIND | unix.MS_REC})
	}
	for _, m := range igt {
		if err := m.mount(); err != nil {
			log.printf("fencebot: mount %s: %v", m.target, err)
		}
	}
}

// mount mounts m, which may be mounted already.
func (m mount) mount() error {
	_ = os.Mkdir(m.target, 0o755) // in devtmpfs; elsewhere it exists
	err := unix.Mount(m.source, m.target, m.kind, m.flags, "")
	if errors.Is(err, unix.EBUSY) {
		return nil // CONFIG_DEVTMPFS_MOUNT, or IsAgent
	}
	return err
}

// mountIfMissing mounts a file system when probe does not exist.
func mountIfMissing(probe, kind, target string) {
	if _, err := os.Stat(probe); err != nil {
		_ = mount{kind, target, kind, 0}.mount() // the caller's next read tells
	}
}
