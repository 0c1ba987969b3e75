// SPDX-License-Identifier: MIT

package qemu

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A guest whose init needs a loader panics, and the panic looks like the fault
// of the base.
func TestCheckAgent(t *testing.T) {
	t.Parallel()
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("no gcc here to link programs with")
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "init.c")
	if err := os.WriteFile(source, []byte("int main(void) { return 0; }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	dynamic, fixed := filepath.Join(dir, "dynamic"), filepath.Join(dir, "static")
	for out, flags := range map[string][]string{dynamic: nil, fixed: {"-static", "-nostdlib", "-Wl,-e,main"}} {
		if text, err := exec.Command(gcc, append(flags, "-o", out, source)...).CombinedOutput(); err != nil {
			t.Fatalf("gcc: %v\n%s", err, text)
		}
	}
	if err := CheckAgent(dynamic); !errors.Is(err, ErrNotStatic) {
		t.Errorf("dynamic: %v; want ErrNotStatic", err)
	}
	if err := MakeRootImage(t.Context(), filepath.Join(dir, "root.img"), dynamic); !errors.Is(err, ErrNotStatic) {
		t.Errorf("root image of it: %v; want ErrNotStatic", err)
	}
	for _, fine := range []string{fixed, source} {
		if err := CheckAgent(fine); err != nil {
			t.Errorf("%s: %v", fine, err)
		}
	}
	if err := CheckAgent(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("none: %v; want os.ErrNotExist", err)
	}
}
