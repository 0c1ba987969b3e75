// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/internal/sandbox"
	"github.com/fencebot/fencebot/internal/static"
	"github.com/fencebot/fencebot/qemu"
)

// A need is a program that fencebot runs.
type need struct {
	program string
	pkg     string // Debian package
	why     string
	must    bool
}

// needs returns the programs in the order in which a check runs them.
func needs(qemu string) []need {
	return []need{
		{"git", "git", "keeps the trees and merges what only three ways can place", true},
		{"make", "make", "builds the kernel", true},
		{"gcc", "gcc", "builds the kernel", true},
		{"ld", "binutils", "links the kernel", true},
		{"flex", "flex", "the kernel's Kconfig needs it", true},
		{"bison", "bison", "the kernel's Kconfig needs it", true},
		{"bc", "bc", "the kernel's timeconst.h needs it", true},
		{"perl", "perl", "the kernel's build scripts need it", true},
		{"bwrap", "bubblewrap", "keeps a stranger's Makefile in a box", true},
		{"setpriv", "util-linux", "drops privileges", true},
		{"prlimit", "util-linux", "limits what a build may use", true},
		{qemu, "qemu-system-x86", "boots the kernel", true},
		{"mke2fs", "e2fsprogs", "makes the guest's root image", true},
		{"xz", "xz-utils", "unpacks source tarballs", true},
		{"ccache", "ccache", "makes repeated builds quick", false},
		{static.Program, "coccinelle", "reads the drivers that no guest can run (docs/static.md)", false},
	}
}

func (a *app) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Say what is missing on this host and how to get it",
		Args:  exactly(0, "no arguments"),
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context()) },
	}
}

// doctor prints a line per need and ends with 3 when a check could not run.
func (a *app) doctor(ctx context.Context) error {
	missing := 0
	say := func(ok, must bool, what, hint string) {
		word := "ok     "
		switch {
		case !ok && must:
			word = "MISSING"
			missing++
		case !ok:
			word = "absent "
		}
		fmt.Fprintf(a.stdout, "%s  %-20s  %s\n", word, what, hint)
	}
	for _, n := range needs(a.cfg.QEMU.Binary) {
		path, err := lookPath(n.program)
		hint := path
		if err != nil {
			hint = fmt.Sprintf("%s; apt-get install %s", n.why, n.pkg)
		}
		say(err == nil, n.must, n.program, hint)
	}
	_, err := sandbox.Find(ctx)
	say(err == nil, a.cfg.Build.Sandbox != "none", "sandbox", describe(err, "bubblewrap works here"))
	self, err := os.Executable()
	if err == nil {
		err = qemu.CheckAgent(self)
	}
	say(err == nil, true, "agent", describe(err, "this program can run as init of the guests"))
	a.doctorAccel(ctx, say)
	a.doctorDevices(ctx, say)
	if err := a.doctorState(say); err != nil {
		return err
	}
	if missing > 0 {
		fmt.Fprintf(a.stdout, "\n%d missing: fencebot check cannot run here yet\n", missing)
		return codeError(exitInfra)
	}
	fmt.Fprintf(a.stdout, "\nfencebot check can run here (%d processors)\n", runtime.NumCPU())
	return nil
}

// lookPath finds a program also where Debian keeps root's, which ordinary users
// do not have on PATH and may run all the same.
func lookPath(program string) (string, error) {
	path, err := exec.LookPath(program)
	for _, dir := range []string{"/usr/sbin/", "/sbin/"} {
		if err != nil && !strings.Contains(program, "/") {
			path, err = exec.LookPath(dir + program)
		}
	}
	return path, err
}

// doctorAccel says what guests will run on; without KVM they are slower, and
// that is all.
func (a *app) doctorAccel(ctx context.Context, say func(ok, must bool, what, hint string)) {
	accel, err := qemu.Probe(ctx, qemu.Options{Binary: a.cfg.QEMU.Binary, CPUs: a.cfg.QEMU.CPUs, MemMiB: a.cfg.QEMU.MemMiB})
	if err != nil {
		return // QEMU is missing, which was said above
	}
	say(accel.Name == qemu.AccelKVM, false, "kvm", "guests run under "+accel.Name+": "+accel.Why)
}

// doctorDevices says whether the devices of qemu.vfio can be passed through.
func (a *app) doctorDevices(ctx context.Context, say func(ok, must bool, what, hint string)) {
	if len(a.cfg.QEMU.VFIO) == 0 {
		return
	}
	devices, err := qemu.FindDevices(ctx, qemu.Options{MemMiB: a.cfg.QEMU.MemMiB}, a.cfg.QEMU.VFIO)
	say(err == nil, false, "devices", strings.ReplaceAll(describe(err, deviceList(devices)), "\n", "; "))
}

// doctorState looks at the state directory: room, and trees.
func (a *app) doctorState(say func(ok, must bool, what, hint string)) error {
	state, err := a.state()
	if err != nil {
		return err
	}
	const wantGiB = 6 // one kernel tree, its work tree and its builds
	var st unix.Statfs_t
	if err := unix.Statfs(state, &st); err != nil {
		return fmt.Errorf("state directory %s: %w", state, err)
	}
	free := int64(st.Bavail) * st.Bsize >> 30
	say(free >= wantGiB, true, "disk", fmt.Sprintf("%d GiB free in %s, a tree and its builds take up to %d", free, state, wantGiB))
	trees, err := a.trees()
	if err != nil {
		return err
	}
	list, err := trees.List()
	if err != nil {
		return err
	}
	say(len(list) > 0, false, "trees", fmt.Sprintf("%d registered; fencebot tree add NAME SOURCE", len(list)))
	return nil
}

func describe(err error, fine string) string {
	if err != nil {
		return err.Error()
	}
	return fine
}
