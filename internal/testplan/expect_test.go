// SPDX-License-Identifier: MIT

package testplan_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/fencebot/fencebot/internal/testplan"
	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report/igt/expect"
)

func TestExpectations(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"vkms-none-fails.txt":       "kms_flip@basic,Fail\nkms_crc@a,Crash\n",
		"vkms-none-flakes.txt":      "kms_flip@flaky\n",
		"vkms-none-skips.txt":       "# hangs\nkms_hang.*\n",
		"virtio_gpu-none-skips.txt": "gem_.*\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	igt := func(binary, subtest, driver string) wire.Job {
		return wire.Job{Binary: binary, Subtest: subtest, Driver: driver, IGT: true}
	}
	jobs := []wire.Job{
		igt("kms_flip", "basic", "vkms"), igt("kms_hang", "a", "vkms"), igt("kms_hang", "a", "virtio_gpu"),
		igt("vgem_basic", "", "vgem"), igt("vgem_basic", "", "virtio_gpu"), {Binary: "kms_hang", Subtest: "ours", Driver: "vkms"},
	}
	e, err := testplan.ReadExpectations(dir, jobs)
	if err != nil {
		t.Fatal(err)
	}
	kept, skipped := e.Keep(jobs)
	if want := []string{"kms_hang@a on vkms", "vgem_basic on virtio_gpu"}; !slices.Equal(skipped, want) || len(kept) != 4 || len(jobs) != 6 {
		t.Errorf("kept %v, skipped %q; want %q skipped", kept, skipped, want)
	}
	for _, c := range []struct {
		job          wire.Job
		result, want string
	}{
		{igt("kms_flip", "basic", "vkms"), "fail", "known"},
		{igt("kms_flip", "basic", "vkms"), "pass", "improvement"},
		{igt("kms_flip", "basic", "virtio_gpu"), "fail", "new-failure"},
		{igt("kms_crc", "a", "vkms"), "fail", "changed"},
		{igt("kms_flip", "flaky", "vkms"), "fail", "flaky"},
		{igt("kms_flip", "other", "vkms"), "pass", "fine"},
		{igt("kms_flip", "basic", "vgem"), "fail", ""},
		{wire.Job{Binary: "kms_flip", Subtest: "basic", Driver: "vkms"}, "fail", ""},
	} {
		if got := e.Judge(c.job, c.result); got != c.want {
			t.Errorf("%s on %s %s: %q; want %q", c.job.Name(), c.job.Driver, c.result, got, c.want)
		}
	}
	if _, err := testplan.ReadExpectations(t.TempDir(), jobs); !errors.Is(err, expect.ErrNoLists) {
		t.Errorf("empty directory: %v; want ErrNoLists", err)
	}
}
