// SPDX-License-Identifier: MIT

package picture_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fencebot/fencebot/report/render/picture"
)

var update = flag.Bool("update", false, "write the golden files")

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, c := range samples() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Join(picture.Text(c.splat, c.opt), "\n") + "\n"
			golden(t, name+".txt", text)
			var svg bytes.Buffer
			if err := picture.SVG(&svg, c.splat, c.opt); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".svg", svg.String())
		})
	}
}

// golden holds got against a file of testdata/golden.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", name, diff)
	}
}
