// SPDX-License-Identifier: MIT

package testplan

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
)

func TestBuiltInOnly(t *testing.T) {
	t.Parallel()
	p, err := Choose("", Map{}, nil)
	jobs := p.Jobs()
	if err != nil || len(jobs) < 20 {
		t.Fatalf("Choose without IGT: %d jobs, %v; want the built-in tests", len(jobs), err)
	}
	seen := map[string]bool{}
	for _, j := range jobs {
		key := j.Name() + " on " + j.Driver
		if j.IGT || seen[key] {
			t.Errorf("%s: is IGT's or twice in the plan", key)
		}
		seen[key] = true
	}
}

// Only binaries that the installation has are planned, after the built-in ones.
func TestInstalledIGT(t *testing.T) {
	t.Parallel()
	builtin, err := Choose("", Map{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, files := range map[string]map[string]os.FileMode{
		"own directory":  {"libexec/igt-gpu-tools/vgem_basic": 0o755, "bin/sw_sync": 0o755},
		"among programs": {"libexec/igt-gpu-tools/README": 0o644, "bin/vgem_basic": 0o755, "bin/ls": 0o755},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := Choose(prefixOf(t, files), Map{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			more := p.Jobs()[len(builtin.Tests):]
			if len(more) == 0 {
				t.Fatal("no IGT jobs")
			}
			for _, j := range more {
				if !j.IGT || j.Binary != "vgem_basic" {
					t.Errorf("planned %+v, which is not installed", j)
				}
			}
		})
	}
}

// What is no IGT is refused with the reason: a plan without its tests would
// look like one that ran them.
func TestNoIGT(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files map[string]os.FileMode
		dir   string // below the temporary directory
		want  string
	}{
		"nothing there":     {nil, "none", "no such file or directory"},
		"a file":            {map[string]os.FileMode{"igt": 0o755}, "igt", "is no directory"},
		"an empty one":      {nil, "", "none that is on the list"},
		"its tests, not it": {map[string]os.FileMode{"libexec/igt-gpu-tools/vgem_basic": 0o755}, "libexec/igt-gpu-tools", "the prefix"},
		"tools only":        {map[string]os.FileMode{"bin/ls": 0o755, "libexec/igt-gpu-tools/igt_runner": 0o755}, "", "none that is on the list"},
		"not to be run":     {map[string]os.FileMode{"libexec/igt-gpu-tools/vgem_basic": 0o644}, "", "none that is on the list"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Choose(filepath.Join(prefixOf(t, tc.files), tc.dir), Map{}, nil)
			if !errors.Is(err, ErrNoIGT) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("Choose: %v; want ErrNoIGT with %q", err, tc.want)
			}
		})
	}
}

// prefixOf returns a directory with empty files of those modes.
func prefixOf(t *testing.T, files map[string]os.FileMode) string {
	t.Helper()
	prefix := t.TempDir()
	for name, mode := range files {
		path := filepath.Join(prefix, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, mode); err != nil {
			t.Fatal(err)
		}
	}
	return prefix
}

func TestSkips(t *testing.T) {
	t.Parallel()
	all, err := parseSkips("# comment here\nany hang\nvkms ^kms_x@\n")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		job  wire.Job
		want bool
	}{
		"any driver":   {wire.Job{Binary: "kms_vblank", Subtest: "query-idle-hang", Driver: "vkms"}, true},
		"its driver":   {wire.Job{Binary: "kms_x", Subtest: "a", Driver: "vkms"}, true},
		"other driver": {wire.Job{Binary: "kms_x", Subtest: "a", Driver: "virtio_gpu"}, false},
		"no match":     {wire.Job{Binary: "kms_vblank", Subtest: "query-idle"}, false},
	}
	for name, tc := range tests {
		if got := all.match(tc.job); got != tc.want {
			t.Errorf("%s: match(%s) = %v; want %v", name, tc.job.Name(), got, tc.want)
		}
	}
	if _, err := parseSkips("any (\n"); err == nil {
		t.Error("parseSkips took a broken expression")
	}
}

// A test that is on both shipped lists would never run: a mistake in one of them.
func TestShippedListsAgree(t *testing.T) {
	t.Parallel()
	all, err := parseSkips(skipList)
	if err != nil {
		t.Fatal(err)
	}
	jobs := append(parseList(igtList), parseList(moreList)...)
	if len(jobs) == 0 {
		t.Fatal("the shipped list is empty")
	}
	seen := map[wire.Job]bool{}
	for _, j := range jobs {
		if all.match(j) {
			t.Errorf("%s on %q is listed and skipped", j.Name(), j.Driver)
		}
		if seen[j] || j.Subtest == "" {
			t.Errorf("%s on %q is listed twice or is a whole binary", j.Name(), j.Driver)
		}
		seen[j] = true
	}
}
