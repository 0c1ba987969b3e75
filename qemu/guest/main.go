// SPDX-License-Identifier: MIT

package guest

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/wire"
)

// marker is the word on the kernel command line that asks for the agent.
const marker = "fencebot.agent=1"

// portLimit is how long the port may take to appear after the kernel started
// PID 1: virtio ports come up asynchronously.
const portLimit = 10 * time.Second

// IsAgent reports whether this process is the agent of a guest. As PID 1 it
// mounts /proc and /sys to find out when nobody has; otherwise it changes
// nothing and takes no time.
func IsAgent() bool {
	if os.Getpid() != 1 {
		return false
	}
	if !asked() {
		return false
	}
	mountIfMissing("/sys/class", "sysfs", "/sys")
	_, err := waitPort("/sys/class/virtio-ports", portLimit)
	return err == nil
}

// asked reports whether the kernel command line holds the marker.
func asked() bool {
	mountIfMissing(cmdlinePath, "proc", "/proc")
	line, err := os.ReadFile(cmdlinePath)
	return err == nil && slices.Contains(strings.Fields(string(line)), marker)
}

// Main runs the agent. It does not return: it ends by rebooting the machine,
// also when ctx ends or something goes wrong.
func Main(ctx context.Context) {
	survive()
	log := kmsg{path: kmsgPath}
	defer reboot(log) // also after a panic, which the next line turns into news
	defer func() {
		if r := recover(); r != nil {
			log.printf("fencebot: agent panics: %v", r)
		}
	}()
	mountAll(log)
	settle(log)
	port, err := openPort()
	if err != nil {
		log.printf("fencebot: %v", err)
		return
	}
	a := newAgent(port, log)
	defer func() {
		if r := recover(); r != nil {
			a.fail(fmt.Errorf("agent panics: %v", r))
		}
	}()
	if err := a.run(ctx); err != nil {
		a.fail(err)
	}
}

// survive keeps signals from ending the agent. They are caught and not ignored,
// because a test program would inherit that, and could no longer be ended
// politely.
func survive() {
	unread := make(chan os.Signal, 1)
	signal.Notify(unread, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGPIPE)
}

// settle sets what the tests and the log depend on.
func settle(log kmsg) {
	for _, s := range []struct{ path, value string }{
		// Info lines, such as IGT's marker lines, reach the console from
		// level 7 on.
		{"/proc/sys/kernel/printk", "7"},
		// Without this the kernel drops a test's lines after ten in five
		// seconds. It wants the newline (devkmsg_sysctl_set_loglvl).
		{"/proc/sys/kernel/printk_devkmsg", "on\n"},
	} {
		if err := os.WriteFile(s.path, []byte(s.value), 0); err != nil {
			log.printf("fencebot: %v", err)
		}
	}
}

// reboot ends the guest. There is no ACPI to power off with, and QEMU runs
// with -no-reboot.
func reboot(log kmsg) {
	// Console and port are written by the host's side after the write
	// returned here; give it the time to take what is in the queues.
	const drain = 50 * time.Millisecond
	// Orderly reboot stops the drivers, which may hang in a broken kernel.
	const patience = 5 * time.Second
	time.Sleep(drain)
	go func() {
		time.Sleep(patience)
		sysrq(sysrqPath, 'b')
	}()
	err := unix.Reboot(unix.LINUX_REBOOT_CMD_RESTART)
	log.printf("fencebot: reboot: %v", err)
	select {} // PID 1 must not end
}

// waitPort returns the directory name of the agent's port in dir, for example
// vport0p1.
func waitPort(dir string, limit time.Duration) (string, error) {
	const step = 5 * time.Millisecond
	for deadline := time.Now().Add(limit); ; time.Sleep(step) {
		entries, _ := os.ReadDir(dir) // not there yet
		for _, e := range entries {
			name, err := os.ReadFile(dir + "/" + e.Name() + "/name")
			if err == nil && strings.TrimSpace(string(name)) == wire.Port {
				return e.Name(), nil
			}
		}
		if time.Now().After(deadline) {
			return "", fmt.Errorf("find port %s: not in %s", wire.Port, dir)
		}
	}
}
