// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fencebot/fencebot/internal/sandbox"
)

func TestSymbols(t *testing.T) {
	t.Parallel()
	text := "# a comment\nCONFIG_A=y\r\n\n# CONFIG_B is not set\n# CONFIG_C is fine\nCONFIG_D=\"x=y\"\n"
	want := []string{"CONFIG_A=y", "# CONFIG_B is not set", `CONFIG_D="x=y"`}
	if got := symbols(text); !reflect.DeepEqual(got, want) {
		t.Errorf("symbols = %q; want %q", got, want)
	}
}

func TestCheckConfig(t *testing.T) {
	t.Parallel()
	const fragment = "CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_N=20\n"
	for name, c := range map[string]struct {
		config string
		bad    []string
	}{
		"all there":      {"CONFIG_N=20\nCONFIG_A=y\n# CONFIG_B is not set\n", nil},
		"off is missing": {"CONFIG_N=20\nCONFIG_A=y\n", nil},
		"on is off":      {"CONFIG_N=20\n# CONFIG_A is not set\n", []string{"CONFIG_A=y"}},
		"on is module":   {"CONFIG_N=20\nCONFIG_A=m\n", []string{"CONFIG_A=y"}},
		"on is missing":  {"CONFIG_AA=y\nCONFIG_N=20\n", []string{"CONFIG_A=y"}},
		"off is on":      {"CONFIG_N=20\nCONFIG_A=y\nCONFIG_B=y\n", []string{"# CONFIG_B is not set"}},
		"other number":   {"CONFIG_N=2\nCONFIG_A=y\n", []string{"CONFIG_N=20"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var ce *ConfigError
			errors.As(checkConfig(fragment, c.config), &ce)
			if c.bad == nil && ce != nil || c.bad != nil && (ce == nil || !reflect.DeepEqual(ce.Symbols, c.bad)) {
				t.Errorf("checkConfig = %v; want %q", ce, c.bad)
			}
		})
	}
}

// TestFragments keeps the fragments of a flavour free of doubles, where the last
// would win in silence.
func TestFragments(t *testing.T) {
	t.Parallel()
	must := []string{"CONFIG_PROVE_LOCKING", "CONFIG_DEBUG_LOCKDEP", "CONFIG_DEBUG_ATOMIC_SLEEP", "CONFIG_DRM_VKMS", "CONFIG_DRM_VGEM",
		"CONFIG_DRM_VIRTIO_GPU", "CONFIG_SW_SYNC", "CONFIG_MMU_NOTIFIER", "CONFIG_PVH", "CONFIG_EXT2_FS"}
	for flavour, must := range map[Flavour][]string{
		Default: must,
		Wide: append(slices.Clone(must), "CONFIG_DRM_QXL", "CONFIG_DRM_BOCHS", "CONFIG_DRM_VMWGFX", "CONFIG_USB_DUMMY_HCD",
			"CONFIG_USB_CONFIGFS_F_FS", "CONFIG_IIO_BUFFER_DMA"),
	} {
		seen := map[string]string{}
		for _, s := range symbols(string(Fragment(flavour))) {
			name, _, _ := strings.Cut(strings.TrimPrefix(s, "# "), "=")
			name = strings.Fields(name)[0]
			if old, ok := seen[name]; ok {
				t.Errorf("%s: %q and %q", flavour, old, s)
			}
			seen[name] = s
		}
		for _, name := range must {
			if !strings.HasSuffix(seen[name], "=y") {
				t.Errorf("%s: %s is %q; want it on", flavour, name, seen[name])
			}
		}
	}
}

func TestBuildFake(t *testing.T) {
	t.Parallel()
	req := request(t, fakeKernel("@echo '  CC      a.o'; echo 'a.c:3:4: warning: w [-Wunused-variable]'; env; pwd"))
	var seen int
	req.Progress = func(n int) { seen = n }
	res, err := Build(t.Context(), req)
	if err != nil || !res.OK {
		t.Fatalf("Build = %+v, %v", res, err)
	}
	want := []Diagnostic{{Kind: Warning, File: "a.c", Line: 3, Column: 4, Message: "w", Option: "-Wunused-variable"}}
	if !reflect.DeepEqual(res.Diagnostics, want) || res.Objects != 1 || seen != 1 {
		t.Errorf("Build = %+v, progress %d; want one object and %v", res, seen, want)
	}
	if res.Image != filepath.Join(req.Output, "vmlinux") || res.Config != filepath.Join(req.Output, ".config") {
		t.Errorf("image %q, config %q", res.Image, res.Config)
	}
	for _, line := range []string{"/build\n", "KBUILD_BUILD_USER=fencebot\n", "KBUILD_BUILD_VERSION=1\n", "LOCALVERSION=\n", "CCACHE_READONLY=1\n"} {
		if log := readLog(t, req); !strings.Contains(log, line) {
			t.Errorf("log lacks %q:\n%s", line, log)
		}
	}
}

func TestBuildConfigError(t *testing.T) {
	t.Parallel()
	req := request(t, map[string]string{"Makefile": "allnoconfig:\n\tgrep -v DRM_VKMS $(KCONFIG_ALLCONFIG) >.config\n"})
	_, err := Build(t.Context(), req)
	var ce *ConfigError
	if !errors.As(err, &ce) || !reflect.DeepEqual(ce.Symbols, []string{"CONFIG_DRM_VKMS=y"}) {
		t.Errorf("Build = %v; want that CONFIG_DRM_VKMS did not stick", err)
	}
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Build(t.Context(), Request{Source: dir, Output: dir, Log: dir + "/log"}); err == nil || !strings.Contains(err.Error(), "sandbox") {
		t.Errorf("Build without a sandbox = %v; want it refused", err)
	}
	if _, err := Build(t.Context(), Request{Source: dir, Output: dir + "/o", Log: dir + "/log", Sandbox: sandbox.None()}); err == nil || !strings.Contains(err.Error(), "no kernel tree") {
		t.Errorf("Build of an empty directory = %v; want it refused", err)
	}
}

// TestBuildCancelled is Ctrl-C in the middle of a build.
func TestBuildCancelled(t *testing.T) {
	t.Parallel()
	req := request(t, fakeKernel("@echo '  CC      a.o'; setsid sleep 86420.5 & sleep 86420.5"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req.Progress = func(int) { cancel() }
	_, err := Build(ctx, req)
	if !errors.Is(err, context.Canceled) || errors.As(err, new(*ResourceError)) {
		t.Errorf("Build = %v; want context.Canceled", err)
	}
	names, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range names {
		if b, _ := os.ReadFile(name); strings.Contains(string(b), "86420.5") {
			t.Errorf("%s is still alive: %q", name, b)
		}
	}
}

// TestBuildNone builds without a sandbox, in the host's directories.
func TestBuildNone(t *testing.T) {
	t.Parallel()
	req := request(t, fakeKernel("@pwd"))
	req.Sandbox = sandbox.None()
	res, err := Build(t.Context(), req)
	if err != nil || !res.OK || !strings.Contains(readLog(t, req), req.Output+"\n") {
		t.Errorf("Build = %+v, %v; want the kernel, built in %s\n%s", res, err, req.Output, readLog(t, req))
	}
}

func TestCopyLayer(t *testing.T) {
	t.Parallel()
	warm, layer := t.TempDir(), filepath.Join(t.TempDir(), "layer")
	writeTree(t, warm, map[string]string{"a/b.o": "object", "vmlinux": "big", ".tmp_vmlinux1": "big", "sub/vmlinux": "kept"})
	old := time.Unix(1000, 123456789)
	if err := errors.Join(os.Chtimes(warm+"/a/b.o", old, old), os.Chmod(warm+"/a/b.o", 0o755), os.Symlink("/src", warm+"/source")); err != nil {
		t.Fatal(err)
	}
	if err := CopyLayer(t.Context(), warm, layer); err != nil {
		t.Fatal(err)
	}
	fi, err := os.Stat(layer + "/a/b.o")
	if err != nil || !fi.ModTime().Equal(old) || fi.Mode().Perm() != 0o755 {
		t.Errorf("a/b.o: %v, %v; want the old time and mode", fi, err)
	}
	if target, err := os.Readlink(layer + "/source"); err != nil || target != "/src" {
		t.Errorf("source -> %q, %v; want /src", target, err)
	}
	for name, want := range map[string]bool{"vmlinux": false, ".tmp_vmlinux1": false, "sub/vmlinux": true} {
		if _, err := os.Stat(filepath.Join(layer, name)); (err == nil) != want {
			t.Errorf("%s is there: %v; want %v", name, err == nil, want)
		}
	}
	// A write into the layer must not reach the base.
	if err := os.WriteFile(layer+"/a/b.o", []byte("changed"), 0o755); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(warm + "/a/b.o"); err != nil || string(b) != "object" {
		t.Errorf("the base's object is %q, %v", b, err)
	}
	if err := CopyLayer(t.Context(), warm, layer); !errors.Is(err, os.ErrExist) {
		t.Errorf("CopyLayer onto a layer = %v; want it refused", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := CopyLayer(ctx, warm, layer+"2"); !errors.Is(err, context.Canceled) {
		t.Errorf("CopyLayer cancelled = %v", err)
	}
	if _, err := os.Stat(layer + "2"); err == nil {
		t.Error("a cancelled copy left its layer behind")
	}
}

func TestToolchain(t *testing.T) {
	t.Parallel()
	got, err := Toolchain(t.Context(), find(t))
	if err != nil || !strings.HasPrefix(got, "gcc ") || !strings.Contains(got, "; GNU ld") {
		t.Errorf("Toolchain = %q, %v; want gcc and ld", got, err)
	}
}
