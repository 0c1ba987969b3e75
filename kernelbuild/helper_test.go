// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/fencebot/fencebot/internal/sandbox"
)

var update = flag.Bool("update", false, "write the golden files anew")

// find gives the host's sandbox or skips the test.
func find(t testing.TB) *sandbox.Sandbox {
	t.Helper()
	s, err := sandbox.Find(t.Context())
	if errors.Is(err, sandbox.ErrUnavailable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// writeTree makes files below dir.
func writeTree(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
