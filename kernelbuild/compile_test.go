// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"os"
	"path/filepath"
	"testing"
)

// compileTree is a tree whose configuration is our fragment for objects.
func compileTree(good string) map[string]string {
	return map[string]string{
		"Makefile": objectRules + "allmodconfig:\n\t@cp $(KCONFIG_ALLCONFIG) .config\n",
		"a/good.c": good, "bad.c": "int f(void) { return undeclared; }\n", "z.c": "int g(void) { return 2; }\n",
	}
}

// Objects are made one by one: one that breaks is reported and keeps the others
// from nothing, and nothing else is made.
func TestBuildCompile(t *testing.T) {
	t.Parallel()
	req := request(t, compileTree("int f(void) { return 1; }\n"))
	req.Flavour, req.Compile = Compile, []string{"a/good.o", "bad.o", "z.o", "missing.o"}
	res, err := Build(t.Context(), req)
	if err != nil {
		t.Fatalf("%v\n%s", err, readLog(t, req))
	}
	if d := res.Diagnostics; res.OK || len(d) != 2 || d[0].File != "bad.c" || d[0].Line != 1 || d[1].File != "" {
		t.Errorf("Build = %+v; want the error of bad.c, and make's word on the one that is missing", res)
	}
	for name, want := range map[string]bool{"a/good.o": true, "bad.o": false, "z.o": true, "vmlinux": false} {
		if _, err := os.Lstat(filepath.Join(req.Output, name)); (err == nil) != want {
			t.Errorf("%s is there: %v; want %v", name, err == nil, want)
		}
	}
	req.Compile = []string{"a/good.o", "z.o"}
	if res, err := Build(t.Context(), req); err != nil || !res.OK || res.Image != "" {
		t.Errorf("Build of what compiles = %+v, %v", res, err)
	}
}

func TestBuildCompileRefuses(t *testing.T) {
	t.Parallel()
	req := request(t, compileTree(""))
	for _, name := range []string{"vmlinux", "../x.o", "-x.o", "X=y.o"} {
		req.Compile = []string{name}
		if _, err := Build(t.Context(), req); err == nil {
			t.Errorf("Build of %q: no error", name)
		}
	}
}
