// SPDX-License-Identifier: MIT

package igt

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// shared is a directory of test data that is not part of the project.
func shared(t *testing.T, elem ...string) string {
	t.Helper()
	root := cmp.Or(os.Getenv("FENCEBOT_SHARED"), filepath.Join("..", "..", "..", "shared"))
	dir := filepath.Join(append([]string{root}, elem...)...)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no shared test data (set FENCEBOT_SHARED): %v", err)
	}
	return dir
}

// TestReferenceFolders compares folders of IGT with the results.json that IGT
// makes of them: every value, not only the results.
func TestReferenceFolders(t *testing.T) {
	t.Parallel()
	cases, err := filepath.Glob(filepath.Join(shared(t, "data", "igt"), "*", "reference.json"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, ref := range cases {
		t.Run(filepath.Base(filepath.Dir(ref)), func(t *testing.T) {
			t.Parallel()
			r, err := ReadFolder(filepath.Dir(ref))
			if err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(ref)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, "", values(t, data), values(t, written(t, r)))
		})
	}
}

// written is r as results.json.
func written(t testing.TB, r Results) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteResults(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func values(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(withoutTrailingCommas(data), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// compare names each place where two JSON values differ.
func compare(t *testing.T, path string, want, got any) {
	t.Helper()
	w, ok1 := want.(map[string]any)
	g, ok2 := got.(map[string]any)
	if !ok1 || !ok2 {
		if !reflect.DeepEqual(want, got) {
			t.Errorf("%s: %#v; want %#v", path, got, want)
		}
		return
	}
	for k := range w {
		if _, ok := g[k]; !ok {
			t.Errorf("%s/%s is missing", path, k)
			continue
		}
		compare(t, path+"/"+k, w[k], g[k])
	}
	for k := range g {
		if _, ok := w[k]; !ok {
			t.Errorf("%s/%s is too much: %v", path, k, g[k])
		}
	}
}
