// SPDX-License-Identifier: MIT

package qemu

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fencebot/fencebot/qemu/wire"
)

// sandbox is QEMU's own seccomp filter: no new processes, no privileges, no
// change of scheduling.
const sandbox = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"

// A wiring says where QEMU finds its files and the other ends of its channels.
// Names are as QEMU is to see them; channels are chardev backends without id.
type wiring struct {
	kernel, root, extra string
	firmware            string
	console, agent      string
	fdsets              []string // values of -add-fd
}

// arguments returns QEMU's argument list without the program name.
func arguments(o Options, w wiring) []string {
	args := machineArgs(o)
	for _, set := range w.fdsets {
		args = append(args, "-add-fd", set)
	}
	args = append(args, "-kernel", w.kernel, "-append", appendLine(o))
	if w.firmware != "" {
		args = append(args, "-initrd", w.firmware)
	}
	args = append(args, disk("root", w.root)...)
	if w.extra != "" {
		args = append(args, disk("extra", w.extra)...)
	}
	args = append(args,
		// Until virtio is up the kernel prints to the serial port, after that
		// to the virtconsole only; what was printed before is lost there
		// (init_port_console in drivers/char/virtio_console.c registers the
		// console before it can be found). One channel for both keeps all of
		// it in order.
		"-chardev", w.console+",id=console,mux=on", "-serial", "chardev:console",
		"-device", "virtio-serial-pci", "-device", "virtconsole,chardev=console",
		"-chardev", w.agent+",id=agent", "-device", "virtserialport,chardev=agent,name="+wire.Port,
		"-device", "virtio-gpu-pci",
	)
	return slices.Concat(args, displayArgs(o.Displays), deviceArgs(o.VFIO))
}

// machineArgs returns the arguments that decide whether a guest runs at all.
// Probe uses the very same ones.
func machineArgs(o Options) []string {
	return []string{
		// Without -nodefaults QEMU adds a network card with a way out, a VGA
		// card and a monitor.
		"-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
		"-machine", "pc", "-accel", accelArg(o.Accel), "-cpu", cpuModel(o.Accel),
		// Without ACPI the guest knows its processors from the MP table, in which
		// SeaBIOS lists sockets and not cores.
		"-smp", fmt.Sprintf("%[1]d,sockets=%[1]d,cores=1,threads=1", o.CPUs), "-m", strconv.Itoa(o.MemMiB),
		"-sandbox", sandbox,
	}
}

// codeCacheMiB bounds what QEMU keeps of translated code; its own default is
// 1 GiB (accel/tcg/region.c), and a long run fills it. With 512 MiB for the guest
// and some 60 MiB for QEMU itself, a guest stays below 1 GiB of the host.
const codeCacheMiB = 384

func accelArg(accel string) string {
	if accel == AccelTCG {
		return "tcg,thread=multi,tb-size=" + strconv.Itoa(codeCacheMiB)
	}
	return accel
}

// cpuModel returns the CPU with the most features: DEBUG kernels are slow
// enough, and a lockdep answer does not depend on the model.
func cpuModel(accel string) string {
	if accel == AccelKVM {
		return "host"
	}
	return "max"
}

// disk returns the arguments for a read-only virtio disk. Locking is off
// because the file is read-only for everybody and may lie in an fd set.
func disk(name, file string) []string {
	return []string{
		"-blockdev", "driver=file,node-name=" + name + ",filename=" + comma(file) + ",read-only=on,locking=off",
		"-device", "virtio-blk-pci,drive=" + name,
	}
}

// appendLine returns the kernel command line.
//
// panic=-1 reboots at once, and -no-reboot turns that into QEMU's exit: a
// guest without ACPI has no other way to end. loglevel=7 shows what lockdep
// says at KERN_WARNING and most of what drivers say. The log buffer of a tiny
// config is 4 KiB and drops half a report when a CPU prints faster than the
// console takes it. no_timer_check leaves out a test that QEMU's timer passes
// unless the host is too busy to let it tick (check_timer() in
// arch/x86/kernel/apic/io_apic.c), and the kernel panics when it fails.
func appendLine(o Options) string {
	words := []string{
		"root=/dev/vda", "ro", "rootfstype=ext2", "init=/init", "fencebot.agent=1",
		"console=hvc0", "earlyprintk=serial,ttyS0", "loglevel=7", "log_buf_len=4M", "panic=-1", "no_timer_check",
	}
	if o.Cmdline != "" {
		words = append(words, o.Cmdline)
	}
	return strings.Join(words, " ")
}

// comma escapes s for a value in one of QEMU's option lists.
func comma(s string) string { return strings.ReplaceAll(s, ",", ",,") }

// CommandLine returns the line that boots what o describes by hand, for a
// report: paths instead of descriptors, the console on standard output, the
// agent's port on a socket that waits for its host. It starts nothing.
func CommandLine(o Options) []string {
	o = o.withDefaults()
	if o.Accel == "" {
		o.Accel = AccelTCG
	}
	args := arguments(o, wiring{
		kernel: o.Kernel, root: o.RootImage, extra: o.ExtraImage, firmware: o.Firmware,
		console: "stdio,signal=off",
		agent:   "socket,path=agent.sock,server=on,wait=off",
	})
	return append([]string{o.Binary}, args...)
}

// fdset returns the value of -add-fd and the file name for descriptor fd.
func fdset(fd int) (set, name string) {
	return fmt.Sprintf("fd=%d,set=%d", fd, fd), fmt.Sprintf("/dev/fdset/%d", fd)
}
