// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"cmp"
	"io/fs"
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

// TestKernelBroken breaks a real kernel in the ways that authors do, each in a
// layer over the warm output of TestKernel.
func TestKernelBroken(t *testing.T) {
	src, keep := os.Getenv("FENCEBOT_KERNEL_SRC"), os.Getenv("FENCEBOT_KERNEL_OUT")
	if src == "" || keep == "" {
		t.Skip("FENCEBOT_KERNEL_SRC and FENCEBOT_KERNEL_OUT are not set")
	}
	const crtc = "drivers/gpu/drm/vkms/vkms_crtc.c"
	tree := linkTree(t, src)
	for name, c := range map[string]struct {
		file, text string // what is appended to which file
		ok         bool
		want       string // the first diagnostic
	}{
		"undeclared": {crtc, "static int fb_x(void) { return fb_y(); }\n", false,
			crtc + ":302:32: error: implicit declaration of function 'fb_y'"},
		"no such header": {crtc, "#include <fb_none.h>\n", false, crtc + ":302:10: error: fb_none.h: No such file or directory"},
		"undefined reference": {crtc, "extern int fb_y(void); int fb_x(void); int fb_x(void) { return fb_y(); }\n", false,
			"error: undefined reference to fb_y in function fb_x"},
		"warning":         {crtc, "static int fb_x;\n", true, crtc + ":302:12: warning: 'fb_x' defined but not used [-Wunused-variable]"},
		"broken Makefile": {"drivers/gpu/drm/vkms/Makefile", "fb\n", false, "drivers/gpu/drm/vkms/Makefile:12: error: missing separator."},
		"missing object":  {"drivers/gpu/drm/vkms/Makefile", "obj-y += fb.o\n", false, "error: No rule to make target 'drivers/gpu/drm/vkms/fb.o'"},
		"broken Kconfig":  {"drivers/gpu/drm/vkms/Kconfig", "fb fb\n", false, "drivers/gpu/drm/vkms/Kconfig:"},
	} {
		t.Run(name, func(t *testing.T) {
			restore := appendTo(t, filepath.Join(tree, c.file), c.text)
			defer restore()
			layer := filepath.Join(t.TempDir(), "layer")
			if err := CopyLayer(t.Context(), filepath.Join(keep, "warm"), layer); err != nil {
				t.Fatal(err)
			}
			res, err := Build(t.Context(), Request{
				Source: tree, Output: layer, Log: filepath.Join(t.TempDir(), "log"), CCache: filepath.Join(keep, "ccache"), Sandbox: find(t),
			})
			if err != nil || res.OK != c.ok || len(res.Diagnostics) == 0 || !strings.HasPrefix(res.Diagnostics[0].String(), c.want) {
				t.Errorf("Build = OK %v, %v, %v; want OK %v, %q", res.OK, res.Diagnostics, err, c.ok, c.want)
			}
			if res.Objects > 5 {
				t.Errorf("compiled %d objects; want the changed one", res.Objects)
			}
		})
	}
}

// appendTo adds text to a file that other trees link to, and gives back what
// undoes it: the same inode, so the old time, too.
func appendTo(t *testing.T, name, text string) func() {
	t.Helper()
	b, err := os.ReadFile(name)
	if err == nil {
		err = os.Rename(name, name+".fencebot")
	}
	if err == nil {
		err = os.WriteFile(name, append(b, text...), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Rename(name+".fencebot", name); err != nil {
			t.Error(err)
		}
	}
}

// linkTree copies a source tree as hard links, which keeps the times.
func linkTree(t *testing.T, src string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "src")
	err := filepath.WalkDir(src, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := dir + strings.TrimPrefix(name, src)
		switch {
		case d.Name() == ".git":
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return os.Mkdir(to, 0o755)
		}
		return os.Link(name, to) // of a symbolic link, too
	})
	if err != nil {
		t.Skip("source and temporary directory are on two file systems: ", err)
	}
	return dir
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
