// SPDX-License-Identifier: MIT

// Command fencebot tells whether a dma-fence or drm patch series deadlocks: it
// applies the series, builds the kernel with lockdep, boots it in QEMU, runs
// fence tests and explains what lockdep said.
//
// The same program is the agent inside the guest (package qemu/guest) and the
// built-in fence tests (package qemu/fencetest), and reads ELF files for itself
// in the sandbox (package internal/symbolize).
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/fencebot/fencebot/internal/symbolize"
	"github.com/fencebot/fencebot/qemu/fencetest"
	"github.com/fencebot/fencebot/qemu/guest"
)

func main() {
	if guest.IsAgent() {
		guest.Main(context.Background())
		return
	}
	if len(os.Args) > 1 && os.Args[1] == "fencetest" {
		os.Exit(fencetest.Main(os.Args[2:], os.Stdout, os.Stderr))
	}
	if len(os.Args) > 1 && os.Args[1] == symbolize.WorkerArg {
		os.Exit(symbolize.Main(os.Args[2:], os.Stdout, os.Stderr))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
