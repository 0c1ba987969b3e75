// SPDX-License-Identifier: MIT

package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// BenchmarkMemory is the peak memory of fencebot reading a console log of 200
// MB. FENCEBOT_BENCH_AGENT is a built fencebot.
func BenchmarkMemory(b *testing.B) {
	program := os.Getenv("FENCEBOT_BENCH_AGENT")
	if program == "" {
		b.Skip("FENCEBOT_BENCH_AGENT is not set")
	}
	log := filepath.Join(b.TempDir(), "console.log")
	writeLog(b, log, 200<<20)
	peak := int64(0)
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), program, "lockdep", log)
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%.200s", err, out)
		}
		peak = max(peak, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	}
	b.ReportMetric(float64(peak)/1024, "MiB-peak")
}

// writeLog writes lines of a quiet kernel.
func writeLog(b *testing.B, path string, size int) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for n, i := 0, 0; n < size; i++ {
		k, err := fmt.Fprintf(w, "[%5d.%06d][  T%d] virtio_gpu virtio2: [drm] frame %d of many, nothing to see\n", i/1000, i%1000000, i%97, i)
		if err != nil {
			b.Fatal(err)
		}
		n += k
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
}
