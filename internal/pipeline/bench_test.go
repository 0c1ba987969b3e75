// SPDX-License-Identifier: MIT

package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/internal/sandbox"
	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/patch/harness"
	"github.com/fencebot/fencebot/patch/overlay"
	"github.com/fencebot/fencebot/qemu"
	"github.com/fencebot/fencebot/qemu/fencetest"
	"github.com/fencebot/fencebot/report"
)

// oneFile is a series of one patch to one file; the number makes each a new
// one for every cache.
const oneFile = `From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001
From: A U Thor <author@example.org>
Date: Mon, 2 Mar 2026 10:00:00 +0100
Subject: [PATCH] drm/vkms: Say more about a failed vblank

Say more.
---
diff --git a/drivers/gpu/drm/vkms/vkms_crtc.c b/drivers/gpu/drm/vkms/vkms_crtc.c
--- a/drivers/gpu/drm/vkms/vkms_crtc.c
+++ b/drivers/gpu/drm/vkms/vkms_crtc.c
@@ -29,5 +29,5 @@
 	if (!ret)
-		DRM_ERROR("vkms failure on handling vblank");
+		DRM_ERROR("vkms failure on handling vblank (%d)");
 
 	state = output->composer_state;
 	spin_unlock(&output->lock);
`

// BenchmarkWarmCheck compares a whole check of a one-file series, with the base
// cached, with the same make and the same QEMU run by hand. It needs a state
// directory with the tree that FENCEBOT_BENCH_TREE names and a built fencebot:
// FENCEBOT_BENCH_STATE and FENCEBOT_BENCH_AGENT.
func BenchmarkWarmCheck(b *testing.B) {
	dir, agent := os.Getenv("FENCEBOT_BENCH_STATE"), os.Getenv("FENCEBOT_BENCH_AGENT")
	if dir == "" || agent == "" {
		b.Skip("FENCEBOT_BENCH_STATE and FENCEBOT_BENCH_AGENT are not set")
	}
	bench := newWarmBench(b, dir, agent, cmp.Or(os.Getenv("FENCEBOT_BENCH_TREE"), "linux-6.12-debian"))
	bench.check(b, 0) // builds and tests the base when it is not cached
	var ours, hand time.Duration
	n := 0
	for b.Loop() {
		n++
		took, k := bench.check(b, n)
		byHand := bench.byHand(b, k)
		ours, hand = ours+took, hand+byHand
		b.Logf("check %.1f s, by hand %.1f s: %v", took.Seconds(), byHand.Seconds(), k.times)
	}
	b.ReportMetric(ours.Seconds()/float64(n), "s/check")
	b.ReportMetric(hand.Seconds()/float64(n), "s/by-hand")
	b.ReportMetric(ours.Seconds()/hand.Seconds(), "check/by-hand")
}

type warmBench struct {
	*Checker
	repo *gittree.Repo
	tree string
	base string

	harness, annotations []patch.Series
}

func newWarmBench(b *testing.B, dir, agent, tree string) *warmBench {
	b.Helper()
	box, err := sandbox.Find(b.Context())
	if err != nil {
		b.Skip(err)
	}
	trees, err := gittree.OpenRegistry(dir)
	if err != nil {
		b.Fatal(err)
	}
	repo, err := trees.Open(b.Context(), tree)
	if err != nil {
		b.Skip(err)
	}
	b.Cleanup(func() { repo.Close() })
	base, _, err := repo.BaseChoice(b.Context(), "", "")
	if err != nil {
		b.Fatal(err)
	}
	c := New(Options{
		State: dir, Agent: agent, Program: "benchmark", Sandbox: box, Jobs: 3, CCache: true, Reboots: 8, TestSeconds: 60,
		QEMU: qemu.Options{Binary: "qemu-system-x86_64", CPUs: 2, MemMiB: 512},
	})
	annotations, err := overlay.Series()
	if err != nil {
		b.Fatal(err)
	}
	drivers, err := harness.Series()
	if err != nil {
		b.Fatal(err)
	}
	return &warmBench{c, repo, tree, base, drivers, annotations}
}

// check times a whole check, from the mail to the report.
func (w *warmBench) check(b *testing.B, n int) (time.Duration, *check) {
	b.Helper()
	start := time.Now()
	text := strings.Replace(oneFile, "(%d)", fmt.Sprintf("(%d)", start.UnixNano()+int64(n)), 1)
	msgs, err := mail.ReadMbox(strings.NewReader(text), mail.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	s, _, err := patch.Assemble(msgs).Pick()
	if err != nil {
		b.Fatal(err)
	}
	run, err := w.state.newRun(start)
	if err != nil {
		b.Fatal(err)
	}
	k := &check{Checker: w.Checker, dir: run, times: map[string]float64{}, req: Request{
		Tree: w.tree, Repo: w.repo, Base: w.base, Series: &s, SeriesMbox: text, Harness: w.harness, Annotations: w.annotations, Jobs: fencetest.List(),
	}}
	if err := k.run(b.Context()); err != nil {
		b.Fatal(err)
	}
	if rep := k.report(); rep.Word != report.Pass {
		b.Fatalf("verdict %s: %s", rep.Word, rep.Reason)
	}
	return time.Since(start), k
}

// byHand times the same make in a copy of the same output directory, at the
// same paths but without sandbox limits, and the same QEMU run.
func (w *warmBench) byHand(b *testing.B, k *check) time.Duration {
	b.Helper()
	slot, err := w.repo.OpenSlot(w.state.slot(w.tree) + "/src")
	if err != nil {
		b.Fatal(err)
	}
	defer slot.Close()
	layer := filepath.Join(b.TempDir(), "out")
	if err := kernelbuild.CopyLayer(b.Context(), w.state.warm(w.tree), layer); err != nil {
		b.Fatal(err)
	}
	if _, err := slot.Checkout(b.Context(), k.rng.Tip()); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	makeByHand(b, slot.Dir(), layer)
	took := time.Since(start)
	if _, err := slot.Checkout(b.Context(), slot.Home()); err != nil {
		b.Fatal(err)
	}
	guest, err := k.guest(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	guest.Kernel, guest.ConsolePath = filepath.Join(layer, "vmlinux"), filepath.Join(b.TempDir(), "console.log")
	boots, err := qemu.RunAll(b.Context(), guest, k.req.Jobs, qemu.Limits{TestSeconds: 60})
	if err != nil {
		b.Fatal(err)
	}
	for _, boot := range boots {
		took += boot.Total
	}
	return took
}

func makeByHand(b *testing.B, source, layer string) {
	b.Helper()
	args := []string{"--ro-bind", "/usr", "/usr", "--ro-bind", "/etc/alternatives", "/etc/alternatives",
		"--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--symlink", "usr/sbin", "/sbin",
		"--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--ro-bind", source, "/src", "--bind", layer, "/build", "--chdir", "/build",
		"make", "-rR", "-s", "--no-print-directory", "-f", "/src/Makefile", "-j3", "vmlinux"}
	cmd := exec.CommandContext(context.WithoutCancel(b.Context()), "bwrap", args...)
	cmd.Env = []string{"PATH=/usr/bin:/bin:/usr/sbin", "LC_ALL=C", "LOCALVERSION=", "KBUILD_BUILD_VERSION=1", "KBUILD_BUILD_USER=fencebot",
		"KBUILD_BUILD_HOST=fencebot", "KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 1970"}
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("make by hand: %v\n%s", err, out)
	}
}
