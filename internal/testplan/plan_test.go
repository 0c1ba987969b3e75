// SPDX-License-Identifier: MIT

package testplan

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
)

func TestBuiltInOnly(t *testing.T) {
	t.Parallel()
	jobs, err := Jobs("")
	if err != nil || len(jobs) < 20 {
		t.Fatalf("Jobs(\"\") = %d jobs, %v; want the built-in tests", len(jobs), err)
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
	prefix := t.TempDir()
	dir := filepath.Join(prefix, "libexec", "igt-gpu-tools")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "vgem_basic"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	jobs, err := Jobs(prefix)
	if err != nil {
		t.Fatal(err)
	}
	builtin, err := Jobs("")
	if err != nil {
		t.Fatal(err)
	}
	more := jobs[len(builtin):]
	if len(more) == 0 {
		t.Fatal("no IGT jobs")
	}
	for _, j := range more {
		if !j.IGT || j.Binary != "vgem_basic" {
			t.Errorf("planned %+v, which is not installed", j)
		}
	}
}

func TestNoIGT(t *testing.T) {
	t.Parallel()
	if _, err := Jobs(t.TempDir()); !errors.Is(err, ErrNoIGT) {
		t.Errorf("Jobs(empty directory) = %v; want ErrNoIGT", err)
	}
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
	jobs := parseList(igtList)
	if len(jobs) == 0 {
		t.Fatal("the shipped list is empty")
	}
	for _, j := range jobs {
		if all.match(j) {
			t.Errorf("%s on %q is listed and skipped", j.Name(), j.Driver)
		}
	}
}
