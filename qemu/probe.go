// SPDX-License-Identifier: MIT

package qemu

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

const kvmDevice = "/dev/kvm"

// An Accelerator is what Probe found out.
type Accelerator struct {
	Name string `json:"name"` // AccelKVM or AccelTCG
	Why  string `json:"why"`  // one line, for people
}

// probeTimeout limits the probe's guest, which needs a fifth of a second. A KVM
// that does not work hangs at "Booting from ROM" or aborts QEMU.
const probeTimeout = 8 * time.Second

// probeExit is QEMU's exit status when the probe's guest ran: isa-debug-exit
// turns a byte b into b<<1|1 (hw/misc/debugexit.c).
const probeExit = probeByte<<1 | 1

// Probe boots a guest of a few bytes under KVM, with the same machine, CPU and
// user as a real run, and says which accelerator to use. Only Binary, CPUs,
// MemMiB, User, CacheDir and KillDelay of o matter.
//
// KVM that is missing or does not work is an answer, not an error. The answer
// is kept in o.CacheDir for as long as host boot, kernel and QEMU stay the
// same. An error means that QEMU is missing or ctx ended.
func Probe(ctx context.Context, o Options) (Accelerator, error) {
	o = o.withDefaults()
	o.Accel = AccelKVM
	binary, err := exec.LookPath(o.Binary)
	if err != nil {
		return Accelerator{}, fmt.Errorf("find QEMU: %w", err)
	}
	o.Binary = binary
	if _, err := os.Stat(kvmDevice); err != nil {
		return Accelerator{Name: AccelTCG, Why: "no " + kvmDevice}, nil
	}
	cache := probeCache(o)
	if a, ok := cache.load(); ok {
		return a, nil
	}
	a, err := tryKVM(ctx, o, probeTimeout)
	if err != nil {
		return Accelerator{}, err
	}
	if err := cache.store(a); err != nil {
		o.Logger.WarnContext(ctx, "accelerator not cached", "error", err) // asked again next time
	}
	return a, nil
}

// tryKVM boots the probe's guest and gives it up after the limit.
func tryKVM(ctx context.Context, o Options, limit time.Duration) (Accelerator, error) {
	image, err := memoryFile("probe", bytes.NewReader(probeImage()))
	if err != nil {
		return Accelerator{}, err
	}
	defer image.Close()
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	args := append(machineArgs(o), "-kernel", selfFD(firstFD), "-device", probeDevice)
	cmd := command(limited, o, args)
	cmd.ExtraFiles = []*os.File{image}
	words := &tail{limit: maxDetail / 2}
	cmd.Stderr = words
	p := &process{cmd: cmd, stop: cancel, done: make(chan struct{})}
	if err := p.run(); err != nil {
		return Accelerator{}, fmt.Errorf("start %s: %w", o.Binary, err)
	}
	<-p.done
	switch {
	case ctx.Err() != nil:
		return Accelerator{}, fmt.Errorf("probe KVM: %w", context.Cause(ctx))
	case cmd.ProcessState.ExitCode() == probeExit:
		return Accelerator{Name: AccelKVM, Why: "a guest ran under KVM"}, nil
	case errors.Is(limited.Err(), context.DeadlineExceeded):
		return Accelerator{Name: AccelTCG, Why: fmt.Sprintf("a guest hung under KVM for %v", limit)}, nil
	}
	return Accelerator{
		Name: AccelTCG,
		Why:  fmt.Sprintf("QEMU failed under KVM: %s: %s", cmd.ProcessState, words),
	}, nil
}
