// SPDX-License-Identifier: MIT

package igt

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/fencebot/fencebot/qemu/wire"
)

const sampleLog = `[    0.1] booting
[    1.0] [IGT] fence_vkms: executing
[    1.1] [IGT] fence_vkms: starting subtest commit
[    1.2] [IGT] fence_vkms: starting dynamic subtest pipe-A
[    1.3] WARNING: something
[    1.4] [IGT] fence_vkms: exiting, ret=0
[    1.5] nobody's
[    2.0] [IGT] fence_vkms: starting subtest unknown
[    2.1] not ours
[    3.0] [IGT] fence_vkms: starting subtest flip
[    3.1] last words`

func TestAddLog(t *testing.T) {
	t.Parallel()
	cases := []Case{
		{Name: "fence_vkms@commit", Result: "pass"},
		{Name: "fence_vkms@flip", Result: "timeout"},
		{Name: "fence_vkms@unknown", Result: "pass", Boot: 1},
	}
	if err := AddLog(cases, 0, strings.NewReader(sampleLog)); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"[    1.1] [IGT] fence_vkms: starting subtest commit\n[    1.2] [IGT] fence_vkms: starting dynamic subtest pipe-A\n" +
			"[    1.3] WARNING: something\n[    1.4] [IGT] fence_vkms: exiting, ret=0\n",
		"[    3.0] [IGT] fence_vkms: starting subtest flip\n[    3.1] last words\n",
		"",
	}
	for i, c := range cases {
		if c.Log != want[i] {
			t.Errorf("%s has the log %q; want %q", c.Name, c.Log, want[i])
		}
	}
}

func TestAddLogLimits(t *testing.T) {
	t.Parallel()
	start := "[IGT] a: starting subtest b\n"
	for name, tail := range map[string]string{
		"many lines":    strings.Repeat("line\n", MaxLog),
		"one long line": strings.Repeat("x", 10*MaxLog),
	} {
		cases := []Case{{Name: "a@b", Result: "pass"}}
		if err := AddLog(cases, 0, strings.NewReader(start+tail)); err != nil {
			t.Fatal(err)
		}
		if n := len(cases[0].Log); n > MaxLog || n < maxLogLine {
			t.Errorf("%s: log of %d bytes", name, n)
		}
	}
	broken := errors.New("broken disk")
	cases := []Case{{Name: "a@b", Result: "pass"}}
	err := AddLog(cases, 0, io.MultiReader(strings.NewReader(start), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || cases[0].Log != start {
		t.Errorf("error %v, log %q", err, cases[0].Log)
	}
}

func FuzzAddLog(f *testing.F) {
	f.Add(sampleLog)
	f.Add("[IGT] [IGT] x: starting subtest \x00\n")
	f.Fuzz(func(t *testing.T, log string) {
		cases := []Case{{Name: "fence_vkms@commit", Result: "pass"}, {Name: "never", Result: "notrun"}}
		if err := AddLog(cases, 0, strings.NewReader(log)); err != nil {
			t.Fatal(err)
		}
		if len(cases[0].Log) > MaxLog || cases[1].Log != "" {
			t.Errorf("logs of %d and %d bytes", len(cases[0].Log), len(cases[1].Log))
		}
	})
}

// The same subtest on two drivers: the order of the boot tells whose log it is.
func TestAddLogTwoDrivers(t *testing.T) {
	t.Parallel()
	cases := []Case{
		{Name: "fence_kms@flip", Driver: "virtio_gpu", Result: wire.Pass, Place: 1},
		{Name: "fence_kms@flip", Driver: "vkms", Result: wire.Pass, Place: 0},
	}
	log := "[IGT] fence_kms: starting subtest flip\non vkms\n[IGT] fence_kms: exiting, ret=0\n" +
		"[IGT] fence_kms: starting subtest flip\non virtio\n"
	if err := AddLog(cases, 0, strings.NewReader(log)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(cases[0].Log, "on virtio") || !strings.Contains(cases[1].Log, "on vkms") {
		t.Errorf("logs are %q and %q", cases[0].Log, cases[1].Log)
	}
}
