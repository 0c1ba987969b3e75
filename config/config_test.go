// SPDX-License-Identifier: MIT

package config_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/config"
)

func TestEmptyFileIsDefault(t *testing.T) {
	t.Parallel()
	got, err := config.Load(strings.NewReader(""))
	if err != nil || !reflect.DeepEqual(got, config.Default()) {
		t.Errorf("Load(\"\") = %+v, %v; want the defaults", got, err)
	}
}

// The shipped example documents every key with its default; it must not drift.
func TestExampleIsDefault(t *testing.T) {
	t.Parallel()
	got, err := config.LoadFile("../examples/fencebot.toml")
	if err != nil || !reflect.DeepEqual(got, config.Default()) {
		t.Errorf("example = %+v, %v; want the defaults %+v", got, err, config.Default())
	}
	text, err := os.ReadFile("../examples/fencebot.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"state", "tree", "flavour", "jobs", "ccache", "sandbox", "disk_mib", "timeout", "binary",
		"accel", "cpus", "mem_mib", "boot", "silence", "test", "run", "reboots", "dir", "from", "vfio", "vfio_allow", "firmware"} {
		if !strings.Contains(string(text), "\n"+key+" = ") {
			t.Errorf("example does not show %q", key)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   string
		want []string // each must be in the message
	}{
		"unknown key":    {"[build]\njbos = 3\n", []string{"line 2", "build.jbos", "no such key"}},
		"wrong type":     {"[qemu]\ncpus = \"two\"\n", []string{"line 2", "qemu.cpus"}},
		"no unit":        {"[qemu]\nboot = \"90\"\n", []string{"90", "unit"}},
		"zero span":      {"[qemu]\nboot = \"0s\"\n", []string{"more than zero"}},
		"out of range":   {"[qemu]\ncpus = 9\n", []string{"qemu.cpus", "1 to 4"}},
		"bad words":      {"[build]\nsandbox = \"docker\"\n[qemu]\naccel = \"xen\"\n", []string{"build.sandbox", "qemu.accel"}},
		"not toml":       {"<html>\n", []string{"line 1"}},
		"bad flavour":    {"[build]\nflavour = \"\"\n", []string{"build.flavour", "wide"}},
		"short address":  {"[qemu]\nvfio = [\"03:00.0\"]\n", []string{"qemu.vfio", `"03:00.0"`, "lspci -D"}},
		"option":         {"[qemu]\nvfio = [\"0000:03:00.0,rombar=0\"]\n", []string{"qemu.vfio: want addresses such as"}},
		"function 8":     {"[qemu]\nvfio = [\"0000:03:00.8\"]\n", []string{"qemu.vfio: want addresses such as"}},
		"capitals":       {"[qemu]\nvfio = [\"0000:0A:00.0\"]\n", []string{"qemu.vfio: want addresses such as"}},
		"many devices":   {"[qemu]\nvfio = [" + strings.Repeat("\"0000:03:00.0\",", 5) + "]\n", []string{"qemu.vfio", "4 devices"}},
		"everybody":      {"[qemu]\nvfio_allow = [\"*\"]\n", []string{"qemu.vfio_allow", `"*"`}},
		"a whole domain": {"[qemu]\nvfio_allow = [\"@example.org\"]\n", []string{"qemu.vfio_allow"}},
		"negative jobs":  {"[build]\njobs = -1\n", []string{"build.jobs"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(strings.NewReader(tc.in))
			if err == nil {
				t.Fatalf("Load(%q) succeeded", tc.in)
			}
			for _, w := range tc.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("Load(%q) = %q; want it to name %q", tc.in, err, w)
				}
			}
		})
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	if _, err := config.Load(strings.NewReader(strings.Repeat("#\n", 1<<20))); err == nil {
		t.Error("Load accepted a file of 2 MiB")
	}
}

func TestMissingFile(t *testing.T) {
	t.Parallel()
	if _, err := config.LoadFile("testdata/none.toml"); !os.IsNotExist(err) {
		t.Errorf("LoadFile = %v; want a not-exist error", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("[qemu]\nboot = \"90s\"\n")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := config.Load(strings.NewReader(s))
		if err == nil && c.Validate() != nil {
			t.Errorf("Load(%q) returned an invalid configuration", s)
		}
	})
}
