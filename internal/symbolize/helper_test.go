// SPDX-License-Identifier: MIT

package symbolize

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A tree is a little kernel of three sources, compiled by the host's gcc as the
// real one is: without debug information, and once more with it.
type tree struct {
	t   *testing.T
	src string // testdata/tree, absolute
	out string // output directory: objects in init and drivers
}

func newTree(t *testing.T) tree {
	t.Helper()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc here: there is nothing to read")
	}
	src, err := filepath.Abs("testdata/tree")
	if err != nil {
		t.Fatal(err)
	}
	return tree{t, src, t.TempDir()}
}

var sources = []string{"init/main", "drivers/driver", "drivers/hook"}

// run runs gcc in the output directory.
func (k tree) run(args ...string) {
	k.t.Helper()
	cmd := exec.Command("gcc", append([]string{"-Os", "-fno-pie", "-fno-asynchronous-unwind-tables", "-fno-optimize-sibling-calls"}, args...)...)
	cmd.Dir = k.out
	if out, err := cmd.CombinedOutput(); err != nil {
		k.t.Fatalf("gcc %v: %v\n%s", args, err, out)
	}
}

// compile makes the objects in the output directory, and kbuild's notes.
func (k tree) compile(flags ...string) (objects []string) {
	k.t.Helper()
	for _, name := range sources {
		object, source := filepath.Join(k.out, name+".o"), filepath.Join(k.src, name+".c")
		if err := os.MkdirAll(filepath.Dir(object), 0o755); err != nil {
			k.t.Fatal(err)
		}
		k.run(append(flags, "-c", "-o", object, source)...)
		note := fmt.Sprintf("savedcmd_%[1]s.o := gcc\n\nsource_%[1]s.o := %[2]s\n\ndeps_%[1]s.o := \\\n", name, source)
		cmd := filepath.Join(filepath.Dir(object), "."+filepath.Base(object)+".cmd")
		if err := os.WriteFile(cmd, []byte(note), 0o644); err != nil {
			k.t.Fatal(err)
		}
		objects = append(objects, object)
	}
	return objects
}

// link makes a kernel of the objects.
func (k tree) link() string {
	k.t.Helper()
	vmlinux := filepath.Join(k.out, "vmlinux")
	args := []string{"-nostdlib", "-static", "-no-pie", "-Wl,-e,outer,--build-id=none", "-o", vmlinux}
	for _, name := range sources {
		args = append(args, name+".o")
	}
	k.run(args...)
	return vmlinux
}

// callOf is the frame of the first call in a function of an object, as a kernel
// log has it; size is that of the kernel's function.
func callOf(t *testing.T, object, function string) Frame {
	t.Helper()
	im, err := openImage(object, maxObject)
	if err != nil {
		t.Fatal(err)
	}
	defer im.close()
	s := im.funcs[function][0]
	fixups, err := im.fixups(s.section)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fixups {
		if f.off >= s.value && f.off < s.value+s.size {
			return Frame{Function: function, Offset: fmt.Sprintf("%#x/%#x", f.off-s.value+4, s.size)}
		}
	}
	t.Fatalf("%s calls nothing", function)
	return Frame{}
}

// marked is the place of a line with a comment; it has only one.
func (k tree) marked(function, file, mark string) Place {
	k.t.Helper()
	text, err := os.ReadFile(filepath.Join(k.src, file))
	if err != nil {
		k.t.Fatal(err)
	}
	for i, line := range strings.Split(string(text), "\n") {
		if strings.Contains(line, "/* "+mark+" */") {
			return Place{function, file, i + 1}
		}
	}
	k.t.Fatalf("no %q in %s", mark, file)
	return Place{}
}
