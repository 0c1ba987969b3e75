// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/fencebot/fencebot/qemu"
)

// guestExtraMiB is what a guest takes of the host besides its own memory: QEMU
// itself, and the code that it translates without KVM.
const guestExtraMiB = 448

// guests is a group of guests that run side by side as far as the host allows:
// the first that fails ends the others. Two have twice the time each on two
// busy processors; it pays because a guest waits for most of its tests.
func (k *check) guests(ctx context.Context, guest qemu.Options) (*errgroup.Group, context.Context) {
	g, ctx := errgroup.WithContext(ctx)
	limit := sideBySide(runtime.NumCPU(), availableMiB("/proc/meminfo"), guest.MemMiB)
	if len(guest.VFIO) > 0 {
		limit = 1 // a device is in one guest at a time
	}
	g.SetLimit(limit)
	return g, ctx
}

// sideBySide returns how many guests of a size may run at once: two, or one on
// a host with a single processor or without the memory for both.
func sideBySide(cpus, availableMiB, guestMiB int) int {
	if cpus < 2 || availableMiB < 2*(guestMiB+guestExtraMiB) {
		return 1
	}
	return 2
}

// availableMiB reads how much memory can be had without swapping (MemAvailable
// in Documentation/filesystems/proc.rst); 0 when nobody says.
func availableMiB(path string) int {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 64<<10))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		var kib int
		if n, _ := fmt.Sscanf(line, "MemAvailable: %d kB", &kib); n == 1 {
			return kib >> 10
		}
	}
	return 0
}
