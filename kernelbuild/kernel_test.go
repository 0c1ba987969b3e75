// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestKernel builds a real kernel. It needs FENCEBOT_KERNEL_SRC, a clean kernel
// tree that it may not write to. FENCEBOT_KERNEL_OUT is a directory to keep for
// the next run (warm output and compiler cache), by default none is kept.
func TestKernel(t *testing.T) {
	src := os.Getenv("FENCEBOT_KERNEL_SRC")
	if src == "" {
		t.Skip("FENCEBOT_KERNEL_SRC is not set")
	}
	keep := cmp.Or(os.Getenv("FENCEBOT_KERNEL_OUT"), t.TempDir())
	req := Request{
		Source: src, Output: filepath.Join(keep, "warm"), Log: filepath.Join(t.TempDir(), "log"),
		CCache: filepath.Join(keep, "ccache"), Sandbox: find(t), Trusted: true,
	}
	build := func(what string, req Request) Result {
		t.Helper()
		start := time.Now()
		res, err := Build(t.Context(), req)
		if err != nil || !res.OK {
			log, _ := os.ReadFile(req.Log)
			t.Fatalf("%s: %v, %v\n%s", what, err, res.Diagnostics, log[max(0, len(log)-2000):])
		}
		t.Logf("%s: %d objects, %d diagnostics, %.1f s", what, res.Objects, len(res.Diagnostics), time.Since(start).Seconds())
		return res
	}
	if res := build("cold", req); res.Objects > 1000 {
		t.Errorf("cold build compiled %d objects; want 1000 at most", res.Objects)
	}
	if res := build("again", req); res.Objects != 0 {
		t.Errorf("second build compiled %d objects; want 0", res.Objects)
	}

	start := time.Now()
	layer := filepath.Join(t.TempDir(), "layer")
	if err := CopyLayer(t.Context(), req.Output, layer); err != nil {
		t.Fatal(err)
	}
	t.Logf("copy of the layer: %.1f s", time.Since(start).Seconds())
	series := req
	series.Output, series.Trusted = layer, false
	// The version string and the list of exports are compiled at each link.
	if res := build("layer, nothing changed", series); res.Objects > 3 {
		t.Errorf("build in the layer compiled %d objects; want only those of the link", res.Objects)
	}
	same(t, filepath.Join(req.Output, "vmlinux"), filepath.Join(layer, "vmlinux"))
}

// same demands that two files have the same bytes.
func same(t *testing.T, a, b string) {
	t.Helper()
	x, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := os.ReadFile(b)
	if err != nil {
		t.Fatal(err)
	}
	if string(x) != string(y) {
		t.Errorf("%s and %s differ", a, b)
	}
	if strings.Contains(string(x), "/src/") {
		t.Logf("%s names /src", a)
	}
}
