// SPDX-License-Identifier: MIT

package pipeline

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSideBySide(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ cpus, available, guest, want int }{
		"enough":             {2, 4096, 1024, 2},
		"just enough":        {2, 2944, 1024, 2},
		"memory for one":     {8, 2943, 1024, 1},
		"one processor":      {1, 65536, 512, 1},
		"memory not known":   {4, 0, 512, 1},
		"never more than 2":  {64, 1 << 20, 512, 2},
		"small guests fit 2": {2, 1920, 512, 2},
	} {
		if got := sideBySide(tc.cpus, tc.available, tc.guest); got != tc.want {
			t.Errorf("%s: sideBySide(%d, %d, %d) = %d; want %d", name, tc.cpus, tc.available, tc.guest, got, tc.want)
		}
	}
}

func TestAvailableMiB(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for text, want := range map[string]int{
		"MemTotal:       24642432 kB\nMemFree:  100 kB\nMemAvailable:   2097152 kB\n": 2048,
		"MemTotal:       24642432 kB\n":                                               0,
		"MemAvailable:   lots\n":                                                      0,
		"":                                                                            0,
	} {
		path := filepath.Join(dir, "meminfo")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := availableMiB(path); got != want {
			t.Errorf("availableMiB of %q = %d; want %d", text, got, want)
		}
	}
	if got := availableMiB(filepath.Join(dir, "none")); got != 0 {
		t.Errorf("availableMiB without a file = %d; want 0", got)
	}
}
