// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"debug/elf"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/internal/sandbox"
)

// objectRules is the part of a kernel tree that compiles single objects.
const objectRules = "src := $(dir $(firstword $(MAKEFILE_LIST)))\n" +
	"%.o: $(src)%.c\n\tgcc $(KCFLAGS) -c -o $@ $<\n" +
	"a/%.o: $(src)a/%.c\n\tmkdir -p a\n\tgcc $(KCFLAGS) -c -o $@ $<\n"

// sections lists the sections of an object that a build left.
func sections(t *testing.T, name string) string {
	t.Helper()
	f, err := elf.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var names []string
	for _, s := range f.Sections {
		names = append(names, s.Name)
	}
	return strings.Join(names, " ")
}

// One object is compiled with debug information, and one that does not compile
// keeps neither it nor the next one from that.
func TestDebugObjects(t *testing.T) {
	t.Parallel()
	req := request(t, map[string]string{
		"Makefile": objectRules, "a/good.c": "int f(void) { return 1; }\n", "bad.c": "#error no\n", "z.c": "int g(void) { return 2; }\n",
	})
	if err := DebugObjects(t.Context(), req, []string{"a/good.o", "bad.o", "z.o"}); err != nil {
		t.Fatalf("%v\n%s", err, readLog(t, req))
	}
	for _, name := range []string{"a/good.o", "z.o"} {
		if got := sections(t, filepath.Join(req.Output, name)); !strings.Contains(got, ".debug_info") || !strings.Contains(got, ".debug_line") {
			t.Errorf("%s has %s", name, got)
		}
	}
	if _, err := os.Lstat(filepath.Join(req.Output, "bad.o")); err == nil {
		t.Error("bad.o is there")
	}
	if log := readLog(t, req); !strings.Contains(log, "#error no") {
		t.Errorf("the log does not say why bad.o is missing:\n%s", log)
	}
}

// The compiler cache is not even there: objects with debug information are of
// no use to anybody else.
func TestDebugObjectsWithoutCache(t *testing.T) {
	t.Parallel()
	req := request(t, map[string]string{"Makefile": "x.o:\n\t@ls -d /ccache && echo LEAK; touch $@\n"})
	req.Trusted = true
	if err := DebugObjects(t.Context(), req, []string{"x.o"}); err != nil {
		t.Fatal(err)
	}
	if log := readLog(t, req); strings.Contains(log, "LEAK") {
		t.Error(log)
	}
}

// Names that mean something to make are refused before it runs.
func TestDebugObjectsRefuses(t *testing.T) {
	t.Parallel()
	req := request(t, map[string]string{"Makefile": objectRules})
	for _, name := range []string{
		"", "vmlinux", "/x.o", "../x.o", "a/../../x.o", "-x.o", "X=y.o", "$(shell id).o", "%.o", "a b.o", "a:b.o", "a;b.o", "~x.o", "#x.o",
	} {
		if err := DebugObjects(t.Context(), req, []string{"good.o", name}); err == nil || !strings.Contains(err.Error(), "no name of an object") {
			t.Errorf("DebugObjects(%q) = %v", name, err)
		}
	}
	if err := DebugObjects(t.Context(), req, make([]string, maxObjects+1)); err == nil {
		t.Error("more objects than there may be")
	}
	if err := DebugObjects(t.Context(), Request{}, []string{"x.o"}); err == nil {
		t.Error("no sandbox, no error")
	}
	if err := DebugObjects(t.Context(), req, nil); err != nil {
		t.Errorf("nothing to do: %v", err)
	}
	if _, err := os.Lstat(req.Log); err == nil {
		t.Error("something was run")
	}
}

func TestSourceName(t *testing.T) {
	t.Parallel()
	if got := SourceName(Request{Source: "/home/x/linux", Sandbox: find(t)}); got != "/src" {
		t.Errorf("in the sandbox: %s", got)
	}
	if got := SourceName(Request{Source: "/home/x/linux", Sandbox: sandbox.None()}); got != "/home/x/linux" {
		t.Errorf("without one: %s", got)
	}
}
