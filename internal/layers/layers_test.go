// SPDX-License-Identifier: MIT

// Package layers holds one test: the import directions of docs/architecture.md.
package layers

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/fencebot/fencebot/"

// allow says which of our packages a package may import. A package that is not
// here may not exist: a new one is a decision, and this table is where it is
// taken.
var allow = map[string][]string{
	"config":                {},
	"corpus":                {},
	"mail":                  {},
	"patch":                 {"mail"},
	"patch/overlay":         {"mail", "patch"},
	"patch/harness":         {"mail", "patch"},
	"internal/mailfile":     {"mail"},
	"internal/logfile":      {},
	"internal/atomicfile":   {},
	"internal/gittree":      {"patch", "mail"},
	"internal/sandbox":      {},
	"internal/symbolize":    {"internal/sandbox", "report/lockdep"},
	"internal/static":       {"internal/gittree", "internal/sandbox", "patch", "report", "report/contract"},
	"internal/coverage":     {"internal/gittree", "qemu/wire", "report"},
	"kernelbuild":           {"internal/sandbox"},
	"qemu/wire":             {},
	"qemu/fencetest":        {"qemu/wire", "qemu/fencetest/uapi"},
	"qemu/fencetest/uapi":   {},
	"qemu/guest":            {"qemu/wire", "qemu/fencetest"},
	"qemu":                  {"qemu/wire"},
	"report/lockdep":        {},
	"report/contract":       {"report/lockdep"},
	"report/igt":            {"qemu/wire"},
	"report/igt/expect":     {"report/igt"},
	"report":                {"report/lockdep", "report/contract", "report/igt", "qemu/wire"},
	"report/render":         {"report", "report/render/picture", "report/lockdep", "report/contract", "report/igt", "qemu/wire"},
	"report/render/picture": {"report/lockdep"},
	"internal/pipeline":     {"internal/atomicfile", "internal/coverage", "patch", "patch/overlay", "mail", "internal/gittree", "internal/sandbox", "internal/static", "internal/symbolize", "kernelbuild", "qemu", "qemu/wire", "report", "report/lockdep", "report/contract", "report/igt"},
	"internal/testplan":     {"qemu/wire", "qemu/fencetest", "report/igt", "report/igt/expect"},
	"internal/hardware":     {"patch", "kernelbuild", "qemu"},
	"internal/layers":       {},
	"cmd/fencebot":          {"*"},
}

func TestImportDirections(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && path != root) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(rel)
		seen[pkg] = true
		for _, imp := range imports(t, path) {
			check(t, path, pkg, imp)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range allow {
		if !seen[pkg] {
			t.Errorf("%s is in the table but does not exist", pkg)
		}
	}
}

func imports(t *testing.T, path string) []string {
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, spec := range f.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, name)
	}
	return all
}

func check(t *testing.T, path, pkg, imp string) {
	t.Helper()
	may, known := allow[pkg]
	if !known {
		t.Fatalf("%s: package %s is not in the table", path, pkg)
	}
	if imp == "testing" && !strings.HasSuffix(path, "_test.go") {
		t.Errorf("%s: shipped code imports testing", path)
	}
	ours, ok := strings.CutPrefix(imp, module)
	if strings.HasSuffix(path, "_test.go") && known {
		return // what a test needs does not ship
	}
	if !ok || ours == pkg || slices.Contains(may, "*") || slices.Contains(may, ours) {
		return
	}
	t.Errorf("%s: %s may not import %s", path, pkg, ours)
}
