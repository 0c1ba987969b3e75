// SPDX-License-Identifier: MIT

package qemu

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTryKVM(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]Accelerator{
		"kvmruns":   {AccelKVM, "a guest ran under KVM"},
		"kvmaborts": {AccelTCG, "QEMU failed under KVM: signal: killed: error: failed to set MSR"},
		"kvmhangs":  {AccelTCG, "a guest hung under KVM for 2s"},
		"refuse":    {AccelTCG, "QEMU failed under KVM: exit status 1: qemu: -machine pc"},
	} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			o := setFake(t, script).withDefaults()
			got, err := tryKVM(t.Context(), o, 2*time.Second)
			if err != nil || got.Name != want.Name || !strings.HasPrefix(got.Why, want.Why) {
				t.Errorf("tryKVM = %+v, %v; want %+v", got, err, want)
			}
		})
	}
}

func TestProbeErrors(t *testing.T) {
	t.Parallel()
	if _, err := Probe(t.Context(), Options{Binary: "/nonexistent/qemu"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Probe = %v; want %v", err, os.ErrNotExist)
	}
	o := setFake(t, "kvmhangs").withDefaults()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tryKVM(ctx, o, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("tryKVM = %v; want %v", err, context.Canceled)
	}
}

// The probe's guest runs: under TCG it does on every host that has QEMU.
func TestProbeImageBoots(t *testing.T) {
	t.Parallel()
	binary, err := exec.LookPath("qemu-system-x86_64")
	if err != nil {
		t.Skip("qemu-system-x86_64 is not installed")
	}
	o := Options{Binary: binary, Accel: AccelTCG}.withDefaults()
	got, err := tryKVM(t.Context(), o, time.Minute)
	if err != nil || got.Name != AccelKVM { // the word for "it ran"
		t.Errorf("guest of the probe: %+v, %v; want that it ran", got, err)
	}
}

func TestProbeImage(t *testing.T) {
	t.Parallel()
	f, err := elf.NewFile(bytes.NewReader(probeImage()))
	if err != nil {
		t.Fatal(err)
	}
	if f.Type != elf.ET_EXEC || f.Entry != probeLoad || len(f.Progs) != 2 {
		t.Errorf("image is %+v with %d segments", f.FileHeader, len(f.Progs))
	}
	note := make([]byte, f.Progs[1].Filesz)
	if _, err := f.Progs[1].ReadAt(note, 0); err != nil {
		t.Fatal(err)
	}
	if want := "\x04\x00\x00\x00\x08\x00\x00\x00\x12\x00\x00\x00Xen\x00\x00\x00\x10\x00\x00\x00\x00\x00"; string(note) != want {
		t.Errorf("note is %q; want %q", note, want)
	}
}

func TestAnswerFile(t *testing.T) {
	t.Parallel()
	o := setFake(t, "kvmruns").withDefaults()
	o.CacheDir = filepath.Join(t.TempDir(), "not", "there", "yet")
	file := probeCache(o)
	if got, ok := file.load(); ok {
		t.Errorf("load of no file = %+v", got)
	}
	want := Accelerator{Name: AccelTCG, Why: "because"}
	if err := file.store(want); err != nil {
		t.Fatal(err)
	}
	if got, ok := file.load(); !ok || got != want {
		t.Errorf("load = %+v, %v; want %+v", got, ok, want)
	}
	for name, change := range map[string]func(*Options){
		"cpus": func(o *Options) { o.CPUs = 7 },
		"user": func(o *Options) { o.User = &Credential{UID: 7} },
		"qemu": func(o *Options) { o.Binary = o.Kernel },
	} {
		other := o
		change(&other)
		if probeCache(other) == file {
			t.Errorf("another %s has the same answer", name)
		}
	}
	for _, bad := range []string{"", "{}", `{"name":"xen"}`, strings.Repeat(" ", 1<<20)} {
		if err := os.WriteFile(string(file), []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, ok := file.load(); ok {
			t.Errorf("load of %.20q = %+v; want nothing", bad, got)
		}
	}
	if none := probeCache(Options{User: &Credential{}}); none != "" || none.store(want) != nil {
		t.Errorf("cache without a directory is %q", none)
	}
}
