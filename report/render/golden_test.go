// SPDX-License-Identifier: MIT

package render

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fencebot/fencebot/report"
)

var update = flag.Bool("update", false, "write the golden files of this package")

// TestGolden prints every sample in every form.
func TestGolden(t *testing.T) {
	t.Parallel()
	files := Files{JSON: "out/report.json", HTML: "out/report.html"}
	forms := map[string]func(io.Writer, report.Report) error{
		"json":      JSON,
		"html":      HTML,
		"eml":       func(w io.Writer, r report.Report) error { return Mail(w, r, MailOptions{Files: files}) },
		"txt":       func(w io.Writer, r report.Report) error { return Text(w, r, TextOptions{Files: files}) },
		"color.txt": func(w io.Writer, r report.Report) error { return Text(w, r, TextOptions{Color: true, Width: 100}) },
	}
	for name, r := range samples(t) {
		for form, write := range forms {
			t.Run(name+"."+form, func(t *testing.T) {
				t.Parallel()
				var got bytes.Buffer
				if err := write(&got, r); err != nil {
					t.Fatal(err)
				}
				golden(t, filepath.Join("testdata", "golden", name+"."+form), got.Bytes())
			})
		}
	}
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got); look at it and run go test ./report/render -update:\n%s", file, diff)
	}
}
