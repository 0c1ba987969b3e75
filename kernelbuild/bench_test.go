// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkOneFile compares what a one-file change costs until there is
// something that boots: our vmlinux against the bzImage of the same tree with
// its XZ compressor, in the same layer and sandbox. FENCEBOT_KERNEL_SRC and
// FENCEBOT_KERNEL_OUT are those of TestKernel; the latter makes the set-up cheap.
//
// The change is an object that is gone: it gives make the same work as a source
// that is newer, and the source stays as it is.
func BenchmarkOneFile(b *testing.B) {
	src := os.Getenv("FENCEBOT_KERNEL_SRC")
	if src == "" {
		b.Skip("FENCEBOT_KERNEL_SRC is not set")
	}
	keep := cmp.Or(os.Getenv("FENCEBOT_KERNEL_OUT"), b.TempDir())
	req := Request{
		Source: src, Output: filepath.Join(keep, "warm"), Log: filepath.Join(b.TempDir(), "log"),
		CCache: filepath.Join(keep, "ccache"), Sandbox: find(b), Trusted: true,
	}
	build := func(req Request, target Target) time.Duration {
		req.Target = target
		start := time.Now()
		res, err := Build(b.Context(), req)
		if err != nil || !res.OK {
			b.Fatalf("%s: %v, %v", target, err, res.Diagnostics)
		}
		return time.Since(start)
	}
	build(req, Image)
	layer := filepath.Join(b.TempDir(), "layer")
	if err := CopyLayer(b.Context(), req.Output, layer); err != nil {
		b.Fatal(err)
	}
	req.Output, req.Trusted = layer, false
	change := func() {
		if err := os.Remove(filepath.Join(layer, "drivers/gpu/drm/vkms/vkms_crtc.o")); err != nil {
			b.Fatal(err)
		}
	}
	build(req, "bzImage") // the set-up of arch/x86/boot is not what is measured
	var ours, theirs, objects time.Duration
	for b.Loop() {
		change()
		ours += build(req, Image)
		change()
		theirs += build(req, "bzImage")
		change()
		objects += build(req, Objects)
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "s/vmlinux")
	b.ReportMetric(theirs.Seconds()/float64(b.N), "s/bzImage")
	b.ReportMetric(objects.Seconds()/float64(b.N), "s/objects-only")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "vmlinux/bzImage")
}

// BenchmarkCopyLayer copies the warm output of TestKernel.
func BenchmarkCopyLayer(b *testing.B) {
	warm := filepath.Join(os.Getenv("FENCEBOT_KERNEL_OUT"), "warm")
	if _, err := os.Stat(filepath.Join(warm, "vmlinux")); err != nil {
		b.Skip("FENCEBOT_KERNEL_OUT holds no kernel")
	}
	for b.Loop() {
		layer := filepath.Join(b.TempDir(), "layer")
		if err := CopyLayer(b.Context(), warm, layer); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := os.RemoveAll(layer); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
