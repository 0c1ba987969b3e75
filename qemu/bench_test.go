// SPDX-License-Identifier: MIT

package qemu

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fencebot/fencebot/qemu/wire"
)

// shellInit is /init of the busybox initramfs that our agent is compared with.
const shellInit = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox echo GUEST-SHELL
/bin/busybox reboot -f
`

// BenchmarkReady compares the time until our guest is ready for its first test
// with the time that a busybox initramfs takes to its shell, on the same kernel
// and QEMU line. It needs FENCEBOT_KERNEL_IMAGE, FENCEBOT_BENCH_AGENT (a built
// fencebot) and the Debian packages busybox-static and cpio.
func BenchmarkReady(b *testing.B) {
	kernel, agent := os.Getenv("FENCEBOT_KERNEL_IMAGE"), os.Getenv("FENCEBOT_BENCH_AGENT")
	if kernel == "" || agent == "" {
		b.Skip("FENCEBOT_KERNEL_IMAGE and FENCEBOT_BENCH_AGENT are not set")
	}
	dir := b.TempDir()
	o := Options{Kernel: kernel, Accel: AccelTCG, RootImage: filepath.Join(dir, "root.ext2"), ConsolePath: filepath.Join(dir, "console.log")}
	if err := MakeRootImage(b.Context(), o.RootImage, agent); err != nil {
		b.Fatal(err)
	}
	initrd := busyboxImage(b, dir)
	var ours, theirs []time.Duration
	for b.Loop() {
		theirs = append(theirs, shellTime(b, o, initrd))
		out, err := Run(b.Context(), o, wire.Plan{})
		if err != nil || out.Ready == 0 {
			b.Fatalf("agent: %+v, %v", out, err)
		}
		ours = append(ours, out.Ready)
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	mid := len(ours) / 2
	b.ReportMetric(ours[mid].Seconds(), "s/agent")
	b.ReportMetric(theirs[mid].Seconds(), "s/busybox")
	b.ReportMetric(ours[mid].Seconds()/theirs[mid].Seconds(), "agent/busybox")
}

// busyboxImage makes the initramfs with cpio(1).
func busyboxImage(b *testing.B, dir string) string {
	b.Helper()
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		b.Skip("no busybox here")
	}
	root := filepath.Join(dir, "initramfs")
	for _, sub := range []string{"bin", "proc", "sys", "dev"} {
		if err := os.MkdirAll(filepath.Join(root, sub), 0o755); err != nil {
			b.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "init"), []byte(shellInit), 0o755); err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(b.Context(), "sh", "-c", `cp "$0" bin/busybox && find . | cpio -o -H newc --quiet > ../initrd`, busybox)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Skipf("make initramfs: %v\n%s", err, out)
	}
	return filepath.Join(dir, "initrd")
}

// shellTime boots the initramfs with our own line.
func shellTime(b *testing.B, o Options, initrd string) time.Duration {
	b.Helper()
	line := CommandLine(o)
	for i, word := range line {
		if word == "-append" {
			line[i+1] = strings.ReplaceAll(line[i+1], "root=/dev/vda ro init=/init", "rdinit=/init")
		}
	}
	cmd := exec.CommandContext(b.Context(), line[0], append(line[1:], "-initrd", initrd)...)
	cmd.Dir = b.TempDir()
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		b.Skip(err)
	}
	var took time.Duration
	for s := bufio.NewScanner(out); s.Scan(); {
		if took == 0 && strings.Contains(s.Text(), "GUEST-SHELL") {
			took = time.Since(start)
		}
	}
	if err := cmd.Wait(); err != nil || took == 0 {
		b.Fatalf("busybox: %v after %v", err, took)
	}
	return took
}
