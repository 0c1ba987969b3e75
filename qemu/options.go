// SPDX-License-Identifier: MIT

package qemu

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"
)

// Options says what to boot and with what limits. Kernel, RootImage and
// ConsolePath must be set; everything else has a default.
type Options struct {
	Binary     string // QEMU; default "qemu-system-x86_64", looked up in PATH
	Kernel     string // uncompressed vmlinux with CONFIG_PVH
	RootImage  string // ext2 image of MakeRootImage, read-only, /dev/vda in the guest
	ExtraImage string // ext2 image of MakeIGTImage, read-only, /dev/vdb; default none
	Accel      string // AccelKVM or AccelTCG; default: what Probe says
	CPUs       int    // default 2
	MemMiB     int    // memory of the guest; default 512
	Cmdline    string // appended to the kernel command line; default nothing

	VFIO     []Device // devices of the host, of FindDevices; default none
	Firmware string   // archive of MakeFirmware for their drivers; default none
	Displays []string // display devices beside virtio-gpu: QXL, Bochs, VMware; default none

	BootTimeout    time.Duration // from process start to the ready event; default 3 minutes
	SilenceTimeout time.Duration // without a byte from console or agent; default 3 minutes
	TestTimeout    time.Duration // from a test's start to its end; default the plan's own limit and 30 s
	RunTimeout     time.Duration // the whole of Run or RunAll; default 2 hours
	Grace          time.Duration // for last words after a panic, a hang or the last test; default 15 s
	KillDelay      time.Duration // from SIGTERM to SIGKILL; default 5 s

	ConsolePath  string // file that gets the console log; replaced when it exists
	ConsoleLimit int64  // bytes of console kept, the middle is dropped; default 32 MiB

	CacheDir string       // where Probe keeps its answer; default: it asks every time
	User     *Credential  // whom QEMU runs as when we are root; default uid and gid 61200
	Logger   *slog.Logger // default: discard

	// Started is called with the name of each test that begins, from the
	// goroutine of Run. Default: nobody.
	Started func(name string)
}

// A Credential is a numeric user and group. No entry in /etc/passwd is needed.
type Credential struct {
	UID uint32
	GID uint32
}

// Accelerators that Options.Accel may name.
const (
	AccelKVM = "kvm"
	AccelTCG = "tcg"
)

// defaultUser is a number that Debian gives to nobody: it lies between the
// ranges of ordinary users and of nobody (Debian policy 9.2.2).
const defaultUser = 61200

// maxCmdline is COMMAND_LINE_SIZE of arch/x86/include/asm/setup.h less what
// appendLine needs itself.
const maxCmdline = 1500

func (o Options) withDefaults() Options {
	o.Binary = cmp.Or(o.Binary, "qemu-system-x86_64")
	o.CPUs = cmp.Or(o.CPUs, 2)
	o.MemMiB = cmp.Or(o.MemMiB, 512)
	o.BootTimeout = cmp.Or(o.BootTimeout, 3*time.Minute)
	o.SilenceTimeout = cmp.Or(o.SilenceTimeout, 3*time.Minute)
	o.RunTimeout = cmp.Or(o.RunTimeout, 2*time.Hour)
	o.Grace = cmp.Or(o.Grace, 15*time.Second)
	o.KillDelay = cmp.Or(o.KillDelay, 5*time.Second)
	o.ConsoleLimit = cmp.Or(o.ConsoleLimit, 32<<20)
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	if o.User == nil {
		o.User = &Credential{UID: defaultUser, GID: defaultUser}
	}
	return o
}

// validate joins all faults of o. Defaults must have been set.
func (o Options) validate() error {
	var errs []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf("qemu: "+format, args...))
		}
	}
	fault(o.Kernel == "", "no kernel image")
	fault(o.RootImage == "", "no root image")
	fault(o.ConsolePath == "", "no console path")
	fault(o.Accel != AccelKVM && o.Accel != AccelTCG && o.Accel != "", "unknown accelerator %q", o.Accel)
	fault(o.CPUs < 1 || o.CPUs > 64, "%d CPUs, want 1 to 64", o.CPUs)
	fault(o.MemMiB < 128 || o.MemMiB > 1<<20, "%d MiB of memory, want 128 to 1048576", o.MemMiB)
	fault(o.ConsoleLimit < 0, "negative console limit")
	fault(len(o.Cmdline) > maxCmdline, "command line longer than %d bytes", maxCmdline)
	fault(strings.ContainsFunc(o.Cmdline, func(r rune) bool { return r < ' ' || r > '~' }),
		"command line has characters that are not printable ASCII")
	for _, d := range o.Displays {
		_, known := displayOptions(d)
		fault(!known, "unknown display device %q", d)
	}
	for name, d := range map[string]time.Duration{
		"boot": o.BootTimeout, "silence": o.SilenceTimeout, "test": o.TestTimeout,
		"run": o.RunTimeout, "grace": o.Grace, "kill": o.KillDelay,
	} {
		fault(d < 0, "negative %s limit", name)
	}
	return errors.Join(errs...)
}

// drops reports whether QEMU is to run as somebody else than we do.
func (o Options) drops() bool {
	return os.Geteuid() == 0 && o.User.UID != 0
}
